/**
 * A run keeps the definition it started with: one of each feature stands still in its middle while its definition
 * is rewritten, replaced, broken and deleted, each time with another worker after the last one was killed; then it
 * goes on. All features go through the same restarts, and so do the runs that start with the rewritten definitions.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { outcomeOf, type RunOutcome } from '../../src/client/runs.ts';
import type { Progress } from '../../src/interpreter/progress.ts';
import type { State } from '../../src/interpreter/state.ts';
import { PROGRESS_QUERY, STATE_QUERY } from '../../src/plan/worker-contract.ts';
import { callsAt, openGate } from '../real/engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from '../real/engine-lab.ts';
import type { TestProject } from '../real/engine-project.ts';
import { CHILDREN, EDITED_FEATURES, type EditedFeature } from './edited-features.ts';

const NAMES = Object.keys(EDITED_FEATURES);
const VERSIONS = ['old', 'new'] as const;
type Version = (typeof VERSIONS)[number];

const ORIGINALS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(CHILDREN).map(([name, yaml]) => [`lab/${name}`, yaml] as const),
  ...NAMES.map((name) => [typeOf(name), EDITED_FEATURES[name]!.definition] as const),
]);

/** What is wrong with a broken definition; they take turns. */
const BREAKS = [
  { yaml: 'steps: [{ activity: lab/ecko }]\n', finding: "'lab/ecko'" },
  { yaml: 'steps: [\n', finding: 'yaml-syntax' },
  { yaml: "steps: [{ set: { x: 1 } }]\noutput: '${{ steps.nobody.output }}'\n", finding: "'nobody'" },
];

/** Each restart costs the ten seconds after which the server gives up what the killed worker had in its cache. */
const PATIENCE_MS = 240_000;

let lab: Lab;
let project: TestProject;
const runs: { readonly [version in Version]: Map<string, RunHandle> } = { old: new Map(), new: new Map() };
/** How far each was when it stood, and after each restart. */
const progress = new Map<RunHandle, Progress[]>();
const answers = new Map<RunHandle, unknown[]>();
const outcomes = { old: new Map<string, RunOutcome>(), new: new Map<string, RunOutcome>() };
/** How new starts went meanwhile. */
const rebuilt = new Map<string, RunOutcome>();
const broken = new Map<string, RunOutcome>();
const deleted = new Map<string, RunHandle>();

beforeAll(async () => {
  project = labProject(Object.fromEntries(ORIGINALS));
  lab = await openLab();
  let worker = await lab.worker(project);
  const deploy = async (edit: (type: string, index: number) => void): Promise<void> => {
    await worker.kill();
    [...ORIGINALS.keys()].forEach(edit);
    worker = await lab.worker(project);
    await each((run, name) => observe(run, name));
  };
  await startAll('old');
  await deploy((type) => project.define(type, rewritten(ORIGINALS.get(type)!)));
  await startAll('new');
  await deploy((type) => project.define(type, 'steps: [{ set: { x: 1 } }]\noutput: rebuilt\n'));
  await forNames(async (name) => rebuilt.set(name, await lab.run(typeOf(name))));
  await deploy((type, index) => project.define(type, breakOf(index).yaml));
  await forNames(async (name) => broken.set(name, await lab.run(typeOf(name))));
  await deploy((type) => project.remove(type));
  await forNames(async (name) => deleted.set(name, await lab.start(typeOf(name))));
  await eventually(async () => {
    for (const name of NAMES) expect(worker.log()).toContain(unknown(name));
  });
  await each(async (run, name, version) => {
    await goOn(run, name, version);
    outcomes[version].set(name, await outcomeOf(run));
  });
}, PATIENCE_MS);
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

describe.each(VERSIONS)('a run of the %s definition', (version) => {
  test.each(NAMES)('%s stands still through every edit, and ends as it began', async (name) => {
    const feature = EDITED_FEATURES[name]!;
    const run = runs[version].get(name)!;
    const observed = progress.get(run)!;
    expect(observed).toHaveLength(version === 'old' ? 5 : 4);
    const [first, ...later] = observed;
    for (const { planHash } of later) expect(planHash).toBe(first!.planHash);
    if (feature.stands !== 'time') {
      for (const next of later) expect(next).toEqual(later[0]);
      // Only the first may have been asked in a task that the server then gave to the worker once more.
      expect(withoutTimes(later[0])).toEqual(withoutTimes(first));
    }
    if (feature.answer !== undefined)
      expect(new Set(answers.get(run))).toEqual(new Set([as(version, feature.answer)]));
    const outcome = outcomes[version].get(name);
    expect(outcome).toMatchObject(as(version, feature.outcome));
    if ('output' in feature.outcome) expect(outcome).toEqual(as(version, feature.outcome));
    await eventually(async () => expect(await notesAbout(name, version)).toEqual(feature.notes ?? []));
  });
});

describe('a new start meanwhile', () => {
  test('runs what is there now', () => {
    expect([...rebuilt.values()]).toEqual(NAMES.map(() => ({ status: 'completed', output: 'rebuilt' })));
  });

  test.each(NAMES)('of the broken %s fails with its findings', (name) => {
    expect(broken.get(name)).toMatchObject({
      status: 'failed',
      failure: {
        type: 'InvalidDefinition',
        message: expect.stringContaining(`definitions/${typeOf(name)}.yaml has errors`),
        findings: [expect.stringContaining(breakOf([...ORIGINALS.keys()].indexOf(typeOf(name))).finding)],
      },
    });
  });

  test.each(NAMES)('of the deleted %s waits for a worker that knows it', async (name) => {
    expect((await deleted.get(name)!.describe()).status.name).toBe('RUNNING');
  });
});

/** Another schema, another id for each step, one more in front of every block, and branches in another order. */
function rewritten(yaml: string): string {
  const definition = rewrite(parse(as('new', yaml))) as { readonly input?: object };
  const input = { ...definition.input, added: { type: 'string', default: 'new' } };
  return stringify({ ...definition, input });
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const inner = rewrite(member);
      if (key === 'steps') return [key, [{ set: { added: 1 } }, ...(inner as unknown[])]];
      if (key === 'race' || (key === 'all' && !Array.isArray(inner)))
        return [key, Object.fromEntries(Object.entries(inner as object).reverse())];
      return [key, inner];
    }),
  );
}

function withoutTimes(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, member) => (key.endsWith('At') ? undefined : member)));
}

/** What is said of the old version, said of another. */
function as<T>(version: Version, value: T): T {
  return JSON.parse(JSON.stringify(value).replace(/\bold/g, version)) as T;
}

function unknown(name: string): string {
  return `no definition '${typeOf(name)}' is known here; known: none`;
}

function breakOf(index: number): (typeof BREAKS)[number] {
  return BREAKS[index % BREAKS.length]!;
}

function typeOf(feature: string): string {
  return `lab/${feature.replaceAll('_', '-')}`;
}

async function forNames(act: (name: string) => Promise<unknown>): Promise<void> {
  await Promise.all(NAMES.map(act));
}

/** Does something with every run under way. */
async function each(act: (run: RunHandle, name: string, version: Version) => Promise<void>): Promise<void> {
  const all = VERSIONS.flatMap((version) => [...runs[version]].map(([name, run]) => act(run, name, version)));
  await Promise.all(all);
}

async function startAll(version: Version): Promise<void> {
  await forNames(async (name) => {
    const run = await lab.start(typeOf(name));
    runs[version].set(name, run);
    await eventually(async () => expect(await stands(run, name, version)).toBe(true));
    await observe(run, name);
  });
}

async function stands(run: RunHandle, name: string, version: Version): Promise<boolean> {
  const { stands: where } = EDITED_FEATURES[name]!;
  if (where === 'gate') return (await callsAt(lab.database.knex, gateOf(name, version))) > 0;
  const { parked, pending, waiters } = await run.query<State>(STATE_QUERY);
  if (where === 'parked') return parked.length > 0;
  if (where === 'time') return Object.keys(pending).length > 0;
  return waiters.go?.length === where.awaiting;
}

/** Asks the worker of the moment, which has to read the whole history for the answer. */
async function observe(run: RunHandle, name: string): Promise<void> {
  progress.set(run, [...(progress.get(run) ?? []), await run.query<Progress>(PROGRESS_QUERY)]);
  if (EDITED_FEATURES[name]!.answer === undefined) return;
  answers.set(run, [...(answers.get(run) ?? []), await run.query('what')]);
}

async function goOn(run: RunHandle, name: string, version: Version): Promise<void> {
  const { goes = [] }: EditedFeature = EDITED_FEATURES[name]!;
  if (!goes.includes('cancel')) await openGate(lab.database.knex, gateOf(name, version));
  for (const action of goes) {
    if (action === 'cancel') await run.cancel();
    else if ('signal' in action) await run.signal(action.signal, action.payload);
    else await run.executeUpdate(action.update, { args: [action.payload] });
  }
}

function gateOf(name: string, version: Version): string {
  return `${version}-${name}`;
}

async function notesAbout(name: string, version: Version): Promise<string[]> {
  const { rows } = await lab.database.knex.raw('select text from notes where text like ? order by id', [
    `${gateOf(name, version)} %`,
  ]);
  return rows.map(({ text }: { text: string }) => text.slice(gateOf(name, version).length + 1));
}
