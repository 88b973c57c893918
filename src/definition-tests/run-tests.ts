import { performance } from 'node:perf_hooks';
import { findMismatches } from './compare.ts';
import type { Mismatch } from './mismatch.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';
import type { TestCase, TestFile } from './test-file.ts';

/** What came of a case. */
export interface CaseResult {
  readonly test: TestCase;
  /** None: it passed. */
  readonly mismatches: readonly Mismatch[];
  readonly run: Rehearsal;
  /** Real milliseconds. */
  readonly tookMs: number;
}

export interface FileResult {
  readonly tests: TestFile;
  readonly cases: readonly CaseResult[];
}

/** Runs the cases of a file, one after the other. */
export function runTestFile(tests: TestFile): FileResult {
  const cases = tests.cases.map((test): CaseResult => {
    const begun = performance.now();
    const run = rehearse(tests.definition, test);
    const mismatches = findMismatches(tests.definition.plan, test, run);
    return { test, mismatches, run, tookMs: performance.now() - begun };
  });
  return { tests, cases };
}

/** Whether all cases of all files passed. */
export function haveAllPassed(results: readonly FileResult[]): boolean {
  return results.every(({ cases }) => cases.every(({ mismatches }) => mismatches.length === 0));
}
