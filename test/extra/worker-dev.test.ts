/** `estuary dev` while people edit: what is edited is served next, what runs goes on, what is broken is not taken. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ROOT, type Running, startEstuary } from '../cli/estuary.ts';
import { callsAt, openGate, prepareGates } from '../real/engine-activities.ts';
import { createFreshDatabase, type FreshDatabase } from '../real/fresh-database.ts';

const { address, namespace, databaseUrl } = inject('stack');
const taskQueue = `dev-${randomUUID()}`;
const root = realpathSync(mkdtempSync(join(tmpdir(), 'estuary-dev-')));

const SIGNATURE = `description: Greet somebody.
effect: pure
input: { name: { type: string } }
output: { text: { type: string } }
`;
const greet = (
  expression: string,
): string => `import type { Greet } from '../../generated/activities/lab/greet.ts';

const greet: Greet = async (input) => ({ text: ${expression} });
export default greet;
`;
const hello = (name: string): string => `steps:
  - id: greet
    activity: lab/greet
    with: { name: ${name} }
output: \${{ steps.greet.output.text }}
`;
const gated = (output: string): string => `steps:
  - activity: lab/gate
    with: { name: dev }
output: ${output}
`;
/** Waits as the gate of the engine's tests does, in TypeScript. */
const GATE = {
  signature: `description: Wait until the gate is open.
effect: read
input: { name: { type: string } }
output: {}
timeout: 60s
`,
  code: `import type { Gate } from '../../generated/activities/lab/gate.ts';

const gate: Gate = async ({ name }, { database, attempt }) => {
  await database('gate_calls').insert({ name, attempt });
  while ((await database('gates').where({ name })).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {};
};
export default gate;
`,
};

let database: FreshDatabase;
let client: Client;
let dev: Running;
/** How many edits it has answered. */
let answers = 0;
let edits = 0;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

/** Edits files, and waits until dev has taken them or not. */
async function edit(files: { readonly [path: string]: string }): Promise<void> {
  for (const [path, text] of Object.entries(files)) write(path, text);
  const expected = ++edits;
  await expect.poll(() => answers, { timeout: 30_000 }).toBe(expected);
}

const startDev = (): Running =>
  startEstuary(['dev'], {
    cwd: root,
    env: {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_DEFAULT_TASK_QUEUE: taskQueue,
      DATABASE_URL: database.url,
    },
  });

const start = (type: string) =>
  client.workflow.start(type, { taskQueue, workflowId: `${type}-${randomUUID()}`, args: [{}] });
const run = async (type: string): Promise<unknown> => (await start(type)).result();

beforeAll(async () => {
  database = await createFreshDatabase(databaseUrl);
  await prepareGates(database.knex);
  client = new Client({ connection: await Connection.connect({ address }), namespace });
  for (const path of [
    'package.json',
    'src',
    'activities',
    'database',
    'providers',
    'definitions',
    'schemas',
  ]) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  cpSync(join(ROOT, 'tsconfig.json'), join(root, 'base.json'));
  const include = ['activities', 'database', 'generated', 'providers'];
  write('tsconfig.json', JSON.stringify({ extends: './base.json', include }));
  write('schemas/activities/lab/greet.yaml', SIGNATURE);
  write('activities/lab/greet.ts', greet("'Hello ' + input.name"));
  write('schemas/activities/lab/gate.yaml', GATE.signature);
  write('activities/lab/gate.ts', GATE.code);
  write('definitions/lab/hello.yaml', hello('Ann'));
  write('definitions/lab/gated.yaml', gated('as it was'));
  dev = startDev();
  dev.process.stderr.on('data', (text) => {
    answers += String(text).match(/Reloaded|Not reloaded/g)?.length ?? 0;
  });
  await dev.saw(/Serving task queue/);
});

afterAll(async () => {
  dev.process.kill('SIGKILL');
  await client.connection.close();
  await database.drop();
  rmSync(root, { recursive: true, force: true });
});

test('types are generated and code is compiled before it serves', async () => {
  await dev.saw(/✓ Generated generated\/activities\/lab\/greet\.ts\n/);
  expect(await run('lab/hello')).toBe('Hello Ann');
});

test('an edited definition is what the next run gets; a run under way keeps its own', async () => {
  const underWay = await start('lab/gated');
  await expect.poll(() => callsAt(database.knex, 'dev')).toBe(1);
  await edit({ 'definitions/lab/gated.yaml': gated('as it is'), 'definitions/lab/hello.yaml': hello('Bob') });
  await dev.saw(
    /changed {2}workflow lab\/gated\n.*changed {2}workflow lab\/hello\n.*still finishes lab\/gate\n/,
  );
  for (let round = 0; round < 5; round += 1) expect(await run('lab/hello')).toBe('Hello Bob');

  await openGate(database.knex, 'dev');
  expect(await underWay.result()).toBe('as it was');
  // Its activity was left alone: nobody began it anew.
  expect(await callsAt(database.knex, 'dev')).toBe(1);
  expect(await run('lab/gated')).toBe('as it is');
});

test('an edited activity is what the next call gets', async () => {
  await edit({ 'activities/lab/greet.ts': greet("'Good day ' + input.name") });
  await dev.saw(/changed {2}activity lab\/greet\n/);
  for (let round = 0; round < 5; round += 1) expect(await run('lab/hello')).toBe('Good day Bob');
});

test('a signature that changes with its code and its caller is taken whole, a new definition too', async () => {
  await edit({
    'schemas/activities/lab/greet.yaml': SIGNATURE.replace('name:', 'whom:'),
    'activities/lab/greet.ts': greet("'Welcome ' + input.whom"),
    'definitions/lab/hello.yaml': hello('Cem').replace('name:', 'whom:'),
    'definitions/lab/bye.yaml': 'steps:\n  - set: { said: Bye }\noutput: Bye\n',
  });
  await dev.saw(/added {4}workflow lab\/bye\n/);
  expect([await run('lab/hello'), await run('lab/bye')]).toEqual(['Welcome Cem', 'Bye']);
});

test.each([
  [
    'a definition with errors',
    { 'definitions/lab/hello.yaml': 'steps:\n  - activity: lab/nothing\n' },
    /no activity 'lab\/nothing'/,
  ],
  [
    'a type error',
    {
      'definitions/lab/hello.yaml': hello('Cem').replace('name:', 'whom:'),
      'activities/lab/greet.ts': greet('1'),
    },
    /activities\/lab\/greet\.ts\(3,\d+\): error TS2322/,
  ],
  [
    'code that cannot be loaded',
    { 'activities/lab/greet.ts': `${greet("'x'")}throw new Error('on loading');\n` },
    /lab\/greet: .*cannot be loaded: on loading/,
  ],
])('%s is shown, and what was served before still is', async (_, files, shown) => {
  await edit(files);
  await dev.saw(shown);
  expect(await run('lab/hello')).toBe('Welcome Cem');
});

test('once it is mended it is served', async () => {
  await edit({ 'activities/lab/greet.ts': greet("'Again ' + input.whom") });
  expect(await run('lab/hello')).toBe('Again Cem');
});

test('SIGTERM ends it and its worker', async () => {
  dev.process.kill('SIGTERM');
  const { code, stdout, stderr } = await dev.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('SIGTERM: no activity runs; once more ends at once\n');
  expect(stderr.match(/Not reloaded/g)).toHaveLength(3);
});

test('a second signal ends it at once with its worker; the next one does the rest', async () => {
  write(
    'definitions/lab/cut.yaml',
    gated('done').replace('name: dev', 'name: cut').replace('with:', 'timeout: 5s\n    with:'),
  );
  const first = startDev();
  await first.saw(/Serving task queue/);
  const underWay = await start('lab/cut');
  await expect.poll(() => callsAt(database.knex, 'cut'), { timeout: 20_000 }).toBe(1);
  first.process.kill('SIGINT');
  await first.saw(/SIGINT: finishing lab\/gate, at most 20 s; once more ends at once\n/);
  first.process.kill('SIGINT');
  // Its streams close only once the worker, which has them too, is gone.
  expect((await first.ended).code).toBe(130);

  const next = startDev();
  await openGate(database.knex, 'cut');
  expect(await underWay.result()).toBe('done');
  next.process.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
});
