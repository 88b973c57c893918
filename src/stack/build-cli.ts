/** Builds the Temporal CLI with Go. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { canWrite } from './cli-cache.ts';
import { until } from './processes.ts';
import { type Report, reportTask } from './progress.ts';
import type { CliResult } from './temporal-cli.ts';

/** The newest CLI that `go install` accepts: the go.mod of later ones holds a `replace`. */
export const BUILT_VERSION = '1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@v${BUILT_VERSION}`;

/** From this version on, go fetches the newer toolchain that the module asks for by itself. */
const OLDEST_GO = [1, 21] as const;
/** A cold build compiles about this many packages; only the progress display depends on it. */
const PACKAGES = 1300;
const TIMEOUT_MS = 25 * 60_000;

const run = promisify(execFile);

/** Builds the CLI to `destination`, with progress: some minutes the first time. */
export async function buildCli(options: {
  readonly destination: string;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
}): Promise<CliResult> {
  const version = await goVersion(options.env);
  if (version === undefined) return { reason: 'there is no go on PATH' };
  const [major, minor] = version;
  if (major < OLDEST_GO[0] || (major === OLDEST_GO[0] && minor < OLDEST_GO[1])) {
    return { reason: `Go ${major}.${minor} is too old; ${OLDEST_GO.join('.')} or newer is needed` };
  }

  const folder = dirname(options.destination);
  const draft = `${folder}.${process.pid}`;
  await mkdir(draft, { recursive: true });
  try {
    const begin = `temporal v${BUILT_VERSION} with Go ${major}.${minor}, once for this user; some minutes`;
    return await reportTask<CliResult>(options.report, 'build-temporal', begin, async (progress) => {
      const failure = await runBuild(draft, await goEnvironment(options.env, draft), progress);
      if (failure !== undefined)
        return { value: { reason: failure }, detail: failure.split('\n')[0] ?? '', failed: true };
      await mkdir(folder, { recursive: true });
      await rename(join(draft, 'temporal'), options.destination);
      return { value: { path: options.destination }, detail: options.destination };
    });
  } finally {
    await removeDraft(draft);
  }
}

async function goVersion(env: NodeJS.ProcessEnv): Promise<readonly [number, number] | undefined> {
  // The toolchain that is installed, not one that a go.mod above this folder asks for.
  const local = { ...env, GOTOOLCHAIN: 'local' };
  const result = await run('go', ['env', 'GOVERSION'], { env: local, cwd: '/', timeout: 30_000 }).catch(
    () => undefined,
  );
  const match = /go(\d+)\.(\d+)/.exec(result?.stdout ?? '');
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** The user's own Go settings, and Go's caches moved into `draft` where this user cannot write them. */
async function goEnvironment(env: NodeJS.ProcessEnv, draft: string): Promise<NodeJS.ProcessEnv> {
  const own = {
    ...env,
    GOBIN: draft,
    GOFLAGS: `${env.GOFLAGS ?? ''} -buildvcs=false`.trim(),
    // The server's SQLite is Go too, so that no C compiler is needed.
    CGO_ENABLED: '0',
    GOWORK: 'off',
  };
  const names = ['GOCACHE', 'GOMODCACHE'] as const;
  const result = await run('go', ['env', '-json', ...names], { env: own, cwd: '/', timeout: 30_000 }).catch(
    () => undefined,
  );
  const known = JSON.parse(result?.stdout ?? '{}') as { [name in (typeof names)[number]]?: string };
  const moved = names.filter((name) => !known[name] || known[name] === 'off' || !canWrite(known[name]));
  return { ...own, ...Object.fromEntries(moved.map((name) => [name, join(draft, name)])) };
}

/** Undefined on success, else why not. */
async function runBuild(draft: string, env: NodeJS.ProcessEnv, progress: (detail: string) => void) {
  const args = [
    'install',
    '-v',
    '-trimpath',
    `-ldflags=-s -w -X github.com/temporalio/cli/temporalcli.Version=${BUILT_VERSION}`,
    MODULE,
  ];
  // In our own process group, so that Ctrl-C ends go and its compilers too.
  const child = spawn('go', args, { cwd: draft, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  let unfinished = '';
  let fetched = 0;
  let built = 0;
  child.stderr.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-4000);
    const lines = `${unfinished}${chunk}`.split('\n');
    unfinished = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('go: downloading')) fetched += 1;
      else if (/^[\w.-]+(\/\S+)*$/.test(line)) built += 1;
    }
    progress(built === 0 ? `${fetched} modules fetched` : `${built} of about ${PACKAGES} packages built`);
  });
  const ended = await until(async () => child.exitCode !== null || child.signalCode !== null, TIMEOUT_MS);
  // Interrupted, go starts no further compilers and ends with those that run.
  if (!ended) child.kill('SIGINT');
  if (!ended) return `not finished after ${TIMEOUT_MS / 60_000} minutes`;
  if (child.exitCode === 0) return undefined;
  if (output.includes('no space left on device'))
    return 'the disk is full; the build needs about 3 GB for a while';
  return `go install failed:\n${output
    .trimEnd()
    .split('\n')
    .slice(-12)
    .map((line) => `      ${line}`)
    .join('\n')}`;
}

/** Go makes its module cache read-only. */
async function removeDraft(draft: string): Promise<void> {
  await run('chmod', ['-R', 'u+w', draft]).catch(() => undefined);
  await rm(draft, { recursive: true, force: true });
}
