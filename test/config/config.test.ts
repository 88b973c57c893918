import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, type ConfigFlags, findProjectRoot, loadConfig } from '../../src/config/config.ts';
import { chooseServices } from '../../src/config/services.ts';
import { describeConfig } from '../../src/config/show.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'estuary-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Given {
  readonly file?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly flags?: ConfigFlags;
}

function load({ file = '', env = {}, flags = {} }: Given) {
  writeFileSync(join(root, 'estuary.yaml'), file);
  return loadConfig({ cwd: root, env, flags });
}

function loaded(given: Given): Config {
  const { config, problems } = load(given);
  expect(problems).toBeUndefined();
  return config!;
}

const FILE_ADDRESS = 'temporal:\n  host: file:1\n';

describe('where a value comes from', () => {
  type Row = [what: string, given: Given, value: string | undefined, source: string];
  const addresses: Row[] = [
    ['nothing', {}, undefined, 'not set'],
    ['production', { env: { NODE_ENV: 'production' } }, 'localhost:7233', 'default'],
    ['the file', { file: FILE_ADDRESS }, 'file:1', 'estuary.yaml:2'],
    [
      'the file, by its other name',
      { file: '# one\ntemporal: { address: other }' },
      'other:7233',
      'estuary.yaml:2',
    ],
    [
      'the file in production',
      { file: FILE_ADDRESS, env: { NODE_ENV: 'production' } },
      'file:1',
      'estuary.yaml:2',
    ],
    ['TEMPORAL_HOST', { file: FILE_ADDRESS, env: { TEMPORAL_HOST: 'env:2' } }, 'env:2', 'TEMPORAL_HOST'],
    ['TEMPORAL_ADDRESS', { file: FILE_ADDRESS, env: { TEMPORAL_ADDRESS: 'a:2' } }, 'a:2', 'TEMPORAL_ADDRESS'],
    ['an empty variable', { file: FILE_ADDRESS, env: { TEMPORAL_HOST: '' } }, 'file:1', 'estuary.yaml:2'],
    [
      'both, agreeing',
      { env: { TEMPORAL_ADDRESS: 'a', TEMPORAL_HOST: 'a:7233' } },
      'a:7233',
      'TEMPORAL_ADDRESS',
    ],
    ['a flag', { env: { TEMPORAL_HOST: 'env:2' }, flags: { address: 'flag:3' } }, 'flag:3', '--address'],
    ['an IPv6 address', { env: { TEMPORAL_HOST: '[::1]:9' } }, '[::1]:9', 'TEMPORAL_HOST'],
    [
      'the demo',
      { file: FILE_ADDRESS, env: { TEMPORAL_HOST: 'env:2', ESTUARY_EMBEDDED: '1' } },
      undefined,
      'ESTUARY_EMBEDDED',
    ],
  ];
  test.each(addresses)('address from %s', (_, given, value, source) => {
    const config = loaded(given);
    expect(config.temporal.address).toBe(value);
    expect(config.sources['temporal.address']).toBe(source);
  });

  type Other = [what: string, given: Given, read: (config: Config) => unknown, value: unknown];
  const others: Other[] = [
    ['namespace', {}, (c) => c.temporal.namespace, 'estuary'],
    ['namespace', { file: 'temporal: { namespace: f }' }, (c) => c.temporal.namespace, 'f'],
    ['namespace', { env: { TEMPORAL_NAMESPACE: 'e' } }, (c) => c.temporal.namespace, 'e'],
    [
      'namespace',
      { flags: { namespace: 'x' }, env: { TEMPORAL_NAMESPACE: 'e' } },
      (c) => c.temporal.namespace,
      'x',
    ],
    ['task queue', {}, (c) => c.temporal.taskQueue, 'default'],
    ['task queue', { file: 'temporal: { default_task_queue: f }' }, (c) => c.temporal.taskQueue, 'f'],
    ['task queue', { env: { TEMPORAL_DEFAULT_TASK_QUEUE: 'e' } }, (c) => c.temporal.taskQueue, 'e'],
    ['task queue', { flags: { 'task-queue': 'x' } }, (c) => c.temporal.taskQueue, 'x'],
    ['tls', {}, (c) => c.temporal.tls, false],
    ['tls', { file: 'temporal: { tls_enabled: true }' }, (c) => c.temporal.tls, true],
    ['tls', { env: { TEMPORAL_TLS_ENABLED: 'True' } }, (c) => c.temporal.tls, true],
    [
      'tls',
      { file: 'temporal: { tls_enabled: true }', env: { TEMPORAL_TLS_ENABLED: '0' } },
      (c) => c.temporal.tls,
      false,
    ],
    ['database', { file: 'database: { url: "postgres://f/x" }' }, (c) => c.database.url, 'postgres://f/x'],
    ['database', { env: { DATABASE_URL: 'postgresql://e/x' } }, (c) => c.database.url, 'postgresql://e/x'],
    ['CLI', { file: 'stack: { temporal_cli: /opt/temporal }' }, (c) => c.stack.temporalCli, '/opt/temporal'],
    [
      'ports',
      { file: 'stack: { ports: { ui: 0, database: 5555 } }' },
      (c) => c.stack.ports,
      { ui: 0, database: 5555 },
    ],
    [
      'limits',
      {},
      (c) => c.worker,
      { maxConcurrentActivities: 100, maxConcurrentWorkflowTasks: 40, maxCachedWorkflows: undefined },
    ],
    [
      'limits',
      {
        file: 'worker: { max_concurrent_activities: 5, max_cached_workflows: 0 }',
        env: { ESTUARY_MAX_CONCURRENT_WORKFLOW_TASKS: '7' },
        flags: { 'max-concurrent-activities': '6' },
      },
      (c) => c.worker,
      { maxConcurrentActivities: 6, maxConcurrentWorkflowTasks: 7, maxCachedWorkflows: 0 },
    ],
    [
      'fewer cached workflows than tasks by default',
      { flags: { 'max-cached-workflows': '10' } },
      (c) => [c.worker.maxConcurrentWorkflowTasks, c.sources['worker.max_concurrent_workflow_tasks']],
      [10, '--max-cached-workflows'],
    ],
    ['logs', {}, (c) => c.log, { level: 'info', format: 'auto' }],
    [
      'logs',
      { file: 'log: { level: warn, format: text }', env: { LOG_FORMAT: 'JSON' }, flags: { verbose: true } },
      (c) => c.log,
      { level: 'debug', format: 'json' },
    ],
    ['queues', { file: 'task_queues: { payments: money }' }, (c) => c.taskQueues, { payments: 'money' }],
    [
      'an empty section',
      { file: 'temporal:\ntask_queues:\n  a: b\n' },
      (c) => c.temporal.namespace,
      'estuary',
    ],
  ];
  test.each(others)('%s from %j', (_, given, read, value) => {
    expect(read(loaded(given))).toEqual(value);
  });
});

describe('temporal.toml', () => {
  const TOML = `[profile.default]
address = "toml:1"
namespace = "of-toml"
[profile.cloud]
address = "cloud:1"
api_key = "key"
[profile.plain]
address = "plain:1"
api_key = "key"
tls = { disabled = true }
[profile.mutual.tls]
client_cert_data = "pem"
`;
  const file = () => join(root, 'temporal.toml');
  const read = (given: Given): Config => {
    writeFileSync(file(), TOML);
    return loaded({ ...given, env: { TEMPORAL_CONFIG_FILE: file(), ...given.env } });
  };

  type Row = [what: string, given: Given, address: string | undefined, source: string];
  test.each<Row>([
    ['gives what nothing else gives', {}, 'toml:1', 'temporal.toml [default]'],
    ['another profile', { env: { TEMPORAL_PROFILE: 'cloud' } }, 'cloud:1', 'temporal.toml [cloud]'],
    [
      'another profile by its flag',
      { flags: { profile: 'cloud' }, env: { TEMPORAL_PROFILE: 'plain' } },
      'cloud:1',
      'temporal.toml [cloud]',
    ],
    ['named by estuary.yaml', { file: 'temporal: { profile: cloud }' }, 'cloud:1', 'temporal.toml [cloud]'],
    ['estuary.yaml goes before it', { file: FILE_ADDRESS }, 'file:1', 'estuary.yaml:2'],
    ['and before the default', { env: { NODE_ENV: 'production' } }, 'toml:1', 'temporal.toml [default]'],
    ['not in the demo', { env: { ESTUARY_EMBEDDED: '1' } }, undefined, 'ESTUARY_EMBEDDED'],
  ])('%s', (_, given, address, source) => {
    const config = read(given);
    expect([config.temporal.address, config.sources['temporal.address']]).toEqual([address, source]);
  });

  test("is found in the user's folder", () => {
    mkdirSync(join(root, 'temporalio'));
    writeFileSync(join(root, 'temporalio', 'temporal.toml'), TOML);
    expect(loaded({ env: { XDG_CONFIG_HOME: root } }).temporal.namespace).toBe('of-toml');
  });

  test.each<[profile: string, env: NodeJS.ProcessEnv, tls: boolean, source: string]>([
    ['default', {}, false, 'default'],
    ['cloud', {}, true, 'temporal.toml [cloud]'],
    ['cloud', { TEMPORAL_TLS_ENABLED: 'false' }, false, 'TEMPORAL_TLS_ENABLED'],
    ['plain', {}, false, 'temporal.toml [plain]'],
    ['plain', { TEMPORAL_TLS: 'true' }, true, 'TEMPORAL_TLS'],
    ['mutual', {}, true, 'temporal.toml [mutual]'],
    ['default', { TEMPORAL_TLS_SERVER_NAME: 'x' }, true, 'TEMPORAL_TLS_SERVER_NAME'],
  ])('TLS with profile %s and %j', (profile, env, tls, source) => {
    const config = read({ env: { TEMPORAL_PROFILE: profile, ...env } });
    expect([config.temporal.tls, config.sources['temporal.tls']]).toEqual([tls, source]);
  });

  test('a file goes before a text from a weaker place, and starts at the project from estuary.yaml', () => {
    const env = { TEMPORAL_PROFILE: 'mutual' };
    expect(read({ env }).temporal.tlsFiles.client_cert).toMatchObject({ data: 'pem' });
    const config = read({ env, file: 'temporal: { tls_client_cert_path: a/b.pem }' });
    expect(config.temporal.tlsFiles.client_cert).toMatchObject({ path: join(root, 'a/b.pem') });
    expect(config.sources['temporal.tls_client_cert_data']).toBe('not set');
  });

  type Bad = [what: string, toml: string | undefined, env: NodeJS.ProcessEnv, code: string, message: RegExp];
  test.each<Bad>([
    ['no such file', undefined, {}, 'unreadable-file', /ENOENT/],
    [
      'no such profile',
      TOML,
      { TEMPORAL_PROFILE: 'x' },
      'invalid-setting',
      /no profile 'x' in .*; there is default, cloud/,
    ],
    [
      'no such profile, by a name of JavaScript',
      TOML,
      { TEMPORAL_PROFILE: '__proto__' },
      'invalid-setting',
      /__proto__/,
    ],
    [
      'no TOML, its line unquoted',
      '[profile.default]\napi_key = "secret',
      {},
      'invalid-toml',
      /^(?!.*secret)/,
    ],
    [
      'a value of another type, unquoted',
      '[profile.default]\napi_key = ["secret"]',
      {},
      'invalid-setting',
      /^(?!.*secret).*api_key/,
    ],
    [
      'a file and a text',
      '[profile.default.tls]\nclient_key_path = "a"\nclient_key_data = "b"',
      {},
      'conflicting-settings',
      /two ways to say one thing/,
    ],
  ])('%s', (_, toml, env, code, message) => {
    if (toml !== undefined) writeFileSync(file(), toml);
    const { problems } = load({ env: { TEMPORAL_CONFIG_FILE: file(), ...env } });
    expect(problems).toMatchObject([{ code, message: expect.stringMatching(message) }]);
  });
});

test.each([
  ['postgres://u:secret@h:1/d', 'postgres://u:***@h:1/d'],
  ['postgres://u@h/d', 'postgres://u@h/d'],
  ['postgres://h/d?user=u&password=secret&sslkey=secret', 'postgres://h/d?user=u&password=***&sslkey=***'],
])('%s is shown as %s', (url, shown) => {
  const config = loaded({ env: { DATABASE_URL: url } });
  const setting = describeConfig(config).find(({ name }) => name === 'database.url');
  expect(setting).toEqual({ name: 'database.url', value: shown, source: 'DATABASE_URL' });
});

describe('problems', () => {
  type Row = [what: string, given: Given, problems: [code: string, where: string, message: RegExp][]];
  const rows: Row[] = [
    [
      'an address with a scheme',
      { env: { TEMPORAL_HOST: 'https://x:1' } },
      [['invalid-setting', 'TEMPORAL_HOST', /'https:\/\/x:1' is not temporal\.address: expected host:port/]],
    ],
    ['a port too high', { flags: { address: 'x:70000' } }, [['invalid-setting', '--address', /x:70000/]]],
    [
      'two addresses',
      { env: { TEMPORAL_HOST: 'a:1', TEMPORAL_ADDRESS: 'b:1' } },
      [
        [
          'conflicting-settings',
          'TEMPORAL_HOST',
          /'b:1' in TEMPORAL_ADDRESS and 'a:1' in TEMPORAL_HOST disagree/,
        ],
      ],
    ],
    [
      'a switch',
      { env: { TEMPORAL_TLS_ENABLED: 'maybe' } },
      [['invalid-setting', 'TEMPORAL_TLS_ENABLED', /'maybe'/]],
    ],
    [
      'a database of another kind, its password unquoted',
      { env: { DATABASE_URL: 'mysql://u:secret@x/y' } },
      [['invalid-setting', 'DATABASE_URL', /^(?!.*secret).*postgres:\/\//]],
    ],
    [
      'an unknown setting',
      { file: 'temporal:\n  adress: x\n' },
      [
        [
          'unknown-setting',
          'estuary.yaml:2',
          /'temporal\.adress' is no setting; there is .*temporal\.address/,
        ],
      ],
    ],
    ['an unknown section', { file: '\nserver: 1' }, [['unknown-setting', 'estuary.yaml:2', /'server'/]]],
    [
      'no activity at a time',
      { flags: { 'max-concurrent-activities': '0' } },
      [['invalid-setting', '--max-concurrent-activities', /'0' .*a whole number from 1/]],
    ],
    [
      'limits that are none',
      {
        file: 'worker: { max_concurrent_activities: 1.5, max_cached_workflows: 1 }',
        env: { ESTUARY_MAX_CONCURRENT_WORKFLOW_TASKS: 'many' },
      },
      [
        ['invalid-setting', 'estuary.yaml:1', /'1.5'/],
        ['invalid-setting', 'ESTUARY_MAX_CONCURRENT_WORKFLOW_TASKS', /'many' .*from 2/],
        ['invalid-setting', 'estuary.yaml:1', /'1' .*0 for no cache/],
      ],
    ],
    [
      'more workflow tasks than cached workflows',
      { flags: { 'max-concurrent-workflow-tasks': '20', 'max-cached-workflows': '10' } },
      [['conflicting-settings', '--max-concurrent-workflow-tasks', /more than worker.max_cached_workflows/]],
    ],
    [
      'a level of logs',
      { env: { LOG_LEVEL: 'loud' } },
      [['invalid-setting', 'LOG_LEVEL', /'loud' .*debug, info, warn/]],
    ],
    ['a list', { file: '- a' }, [['invalid-setting', 'estuary.yaml:1', /holds settings/]]],
    [
      'a section that is a text',
      { file: 'temporal: x' },
      [['invalid-setting', 'estuary.yaml:1', /'temporal'/]],
    ],
    [
      'a setting that is a list',
      { file: 'temporal: { host: [a] }' },
      [['invalid-setting', 'estuary.yaml:1', /host:port/]],
    ],
    [
      'a queue without name',
      { file: 'task_queues: { a: 1 }' },
      [['invalid-setting', 'estuary.yaml:1', /task_queues\.a/]],
    ],
    [
      'a port',
      { file: 'stack: { ports: { ui: x } }' },
      [['invalid-setting', 'estuary.yaml:1', /stack\.ports\.ui/]],
    ],
    ['broken YAML', { file: 'a: [\n' }, [['invalid-yaml', 'estuary.yaml:2', /./]]],
    [
      'several at once',
      { file: 'x: 1\ny: 2', env: { TEMPORAL_HOST: '::' } },
      [
        ['unknown-setting', 'estuary.yaml:1', /'x'/],
        ['unknown-setting', 'estuary.yaml:2', /'y'/],
        ['invalid-setting', 'TEMPORAL_HOST', /'::'/],
      ],
    ],
  ];
  test.each(rows)('%s', (_, given, expected) => {
    const { problems = [] } = load(given);
    expect(problems.map(({ code, where }) => [code, where])).toEqual(
      expected.map(([code, where]) => [code, where]),
    );
    for (const [i, [, , message]] of expected.entries()) expect(problems[i]!.message).toMatch(message);
  });
});

describe('which servers', () => {
  const DATABASE_URL = 'postgres://u:p@h/d';
  const EMBEDDED = { services: { kind: 'embedded' } };
  const half = (where: string) => ({ problem: { code: 'half-configured', where } });
  type Row = [what: string, env: NodeJS.ProcessEnv, expected: object];
  const rows: Row[] = [
    ['neither', {}, EMBEDDED],
    ['a namespace alone', { TEMPORAL_NAMESPACE: 'x' }, EMBEDDED],
    [
      'both',
      { TEMPORAL_HOST: 'x', DATABASE_URL },
      { services: { kind: 'configured', address: 'x:7233', databaseUrl: DATABASE_URL } },
    ],
    ['Temporal alone', { TEMPORAL_HOST: 'x' }, half('TEMPORAL_HOST')],
    ['PostgreSQL alone', { DATABASE_URL }, half('DATABASE_URL')],
    ['production and nothing else', { NODE_ENV: 'production' }, half('default')],
    [
      'production and PostgreSQL',
      { NODE_ENV: 'production', DATABASE_URL },
      { services: { kind: 'configured', address: 'localhost:7233', databaseUrl: DATABASE_URL } },
    ],
    ['all, in the demo', { NODE_ENV: 'production', DATABASE_URL, ESTUARY_EMBEDDED: '1' }, EMBEDDED],
  ];
  test.each(rows)('%s', (_, env, expected) => {
    expect(chooseServices(loaded({ env }))).toMatchObject(expected);
  });
});

describe('the project root', () => {
  test.each<[marker: string, make: (folder: string) => void]>([
    ['estuary.yaml', (folder) => writeFileSync(join(folder, 'estuary.yaml'), '')],
    [
      'definitions/ beside package.json',
      (folder) => {
        mkdirSync(join(folder, 'definitions'));
        writeFileSync(join(folder, 'package.json'), '{}');
      },
    ],
  ])('is the nearest folder with %s', (_, make) => {
    const [outer, inner] = [root, join(root, 'a')];
    const deep = join(inner, 'b', 'c');
    mkdirSync(deep, { recursive: true });
    make(outer);
    expect(findProjectRoot(deep)).toBe(outer);
    make(inner);
    expect(findProjectRoot(deep)).toBe(inner);
  });

  test('is not a package without definitions', () => {
    writeFileSync(join(root, 'package.json'), '{}');
    expect(findProjectRoot(root)).toBeUndefined();
    expect(loadConfig({ cwd: root, env: {} }).problems).toMatchObject([{ code: 'no-project', where: root }]);
  });
});
