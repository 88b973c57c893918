/** The Temporal SDK's own download of the CLI. */
import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { until } from './processes.ts';
import { type Report, reportTask } from './progress.ts';
import type { CliResult } from './temporal-cli.ts';

/** Long enough for some 60 MB over a slow line; where there is no internet the SDK gives up at once. */
const TIMEOUT_MS = 180_000;

/**
 * Has the SDK download the CLI to `destination`. It does so only as the first half of starting a server, and
 * cannot be called off: therefore a process of its own, which also starts and stops that server.
 */
export async function downloadCli(options: {
  readonly destination: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
}): Promise<CliResult> {
  const sdk = locateSdk();
  if (sdk === undefined) return { reason: 'the package @temporalio/testing is not installed' };
  const folder = dirname(options.destination);
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    return await reportTask<CliResult>(
      options.report,
      'download-temporal',
      'by the Temporal SDK',
      async () => {
        const failure = await runDownload(sdk, draft, options.env);
        const binary = (await readdir(draft)).find((name) => name.startsWith('temporal'));
        if (failure !== undefined || binary === undefined) {
          const reason = failure ?? 'it left no binary';
          return { value: { reason }, detail: reason, failed: true };
        }
        await chmod(join(draft, binary), 0o755);
        await mkdir(folder, { recursive: true });
        await rename(join(draft, binary), options.destination);
        return { value: { path: options.destination }, detail: options.destination };
      },
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function locateSdk(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('@temporalio/testing');
  } catch {
    return undefined;
  }
}

/** Undefined on success, else why not. */
async function runDownload(
  sdk: string,
  downloadDir: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const executable = { type: 'cached-download', downloadDir };
  const code =
    `const { TestWorkflowEnvironment } = require(${JSON.stringify(sdk)});` +
    `TestWorkflowEnvironment.createLocal({ server: { executable: ${JSON.stringify(executable)} } })` +
    '.then((server) => server.teardown()).then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); });';
  const child = spawn(process.execPath, ['-e', code], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = await until(async () => child.exitCode !== null || child.signalCode !== null, TIMEOUT_MS);
  if (!ended) child.kill('SIGKILL');
  if (!ended) return `not finished after ${TIMEOUT_MS / 1000} s`;
  return child.exitCode === 0 ? undefined : shorten(output);
}

/** The SDK repeats the whole URL at each level of the error; the last part says what happened. */
function shorten(message: string): string {
  const last =
    message
      .trim()
      .split(/\): |: error /)
      .at(-1) ?? '';
  return last.slice(0, 200) || 'no reason given';
}
