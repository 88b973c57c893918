/** TLS, mutual TLS and API keys reach the client and the worker alike, wherever they are set. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { copyProject, estuary, startEstuary } from '../cli/estuary.ts';
import {
  type Certificates,
  createCertificates,
  listenWithTls,
  type TlsListener,
} from './config-tls-listener.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

const stack = inject('stack');
let certificates: Certificates;
let listener: TlsListener;
let database: FreshDatabase;
let project: ReturnType<typeof copyProject>;

beforeAll(async () => {
  certificates = createCertificates();
  listener = await listenWithTls(stack.address, certificates);
  database = await createFreshDatabase(stack.databaseUrl);
  project = copyProject();
});

afterAll(async () => {
  listener.close();
  await database.drop();
  certificates.remove();
  project.remove();
});

const servers = () => ({
  TEMPORAL_ADDRESS: listener.address,
  TEMPORAL_NAMESPACE: stack.namespace,
  TEMPORAL_DEFAULT_TASK_QUEUE: `tls-${randomUUID()}`,
  DATABASE_URL: database.url,
});
const mutualTls = () => ({
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.path('ca.pem'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.path('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.path('client.key'),
  TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
});

/** Serves and runs a workflow with this environment. */
async function serveAndRun(env: { readonly [name: string]: string }): Promise<void> {
  const worker = startEstuary(['worker', 'start'], { cwd: project.root, env });
  try {
    await worker.saw(/Serving task queue/);
    const run = await estuary(['wf', 'run', 'payments/batch-payout'], { cwd: project.root, env });
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('0 paid') });
  } finally {
    worker.process.kill('SIGTERM');
    await worker.ended;
  }
}

test('mutual TLS and an API key, from variables', async () => {
  const from = listener.calls.length;
  await serveAndRun({ ...servers(), ...mutualTls(), TEMPORAL_API_KEY: 'the-key' });
  const calls = listener.calls.slice(from);
  expect([...new Set(calls.map(({ authorization }) => authorization))]).toEqual(['Bearer the-key']);
  const libraries = calls.map(({ client }) => client.split('/')[0]);
  expect([...new Set(libraries)].sort(), 'of worker and client').toEqual(['grpc-node-js', 'tonic']);
});

test('the same from a profile of temporal.toml, its certificates as texts', async () => {
  const { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, ...others } = servers();
  const file = join(project.root, 'temporal.toml');
  const pem = (name: string): string => `'''\n${certificates.text(name)}'''`;
  const toml = `[profile.staging]
address = "${TEMPORAL_ADDRESS}"
namespace = "${TEMPORAL_NAMESPACE}"
api_key = "key-of-the-profile"
[profile.staging.tls]
server_name = "temporal.test"
server_ca_cert_data = ${pem('ca.pem')}
client_cert_data = ${pem('client.pem')}
client_key_data = ${pem('client.key')}
`;
  writeFileSync(file, toml);
  const from = listener.calls.length;
  await serveAndRun({ ...others, TEMPORAL_PROFILE: 'staging', TEMPORAL_CONFIG_FILE: file });
  expect([...new Set(listener.calls.slice(from).map(({ authorization }) => authorization))]).toEqual([
    'Bearer key-of-the-profile',
  ]);
});

test('TLS from estuary.yaml, with paths from the root of the project, run from a folder below', async () => {
  mkdirSync(join(project.root, 'tls'));
  for (const name of ['ca.pem', 'client.pem', 'client.key']) {
    writeFileSync(join(project.root, 'tls', name), certificates.text(name));
  }
  writeFileSync(
    join(project.root, 'estuary.yaml'),
    `temporal:
  tls_enabled: true
  tls_server_name: temporal.test
  tls_server_ca_cert_path: tls/ca.pem
  tls_client_cert_path: tls/client.pem
  tls_client_key_path: tls/client.key
`,
  );
  const from = listener.calls.length;
  const { code, stderr } = await estuary(['wf', 'run', 'payments/batch-payout'], {
    cwd: join(project.root, 'definitions'),
    env: servers(),
  });
  writeFileSync(join(project.root, 'estuary.yaml'), '');
  expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining('no worker polls') });
  expect(listener.calls.length).toBeGreaterThan(from);
});

describe('what goes wrong', () => {
  type Row = [what: string, env: () => { readonly [name: string]: string }, code: number, stderr: RegExp];
  const rows: Row[] = [
    [
      'another authority',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.path('other.pem') }),
      4,
      /its certificate is not signed by a trusted authority.*\nhint: set TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
    ],
    [
      'the authorities of the system',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: '' }),
      4,
      /not signed by a trusted authority/,
    ],
    [
      'no client certificate',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: '', TEMPORAL_TLS_CLIENT_KEY_PATH: '' }),
      4,
      /it refused the TLS connection.*\nhint: it may want a client certificate.*TEMPORAL_TLS_CLIENT_CERT_PATH/,
    ],
    [
      "another server's name",
      () => ({ TEMPORAL_TLS_SERVER_NAME: '' }),
      4,
      /127\.0\.0\.1.*\nhint: set TEMPORAL_TLS_SERVER_NAME/,
    ],
    [
      'no TLS',
      () => ({ TEMPORAL_TLS_ENABLED: 'false' }),
      4,
      /does not speak unencrypted gRPC\nhint: does it want TLS\? Set TEMPORAL_TLS_ENABLED/,
    ],
    [
      'TLS to a server without',
      () => ({ TEMPORAL_ADDRESS: stack.address }),
      4,
      /it does not speak TLS\nhint: set TEMPORAL_TLS_ENABLED=false/,
    ],
    [
      'a certificate without its key',
      () => ({ TEMPORAL_TLS_CLIENT_KEY_PATH: '' }),
      2,
      /tls_client_cert is set, but temporal\.tls_client_key is not/,
    ],
    [
      'a file that is not there',
      () => ({ TEMPORAL_TLS_CLIENT_KEY_PATH: 'nowhere.pem' }),
      2,
      /TEMPORAL_TLS_CLIENT_KEY_PATH: .*ENOENT.*nowhere\.pem/,
    ],
    [
      'a file that is no certificate',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.path('client.key') }),
      2,
      /client\.key is not temporal\.tls_client_cert: expected a certificate in PEM/,
    ],
  ];
  describe.each(['wf run payments/batch-payout', 'worker start'])('%s', (command) => {
    test.each(rows)('%s', async (_, env, code, stderr) => {
      const ended = await estuary(command.split(' '), {
        cwd: project.root,
        env: { ...servers(), ...mutualTls(), ...env() },
      });
      expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(stderr) });
    });
  });
});
