import { Args, Flags } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { EXIT } from '../../cli/command-failure.ts';
import { coverageOf, readProjectTests, runProjectTests } from '../../cli/definition-tests.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { nextChange, takeSnapshot } from '../../cli/watched-files.ts';
import type { Config } from '../../config/config.ts';
import { percentOf } from '../../definition-tests/coverage.ts';
import { renderCoverageJson, renderResultsJson } from '../../definition-tests/render-json.ts';
import { renderJunit } from '../../definition-tests/render-junit.ts';
import { renderCoverage, renderFile, summarizeResults } from '../../definition-tests/render-text.ts';
import { haveAllPassed } from '../../definition-tests/run-tests.ts';
import { loadProject } from '../../project/project.ts';

interface Options {
  readonly coverage: boolean;
  readonly junit: boolean;
}

export default class WfTest extends EstuaryCommand {
  static override summary = 'Test definitions in virtual time; needs no server.';
  static override description =
    'Runs the cases of `definitions/**/*.test.yaml`. Names files, folders, domains or definitions; without any, all.\n\nExits with 0 when all pass, 1 when one fails or the coverage is below its floor, 2 for wrong usage, 3 when a test or its definition has errors.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --coverage',
    '<%= config.bin %> <%= command.id %> payments --junit',
  ];
  static override strict = false;
  static override args = {
    what: Args.string({ description: 'a file, a folder, a domain or a definition; repeatable' }),
  };
  static override flags = {
    coverage: Flags.boolean({ description: 'what of the definitions the cases reach' }),
    watch: Flags.boolean({ description: 'run again after each edit', exclusive: ['json', 'junit'] }),
    junit: Flags.boolean({ description: 'results as JUnit XML, on stdout', exclusive: ['json'] }),
  };

  async run(): Promise<object | undefined> {
    const { argv, flags } = await this.parse(WfTest);
    const config = this.configuration();
    if (flags.watch) return this.#watch(config, argv as string[], flags);
    const { exit, result } = await this.#runOnce(config, argv as string[], flags);
    if (exit !== EXIT.done) process.exitCode = exit;
    return result;
  }

  async #runOnce(
    config: Config,
    what: readonly string[],
    { coverage: wantsCoverage, junit }: Options,
  ): Promise<{ readonly exit: number; readonly result: object }> {
    const project = loadProject(config.root);
    const tests = readProjectTests(project, what);
    const { findings, sources } = tests;
    const { renderJson } = await import('../../diagnostics/render-json.ts');
    const { renderText, summarize } = await import('../../diagnostics/render-text.ts');
    const isText = !junit && !this.jsonEnabled();
    const begun = performance.now();
    const results = runProjectTests(tests, (result) => {
      if (isText) this.log(renderFile(result, sources, out));
    });
    const took = performance.now() - begun;
    const coverages = wantsCoverage ? coverageOf(project, results, what.length === 0) : undefined;
    const floor = config.values.get('tests.coverage_floor') as number | undefined;
    if (isText) {
      if (coverages !== undefined && coverages.length > 0) this.log(renderCoverage(coverages, floor, out));
      if (findings.length > 0) this.log(`${renderText(findings, sources, out)}${summarize(findings)}\n`);
      this.log(`${summarizeResults(results)} ${out.dim(`in ${seconds(took)}`)}`);
    } else if (junit) {
      if (findings.length > 0) this.notice(`${renderText(findings, sources)}${summarize(findings)}`);
      process.stdout.write(renderJunit(results, sources));
    }
    const isLow = floor !== undefined && coverages?.some((coverage) => percentOf(coverage) < floor);
    const exit =
      findings.length > 0 ? EXIT.findings : isLow || !haveAllPassed(results) ? EXIT.failed : EXIT.done;
    const result = {
      passed: exit === EXIT.done,
      files: renderResultsJson(results, sources),
      findings: renderJson(findings, sources),
      ...(coverages !== undefined && { coverage: renderCoverageJson(coverages) }),
    };
    return { exit, result };
  }

  /** Until Ctrl-C. What is wrong with a selection now may be right after the next edit. */
  async #watch(config: Config, what: readonly string[], options: Options): Promise<never> {
    const folders = ['definitions', 'schemas'];
    const { signal } = new AbortController();
    for (;;) {
      const seen = takeSnapshot(config.root, folders);
      await this.#runOnce(config, what, options).catch((error: Error) => this.catch(error));
      this.notice(out.dim('waiting for edits; Ctrl-C ends'));
      await nextChange(config.root, seen, signal, folders);
    }
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
