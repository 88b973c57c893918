/**
 * Finds a `temporal` CLI whose dev server we can start: the configured one, the one on PATH, one that we fetched
 * before, the SDK's own download, a build with Go. The last two are kept for the user, across projects.
 */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { BUILT_VERSION, buildCli } from './build-cli.ts';
import { cacheDirectory, isExecutableFile } from './cli-cache.ts';
import { downloadCli } from './download-cli.ts';
import { StackError } from './errors.ts';
import { withLock } from './lock.ts';
import { type Report, reportTask } from './progress.ts';

const run = promisify(execFile);

/** Older servers lack features that the engine relies on. */
const OLDEST_SERVER = [1, 25] as const;

/** One way that was tried and why it did not lead to a CLI. */
export interface Attempt {
  readonly way: string;
  readonly reason: string;
}

/** A path, or why this way does not lead there. */
export type CliResult = { readonly path: string } | { readonly reason: string };

/**
 * The path of a usable CLI. Throws StackError `temporal-cli-unusable` if the configured one is not, and
 * `no-temporal-cli`, with all that was tried, if every way fails.
 */
export async function findTemporalCli(options: {
  readonly configured: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly dataDirectory: string;
  readonly report: Report;
}): Promise<string> {
  const { configured, env, report } = options;
  if (configured !== undefined) {
    const found = await inspect(
      isAbsolute(configured) ? configured : (onPath(configured, env)[0] ?? configured),
    );
    if ('path' in found) return found.path;
    const message = `The configured Temporal CLI '${configured}' cannot be used: ${found.reason}. Correct stack.temporal_cli in estuary.yaml, or remove it.`;
    throw new StackError('temporal-cli-unusable', message);
  }

  return reportTask(report, 'find-temporal', 'looking for the Temporal CLI', async () => {
    const attempts: Attempt[] = [];
    const paths = onPath('temporal', env);
    if (paths.length === 0) attempts.push({ way: 'temporal on PATH', reason: 'there is none' });
    for (const path of paths) {
      const found = await inspect(path);
      if ('path' in found) return { value: found.path, detail: found.path };
      attempts.push({ way: path, reason: found.reason });
    }
    const cache = cacheDirectory(env, options.dataDirectory);
    await mkdir(cache, { recursive: true });
    const path = await fromCache(cache, env, report, attempts);
    return { value: path, detail: path };
  });
}

/** The cached CLI, else one fetched into the cache; the lock lets two projects at once fetch it only once. */
async function fromCache(
  cache: string,
  env: NodeJS.ProcessEnv,
  report: Report,
  attempts: Attempt[],
): Promise<string> {
  const ways = [
    { way: "the SDK's download", path: join(cache, 'temporal-download', 'temporal'), fetch: downloadCli },
    {
      way: `go install v${BUILT_VERSION}`,
      path: join(cache, `temporal-${BUILT_VERSION}`, 'temporal'),
      fetch: buildCli,
    },
  ];
  const cached = async () => {
    for (const { path } of ways) if ('path' in (await inspect(path))) return path;
    return undefined;
  };
  const path = await cached();
  if (path !== undefined) return path;

  const onWait = (pid: number) => {
    const detail = `another project (pid ${pid}) is fetching the Temporal CLI`;
    report({ task: 'wait-for-lock', state: 'begin', detail, elapsedMs: 0 });
  };
  return withLock(cache, { timeoutMs: 30 * 60_000, onWait }, async () => {
    // Whoever had the lock before has probably fetched it.
    const path = await cached();
    if (path !== undefined) return path;
    for (const { way, path, fetch } of ways) {
      const fetched = await fetch({ destination: path, env, report });
      const found = 'path' in fetched ? await inspect(fetched.path) : fetched;
      if ('path' in found) return found.path;
      attempts.push({ way, reason: found.reason });
    }
    throw new StackError('no-temporal-cli', explain(attempts));
  });
}

function explain(attempts: readonly Attempt[]): string {
  return [
    'No Temporal server could be had. Tried:',
    ...attempts.map(({ way, reason }) => `  - ${way}: ${reason}`),
    'Do one of these and try again:',
    '  - install the Temporal CLI (https://docs.temporal.io/cli) and have it on PATH, or name it as stack.temporal_cli in estuary.yaml',
    '  - install Go (https://go.dev/dl), from which Estuary builds it',
    '  - use a Temporal server and a PostgreSQL of your own: set TEMPORAL_ADDRESS and DATABASE_URL',
  ].join('\n');
}

function onPath(name: string, env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).filter(isExecutableFile);
}

/** Runs `temporal --version`: is it the CLI at all, and does it bring a server that is new enough? */
export async function inspect(path: string): Promise<CliResult> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000, env: {} });
    return judgeVersion(path, stdout);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      reason:
        code === 'ENOENT' ? 'there is no such file' : `it does not run (${code ?? message.split('\n')[0]})`,
    };
  }
}

/** Decides by what `temporal --version` printed: `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`. */
export function judgeVersion(path: string, printed: string): CliResult {
  const match = /server v?(\d+)\.(\d+)[.\d]*/i.exec(printed);
  if (!/^temporal /i.test(printed) || !match) {
    return { reason: `it is not the Temporal CLI; its --version prints '${printed.trim().slice(0, 80)}'` };
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const isNewEnough = major > OLDEST_SERVER[0] || (major === OLDEST_SERVER[0] && minor >= OLDEST_SERVER[1]);
  if (isNewEnough) return { path };
  return {
    reason: `too old: it brings server ${major}.${minor}, needed is ${OLDEST_SERVER.join('.')} or newer`,
  };
}
