/**
 * Every setting, once: where it may come from and what it must look like. Flags win over the environment, the
 * environment over estuary.yaml, that over a profile of temporal.toml, and that over the default.
 */

/** A parsed value, or what was expected instead. */
type Parsed = { readonly value: string | number | boolean } | { readonly expected: string };

export interface Setting {
  readonly name: SettingName;
  readonly flag?: string;
  /** Environment variables; the first that is set wins, and two that disagree are a problem. */
  readonly env: readonly string[];
  /** Paths in estuary.yaml, the same rule. */
  readonly file: readonly string[];
  /** The key in a profile of temporal.toml, `tls.server_name`. */
  readonly toml?: string;
  /** A path: relative to the project's root in estuary.yaml, else to the current folder. */
  readonly isPath?: true;
  /** Never shown, as a whole or, in a URL, its password. */
  readonly isSecret?: true;
  readonly parse: (raw: unknown) => Parsed;
  readonly fallback?: string | number | boolean;
}

export type SettingName =
  | 'temporal.profile'
  | 'temporal.config_file'
  | 'temporal.address'
  | 'temporal.namespace'
  | 'temporal.task_queue'
  | 'temporal.api_key'
  | 'temporal.tls'
  | 'temporal.tls_server_name'
  | `temporal.tls_${PemName}_${'path' | 'data'}`
  | 'database.url'
  | 'worker.max_concurrent_activities'
  | 'worker.max_concurrent_workflow_tasks'
  | 'worker.max_cached_workflows'
  | 'stack.temporal_cli'
  | 'stack.ports.temporal'
  | 'stack.ports.ui'
  | 'stack.ports.database'
  | 'tests.coverage_floor'
  | 'log.level'
  | 'log.format';

/** What a TLS connection may need of certificates and keys, each as a file or, from a secret store, as its text. */
export type PemName = 'server_ca_cert' | 'client_cert' | 'client_key';
export const PEM_NAMES: readonly PemName[] = ['server_ca_cert', 'client_cert', 'client_key'];

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** `auto`: text in a terminal, JSON elsewhere. */
export const LOG_FORMATS = ['auto', 'json', 'text'] as const;

export const SETTINGS: readonly Setting[] = [
  // These two first: the others may come from the profile that they name.
  {
    name: 'temporal.profile',
    flag: 'profile',
    env: ['TEMPORAL_PROFILE'],
    file: ['temporal.profile'],
    parse: parseText,
  },
  {
    name: 'temporal.config_file',
    env: ['TEMPORAL_CONFIG_FILE'],
    file: ['temporal.config_file'],
    parse: parseText,
    isPath: true,
  },
  {
    name: 'temporal.address',
    flag: 'address',
    env: ['TEMPORAL_ADDRESS', 'TEMPORAL_HOST'],
    file: ['temporal.address', 'temporal.host'],
    toml: 'address',
    parse: parseAddress,
  },
  {
    name: 'temporal.namespace',
    flag: 'namespace',
    env: ['TEMPORAL_NAMESPACE'],
    file: ['temporal.namespace'],
    toml: 'namespace',
    parse: parseText,
    fallback: 'estuary',
  },
  {
    name: 'temporal.task_queue',
    flag: 'task-queue',
    env: ['TEMPORAL_DEFAULT_TASK_QUEUE'],
    file: ['temporal.default_task_queue'],
    parse: parseText,
    fallback: 'default',
  },
  // Not in estuary.yaml, which is committed.
  {
    name: 'temporal.api_key',
    env: ['TEMPORAL_API_KEY'],
    file: [],
    toml: 'api_key',
    parse: parseText,
    isSecret: true,
  },
  {
    name: 'temporal.tls',
    env: ['TEMPORAL_TLS_ENABLED', 'TEMPORAL_TLS'],
    file: ['temporal.tls_enabled'],
    toml: 'tls',
    parse: parseSwitch,
    fallback: false,
  },
  {
    name: 'temporal.tls_server_name',
    env: ['TEMPORAL_TLS_SERVER_NAME'],
    file: ['temporal.tls_server_name'],
    toml: 'tls.server_name',
    parse: parseText,
  },
  ...PEM_NAMES.flatMap((name): Setting[] => [
    {
      name: `temporal.tls_${name}_path`,
      env: [`TEMPORAL_TLS_${name.toUpperCase()}_PATH`],
      file: [`temporal.tls_${name}_path`],
      toml: `tls.${name}_path`,
      parse: parseText,
      isPath: true,
    },
    {
      name: `temporal.tls_${name}_data`,
      env: [`TEMPORAL_TLS_${name.toUpperCase()}_DATA`],
      file: [],
      toml: `tls.${name}_data`,
      parse: parseText,
      isSecret: true,
    },
  ]),
  {
    name: 'database.url',
    env: ['DATABASE_URL'],
    file: ['database.url'],
    parse: parseDatabaseUrl,
    isSecret: true,
  },
  {
    name: 'worker.max_concurrent_activities',
    flag: 'max-concurrent-activities',
    env: ['ESTUARY_MAX_CONCURRENT_ACTIVITIES'],
    file: ['worker.max_concurrent_activities'],
    parse: (raw) => parseCount(raw, (count) => count >= 1, 'a whole number from 1'),
    fallback: 100,
  },
  {
    name: 'worker.max_concurrent_workflow_tasks',
    flag: 'max-concurrent-workflow-tasks',
    env: ['ESTUARY_MAX_CONCURRENT_WORKFLOW_TASKS'],
    file: ['worker.max_concurrent_workflow_tasks'],
    parse: (raw) => parseCount(raw, (count) => count >= 2, 'a whole number from 2'),
    fallback: 40,
  },
  {
    name: 'worker.max_cached_workflows',
    flag: 'max-cached-workflows',
    env: ['ESTUARY_MAX_CACHED_WORKFLOWS'],
    file: ['worker.max_cached_workflows'],
    // The SDK takes no cache of one.
    parse: (raw) => parseCount(raw, (count) => count !== 1, '0 for no cache, or a whole number from 2'),
  },
  { name: 'stack.temporal_cli', env: [], file: ['stack.temporal_cli'], parse: parseText },
  { name: 'stack.ports.temporal', env: [], file: ['stack.ports.temporal'], parse: parsePort },
  { name: 'stack.ports.ui', env: [], file: ['stack.ports.ui'], parse: parsePort },
  { name: 'stack.ports.database', env: [], file: ['stack.ports.database'], parse: parsePort },
  {
    name: 'tests.coverage_floor',
    env: [],
    file: ['tests.coverage_floor'],
    parse: (raw) => parseCount(raw, (count) => count <= 100, 'a whole number of percent, from 0 to 100'),
  },
  {
    name: 'log.level',
    flag: 'verbose',
    env: ['LOG_LEVEL'],
    file: ['log.level'],
    // The flag is a switch.
    parse: (raw) => (raw === true ? { value: 'debug' } : parseOneOf(LOG_LEVELS, raw)),
    fallback: 'info',
  },
  {
    name: 'log.format',
    env: ['LOG_FORMAT'],
    file: ['log.format'],
    parse: (raw) => parseOneOf(LOG_FORMATS, raw),
    fallback: 'auto',
  },
];

function parseText(raw: unknown): Parsed {
  return typeof raw === 'string' && raw.trim() !== '' ? { value: raw.trim() } : { expected: 'a text' };
}

function parseOneOf(choices: readonly string[], raw: unknown): Parsed {
  const text = String(raw).trim().toLowerCase();
  return choices.includes(text) ? { value: text } : { expected: choices.join(', ') };
}

/** Host and port; the port may be left out. `[::1]:7233` for IPv6. */
function parseAddress(raw: unknown): Parsed {
  const expected = { expected: 'host:port, without a scheme, for instance localhost:7233' };
  if (typeof raw !== 'string') return expected;
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(raw.trim());
  const port = Number(match?.[2] ?? '7233');
  return match && port >= 1 && port <= 65535 ? { value: `${match[1]}:${port}` } : expected;
}

function parseSwitch(raw: unknown): Parsed {
  const text = String(raw).trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return { value: true };
  if (['false', '0', 'no', 'off'].includes(text)) return { value: false };
  return { expected: 'true or false' };
}

function parseDatabaseUrl(raw: unknown): Parsed {
  const isUrl =
    typeof raw === 'string' && /^postgres(ql)?:\/\/.+/.test(raw.trim()) && URL.canParse(raw.trim());
  return isUrl
    ? { value: raw.trim() }
    : { expected: 'a URL such as postgres://user:password@host:5432/name' };
}

/** A number as the file has it, or its digits as flags and the environment do. */
function parseCount(raw: unknown, isAllowed: (count: number) => boolean, expected: string): Parsed {
  const digits = /^\d{1,7}$/.test(String(raw).trim());
  const count = Number(raw);
  return digits && isAllowed(count) ? { value: count } : { expected };
}

function parsePort(raw: unknown): Parsed {
  return typeof raw === 'number' && Number.isInteger(raw) && raw >= 0 && raw <= 65535
    ? { value: raw }
    : { expected: 'a port from 1 to 65535, or 0 for any free one' };
}
