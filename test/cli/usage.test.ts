/** What people see of each command that needs no server: a row a case, a golden file each. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyProject, type Ended, estuary } from './estuary.ts';
import { expectGolden } from './golden.ts';

type Row = [name: string, args: string, code: number, env?: { readonly [name: string]: string }];

const RUN = 'wf run payments/batch-payout';
/** Port 1: nothing listens there. */
const REFUSING = {
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  DATABASE_URL: 'postgres://somebody:secret@127.0.0.1:1/x',
};

const SECRETS = {
  ...REFUSING,
  TEMPORAL_API_KEY: 'secret-key',
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'secret-pem',
};

const SOUND: readonly Row[] = [
  ['unknown-command', 'wf rum', 2],
  ['unknown-command-json', 'wf rum --json', 2],
  ['unknown-flag', `${RUN} --imput min_amount=1`, 2],
  ['flag-twice-excluded', 'db seed --size 3 --more 2', 2],
  ['flag-not-a-number', 'db seed --size x', 2],
  ['run-without-name', 'wf run', 2],
  ['run-without-name-json', 'wf run --json', 2],
  ['run-unknown-workflow', 'wf run payments/batch-payuot', 2],
  ['run-input-not-a-number', `${RUN} --input min_amount=abc`, 2],
  ['run-input-not-a-number-json', `${RUN} --input min_amount=abc --json`, 2],
  ['run-input-before-name', 'wf run --input min_amount=abc payments/batch-payout', 2],
  ['run-input-negative', `${RUN} --input min_amount=-5`, 2],
  ['run-input-zero', `${RUN} --input min_amount=0`, 2],
  ['run-input-unknown-key', `${RUN} --input min_amont=10`, 2],
  ['run-input-without-value', `${RUN} --input min_amount=`, 2],
  ['run-input-without-equals', `${RUN} --input min_amount`, 2],
  ['run-input-nothing-after-flag', `${RUN} --input`, 2],
  ['run-input-not-in-list', `${RUN} --input payment_method=cash`, 2],
  ['run-input-fraction', `${RUN} --input practitioner_id=1.5`, 2],
  ['run-input-all-wrong', `${RUN} -i min_amount=-1 -i payment_method=cash -i practitioner_id=x -i y=1`, 2],
  ['run-input-not-json', `${RUN} --input min_amount:=ten`, 2],
  ['run-input-not-nested', `${RUN} --input min_amount.eur=10`, 2],
  ['run-input-file-missing', `${RUN} --input-file nowhere.yaml`, 2],
  ['run-input-file-folder', `${RUN} --input-file definitions`, 2],
  ['run-input-file-wrong', `${RUN} --input-file schemas/money.yaml`, 2],
  ['run-input-file-empty', `${RUN} --input-file -`, 2],
  ['run-timeout-wrong', `${RUN} --timeout 10x`, 2],
  ['run-timeout-zero', `${RUN} --timeout 0s`, 2],
  ['run-timeout-without-wait', `${RUN} --no-wait --timeout 10m`, 2],
  ['run-refused', `${RUN} --input min_amount=10`, 4, REFUSING],
  ['run-refused-json', `${RUN} --json`, 4, REFUSING],
  ['run-refused-by-flag', `${RUN} --address localhost:1`, 4, { ...REFUSING, TEMPORAL_ADDRESS: '' }],
  ['run-half-temporal', RUN, 2, { TEMPORAL_HOST: 'temporal.example:7233' }],
  ['run-half-database', RUN, 2, { DATABASE_URL: 'postgres://somebody:secret@db.example/x' }],
  ['run-half-production', RUN, 2, { NODE_ENV: 'production' }],
  ['run-bad-configuration', RUN, 2, { TEMPORAL_HOST: 'http://x', DATABASE_URL: 'mysql://u:secret@x/y' }],
  ['config', 'config show', 0],
  ['config-json', 'config show --json --namespace orders', 0, SECRETS],
  ['config-half', 'config show', 0, { TEMPORAL_HOST: 'temporal.example' }],
  ['config-bad', 'config show', 2, { TEMPORAL_TLS_ENABLED: 'maybe', TEMPORAL_ADDRESS: 'http://x' }],
  ['doctor-refused', 'doctor', 4, REFUSING],
  ['doctor-half', 'doctor', 1, { TEMPORAL_HOST: 'temporal.example' }],
  ['doctor-json', 'doctor --json', 0],
  ['show-nothing', 'wf show', 2],
  ['show-refused', 'wf show march', 4, REFUSING],
  ['signal-nothing', 'wf signal march', 2],
  ['signal-nothing-json', 'wf signal --json', 2],
  ['update-refused', 'wf update march amend', 4, REFUSING],
  ['query-refused-json', 'wf query march total --json', 4, REFUSING],
  ['cancel-unknown-flag', 'wf cancel march --wiat', 2],
  ['resume-unknown-flag', 'wf resume march --skpi', 2],
  ['list', 'wf list', 0],
  ['list-json', 'wf list --json', 0],
  ['list-domain', 'wf list --domain payments', 0],
  ['list-unknown-domain', 'wf list --domain payment', 2],
  ['validate', 'wf validate', 0],
  ['validate-json', 'wf validate --json', 0],
  ['validate-domain', 'wf validate payments', 0],
  ['validate-file', 'wf validate definitions/payments/batch-payout.yaml', 0],
  ['validate-folders', 'wf validate definitions schemas', 0],
  ['validate-unknown', 'wf validate refunds', 2],
  ['test', 'wf test', 0],
  ['test-coverage', 'wf test payments/batch-payout --coverage', 0],
  ['test-json', 'wf test definitions/payments/practitioner-payout.yaml --json --coverage', 0],
  ['test-junit', 'wf test payments --junit', 0],
  ['test-unknown', 'wf test refunds', 2],
  ['test-json-and-junit', 'wf test --json --junit', 2],
  ['test-watch-and-json', 'wf test --watch --json', 2],
  ['simulate', 'wf simulate payments/batch-payout --seed 7', 0],
  ['simulate-json', 'wf simulate payments/practitioner-payout -i practitioner_id=7 --json', 0],
  ['simulate-failures', 'wf simulate payments/batch-payout --failures --seed 34', 1],
  ['simulate-explore', 'wf simulate payments/batch-payout --explore --runs 100', 0],
  ['simulate-explore-json', 'wf simulate payments/batch-payout --explore --runs 100 --json', 0],
  ['simulate-unknown-case', 'wf simulate payments/batch-payout --case pays', 2],
  ['simulate-missing-input', 'wf simulate payments/practitioner-payout', 2],
  ['simulate-runs-alone', 'wf simulate payments/batch-payout --runs 3', 2],
  ['codegen-check', 'codegen --check', 0],
  ['codegen-check-json', 'codegen --check --json', 0],
  ['migrate-refused', 'db migrate', 4, REFUSING],
  ['status-refused-json', 'db status --json', 4, REFUSING],
  ['rollback-unconfirmed', 'db rollback', 2, REFUSING],
  ['seed-unconfirmed', 'db seed', 2, REFUSING],
  ['worker-unknown-domain', 'worker start --domains payments,bookigns', 2],
  ['worker-refused', 'worker start', 4, REFUSING],
  ['schedule-apply-refused', 'schedule apply', 4, REFUSING],
  ['schedule-list-refused-json', 'schedule list --json', 4, REFUSING],
  ['schedule-pause-nothing', 'schedule pause', 2],
  ['schedule-backfill-nothing', 'schedule backfill payments/batch-payout.nightly', 2],
  [
    'schedule-backfill-no-time',
    'schedule backfill payments/batch-payout.nightly --from monday --to 2026-03-02',
    2,
  ],
  [
    'schedule-backfill-backwards',
    'schedule backfill payments/batch-payout.nightly --from 2026-03-02 --to 2026-03-01',
    2,
  ],
  [
    'schedule-backfill-future',
    'schedule backfill payments/batch-payout.nightly --from 2026-03-02 --to 2999-03-01',
    2,
  ],
  [
    'schedule-backfill-overlap',
    'schedule backfill payments/batch-payout.nightly --from 2026-03-01 --to 2026-03-02 --overlap never',
    2,
  ],
  ['dev-stop-nothing-runs', 'dev stop', 0],
  ['dev-stop-nothing-runs-json', 'dev stop --json', 0],
];

/** The same with a definition that has errors, a domain with one definition, and generated code that is old. */
const BROKEN: readonly Row[] = [
  ['broken-run', 'wf run payments/batch-payout', 3],
  ['broken-run-json', 'wf run payments/batch-payout --json', 3],
  ['broken-list', 'wf list --domain payments', 0],
  ['broken-doctor', 'doctor', 1],
  ['broken-validate', 'wf validate', 1],
  ['broken-validate-json', 'wf validate --json', 1],
  ['broken-validate-other-domain', 'wf validate reporting', 0],
  ['broken-validate-file', 'wf validate definitions/payments/batch-payout.yaml', 1],
  ['broken-test', 'wf test', 3],
  ['broken-test-json', 'wf test payments/batch-payout --json', 3],
  ['broken-test-untested', 'wf test reporting/hello', 2],
  ['broken-simulate', 'wf simulate payments/batch-payout', 3],
  ['broken-schedule-apply', 'schedule apply', 4, REFUSING],
  ['broken-codegen', 'codegen', 3],
];

const DRIFTED: readonly Row[] = [
  ['drifted-doctor', 'doctor', 1],
  ['drifted-codegen-check', 'codegen --check', 1],
  ['drifted-codegen-check-json', 'codegen --check --json', 1],
];

/** The same with a test that fails, and a floor for the coverage. */
const FAILING: readonly Row[] = [
  ['failing-test', 'wf test', 1],
  ['failing-test-json', 'wf test --json', 1],
  ['failing-test-junit', 'wf test --junit', 1],
  ['failing-test-coverage', 'wf test payments/batch-payout --coverage', 1],
];

const OUTSIDE: readonly Row[] = [
  ['no-project', 'wf list', 2],
  ['no-project-json', 'wf list --json', 2],
];

let sound: ReturnType<typeof copyProject>;
let broken: ReturnType<typeof copyProject>;
let drifted: ReturnType<typeof copyProject>;
let failing: ReturnType<typeof copyProject>;
let outside: ReturnType<typeof copyProject>;

beforeAll(() => {
  sound = copyProject();
  broken = copyProject();
  writeFileSync(join(broken.root, 'definitions/payments/batch-payout.yaml'), BROKEN_DEFINITION);
  mkdirSync(join(broken.root, 'definitions/reporting'));
  writeFileSync(join(broken.root, 'definitions/reporting/hello.yaml'), 'steps:\n  - set: { hello: world }\n');
  drifted = copyProject();
  const generated = join(drifted.root, 'generated');
  writeFileSync(join(generated, 'workflows.ts'), '// by hand\n');
  rmSync(join(generated, 'activities/payments/hold-payout.ts'));
  cpSync(join(generated, 'activities/index.ts'), join(generated, 'activities/payments/gone.ts'));
  failing = copyProject();
  for (const name of ['batch-payout', 'practitioner-payout']) {
    writeFileSync(join(failing.root, `definitions/payments/${name}.test.yaml`), TESTS[name]!);
  }
  writeFileSync(join(failing.root, 'estuary.yaml'), 'tests: { coverage_floor: 90 }\n');
  outside = copyProject();
  rmSync(join(outside.root, 'definitions'), { recursive: true });
});

afterAll(() => {
  for (const project of [sound, broken, drifted, failing, outside]) project.remove();
});

const TESTS: { readonly [name: string]: string } = {
  'batch-payout': `activities:
  payments/open-payout-batch:
    output: { batch_id: 11111111-1111-4111-8111-111111111111, payouts: [] }
  payments/close-payout-batch:
    output:
      batch_id: 11111111-1111-4111-8111-111111111111
      provider: sandbox
      counts: { paid: 0, held: 0 }
      totals: []
      held: []
      paid: []
cases:
  - name: closes an empty batch
    expect: { output: { counts: { paid: 0 } } }
`,
  'practitioner-payout': `input: { practitioner_id: 7 }
activities:
  payments/open-payout-batch: { error: PractitionerNotFound }
cases:
  - name: finds everybody
    expect: { output: {} }
  - name: finds nobody
    expect: { failure: PractitionerNotFound }
`,
};

const BROKEN_DEFINITION = `steps:
  - id: open
    activity: payments/open-payout-bach
    with: { min_amount: 10 }
  - set: { total: "\${{ steps.opne.output.payouts.size() }}" }
`;

describe.each([
  ['in a sound project', SOUND, () => sound],
  ['with a broken definition', BROKEN, () => broken],
  ['with old generated code', DRIFTED, () => drifted],
  ['with a test that fails', FAILING, () => failing],
  ['outside of any project', OUTSIDE, () => outside],
] as const)('%s', (_, rows, project) => {
  test.each(rows)('%s: estuary %s', async (name, args, code, env = {}) => {
    const { root } = project();
    const ended = await estuary(args.split(' '), { cwd: root, env });
    if (args.includes('--json')) JSON.parse(ended.stdout);
    expect(ended.stdout + ended.stderr, 'the password').not.toContain('secret');
    await expectGolden(`usage/${name}.txt`, transcript(args, ended, root, env));
    expect(ended.code).toBe(code);
  });
});

test('codegen makes good what drifted, and --check then agrees', async () => {
  const project = copyProject();
  try {
    writeFileSync(join(project.root, 'generated/workflows.ts'), '// by hand\n');
    const written = await estuary(['codegen'], { cwd: project.root });
    expect(written).toEqual({ code: 0, stdout: 'updated  generated/workflows.ts\n', stderr: '' });
    expect((await estuary(['codegen', '--check'], { cwd: project.root })).code).toBe(0);
  } finally {
    project.remove();
  }
});

function transcript(args: string, ended: Ended, root: string, env: object): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
  return [
    `$ ${variables.join('').replaceAll('secret', '…')}estuary ${args}`,
    `exit code ${ended.code}`,
    ...(ended.stdout === '' ? [] : ['', '[stdout]', ended.stdout.trimEnd()]),
    ...(ended.stderr === '' ? [] : ['', '[stderr]', ended.stderr.trimEnd()]),
    '',
  ]
    .join('\n')
    .replaceAll(root, '<project>')
    .replaceAll(process.version, '<node>')
    .replace(/ {2}\d+ ms$/gm, '')
    .replace(/ in [\d.]+ m?s$/gm, ' in <time>')
    .replace(/"took_ms": [\d.]+/g, '"took_ms": "<time>"')
    .replace(/ time="[\d.]+"/g, ' time="<time>"');
}
