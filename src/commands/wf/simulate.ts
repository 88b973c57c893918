import { Args, Flags } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import {
  coverageOfDefinition,
  findCase,
  testedDefinition,
  testedOutcomes,
} from '../../cli/definition-tests.ts';
import { EstuaryCommand, inputFlags } from '../../cli/estuary-command.ts';
import { findDefinition } from '../../cli/find-definition.ts';
import { readRunInput } from '../../cli/run-input.ts';
import { ENDLESS, explore, simulateOnce } from '../../definition-tests/explore.ts';
import type { TestedDefinition } from '../../definition-tests/test-file.ts';
import { timelineLines } from '../../definition-tests/timeline.ts';
import type { JsonObject } from '../../plan/plan.ts';
import { loadProject, type Project } from '../../project/project.ts';

export default class WfSimulate extends EstuaryCommand {
  static override summary =
    'Run a definition in virtual time, with answers that are made up; needs no server.';
  static override description =
    'Shows what happens when, with what, and for how long. Outputs are made up from the schemas of signatures, the same for the same --seed; --case takes the answers and events of a test.\n\nWith --explore it runs many seeds, with failures, messages and cancels, and tells how runs end, which of these ends no test covers, and what is never reached.\n\nExits with 0 when the run completed, 1 when it ended otherwise or waits, or when an explored one does not end; 2 for wrong usage or input, 3 when the definition has errors.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input min_amount=10 --seed 7',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --case "pays everybody who is due"',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --explore --runs 500',
  ];
  static override args = {
    name: Args.string({ description: 'the workflow, domain/name', required: true }),
  };
  static override flags = {
    ...inputFlags(['case']),
    seed: Flags.integer({ description: 'what is made up depends on it alone', default: 1, min: 0 }),
    case: Flags.string({ description: 'a case of the tests, by name', exclusive: ['explore'] }),
    failures: Flags.boolean({
      description: 'with failures, messages and cancels, as in --explore',
      exclusive: ['case'],
    }),
    explore: Flags.boolean({ description: 'many runs, with failures' }),
    runs: Flags.integer({
      description: 'how many; 200 unless given',
      dependsOn: ['explore'],
      min: 1,
      max: 100_000,
    }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfSimulate);
    const project = loadProject(this.configuration().root);
    const { name, runnable } = await findDefinition(project, args.name);
    const definition = testedDefinition(project, name)!;
    const test = flags.case === undefined ? undefined : findCase(project, name, flags.case);
    const input = await readRunInput({
      name,
      schema: runnable.inputSchema,
      assignments: flags.input ?? [],
      file: flags['input-file'],
      base: test?.input,
      terminal: undefined,
    });
    const { compileSchema } = await import('../../json-schema/compile-schema.ts');
    const valid = compileSchema(runnable.inputSchema)(input);
    if (!valid.ok) throw new CommandFailure('invalid-input', 'the input is not valid', { exit: EXIT.usage });
    const whole = valid.value as JsonObject;
    if (flags.explore) return this.#explore(project, definition, whole, flags.seed, flags.runs ?? 200);
    const run = simulateOnce(definition, { input: whole, seed: flags.seed, test, troubled: flags.failures });
    const lines = timelineLines(run, undefined, Number.POSITIVE_INFINITY);
    this.log(lines.join('\n'));
    if (run.outcome.status === 'unanswered') this.log(`\n${out.red(run.outcome.message)}`);
    if (run.outcome.status !== 'completed') process.exitCode = EXIT.failed;
    return { seed: flags.seed, outcome: run.outcome, ended_after_ms: run.elapsedMs, timeline: run.log };
  }

  #explore(
    project: Project,
    definition: TestedDefinition,
    input: JsonObject,
    seed: number,
    runs: number,
  ): object {
    const tested = testedOutcomes(project, definition.name);
    const { outcomes, observed } = explore(definition, { input, seed, runs });
    const told = outcomes.map((one) => ({ ...one, tested: tested.has(one.outcome) }));
    const { missed } = coverageOfDefinition(project, definition, observed);
    this.log(out.bold(`${runs} runs of ${definition.name}, seeds from ${seed}`));
    for (const { outcome, runs: count, seed: example, tested: isTested } of told) {
      const mark = isTested ? out.green('✓') : out.yellow('!');
      const why = isTested ? '' : out.yellow('  no test ends so');
      this.log(
        `  ${mark} ${String(count).padStart(6)}  ${outcome}  ${out.dim(`--failures --seed ${example}`)}${why}`,
      );
    }
    if (missed.length > 0) this.log(`\n${out.bold('never reached')}`);
    for (const { line, what } of missed) this.log(`  ${out.dim(`${definition.file}:${line}`)}  ${what}`);
    if (outcomes.some(({ outcome }) => outcome === ENDLESS)) process.exitCode = EXIT.failed;
    return { seed, runs, outcomes: told, missed };
  }
}
