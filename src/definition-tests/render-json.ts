import { type Position, positionOf } from '../diagnostics/position.ts';
import type { Sources } from '../diagnostics/render-text.ts';
import type { Coverage } from './coverage.ts';
import { percentOf } from './coverage.ts';
import { type Place, placeInDefinition, placeInTest } from './places.ts';
import { formatPercent } from './render-text.ts';
import type { FileResult } from './run-tests.ts';
import { timelineLines } from './timeline.ts';

export interface JsonTestFile {
  readonly file: string;
  readonly definition: string;
  readonly cases: readonly JsonCase[];
}

export interface JsonCase {
  readonly name: string;
  readonly passed: boolean;
  readonly took_ms: number;
  /** Virtual milliseconds from the start of the run to its end. */
  readonly ended_after_ms: number;
  readonly mismatches?: readonly JsonMismatch[];
  readonly timeline?: readonly string[];
}

export interface JsonMismatch {
  readonly message: string;
  readonly test: JsonPlace;
  readonly definition?: JsonPlace;
  readonly step?: string;
  readonly diff?: readonly string[];
}

interface JsonPlace {
  readonly file: string;
  readonly start?: Position;
}

/** Results as plain JSON, lines and columns from 1. */
export function renderResultsJson(results: readonly FileResult[], sources: Sources): readonly JsonTestFile[] {
  return results.map(({ tests, cases }) => ({
    file: tests.file,
    definition: tests.definition.name,
    cases: cases.map(
      ({ test, mismatches, run, tookMs }): JsonCase => ({
        name: test.name,
        passed: mismatches.length === 0,
        took_ms: Math.round(tookMs * 10) / 10,
        ended_after_ms: run.elapsedMs,
        ...(mismatches.length > 0 && {
          mismatches: mismatches.map((mismatch): JsonMismatch => {
            const place = placeInDefinition(tests.definition, mismatch, sources);
            return {
              message: mismatch.message,
              test: jsonPlace(placeInTest(tests, test, mismatch), sources),
              ...(place !== undefined && { definition: jsonPlace(place, sources) }),
              ...(mismatch.step !== undefined && { step: mismatch.step }),
              ...(mismatch.diff !== undefined && { diff: mismatch.diff }),
            };
          }),
          timeline: timelineLines(run),
        }),
      }),
    ),
  }));
}

/** Coverage as plain JSON. */
export function renderCoverageJson(coverages: readonly Coverage[]): readonly object[] {
  return coverages.map((coverage) => ({ ...coverage, percent: Number(formatPercent(percentOf(coverage))) }));
}

function jsonPlace({ file, range }: Place, sources: Sources): JsonPlace {
  const source = sources.get(file);
  return source === undefined ? { file } : { file, start: positionOf(source, range.start) };
}
