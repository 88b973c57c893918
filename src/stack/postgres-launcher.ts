/**
 * PostgreSQL refuses to run as root, so for root somebody else must run it, who then has to reach binaries and data
 * although they may stand below a folder that only root may enter. In the order in which they are tried:
 *
 *  - `user-namespace`: still root to the file system, somebody else in its own eyes. Not allowed in many containers.
 *  - `capability`: the user nobody, with the one right to pass all file permissions.
 *  - `copy`: the user nobody, with binaries and data in a folder that everybody may enter.
 *
 * An ordinary user runs it directly, or in a user namespace if the system has no name for that user, which initdb
 * insists on.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './errors.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

export interface Launcher {
  readonly name: 'direct' | 'user-namespace' | 'capability' | 'copy';
  /** What stands before the program and its arguments on the command line. */
  readonly prefix: readonly string[];
  /** Set by the caller's `spawn`. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** To whom the data must belong in the file system; undefined: to whoever created it. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly binaries: PostgresBinaries;
  /** The folder for cluster and password. */
  readonly home: string;
}

/** Chooses how to run PostgreSQL for `home`. Throws StackError `postgres-as-root` if no way works. */
export async function chooseLauncher(binaries: PostgresBinaries, home: string): Promise<Launcher> {
  const root = process.getuid?.() === 0;
  if (!root && isKnownUser()) return { name: 'direct', prefix: [], binaries, home };

  const nobody = await findNobody();
  const namespace = ['unshare', '--user', `--map-user=${nobody.uid}`, '--'];
  if (!root) {
    const works = (await refusal(namespace, binaries)) === undefined;
    return { name: works ? 'user-namespace' : 'direct', prefix: works ? namespace : [], binaries, home };
  }

  const capability = [
    ...['setpriv', `--reuid=${nobody.uid}`, `--regid=${nobody.gid}`, '--clear-groups'],
    ...['--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
    // Without this the system call access(2), by which PostgreSQL looks for its programs, ignores capabilities.
    ...['--securebits=+no_setuid_fixup', '--'],
  ];
  const reasons: string[] = [];
  const owners = { 'user-namespace': { uid: 0, gid: 0 }, capability: nobody } as const;
  for (const [name, prefix] of [
    ['user-namespace', namespace],
    ['capability', capability],
  ] as const) {
    const reason = await refusal(prefix, binaries);
    if (reason === undefined) return { name, prefix, owner: owners[name], binaries, home };
    reasons.push(`${name} (${prefix[0]}): ${reason}`);
  }
  try {
    const copy = await copyBinaries(binaries);
    const reason = await refusal([], copy, nobody);
    if (reason === undefined) {
      const publicHome = join(PUBLIC, createHash('sha256').update(home).digest('hex').slice(0, 16));
      // Whatever the umask: nobody must get through to the cluster, which is closed to all others itself.
      await mkdir(publicHome, { recursive: true });
      await chmod(publicHome, 0o755);
      return { name: 'copy', prefix: [], user: nobody, owner: nobody, binaries: copy, home: publicHome };
    }
    reasons.push(`copy: ${reason}`);
  } catch (error) {
    reasons.push(`copy: ${(error as Error).message}`);
  }
  throw new StackError(
    'postgres-as-root',
    [
      'PostgreSQL does not run as root, and no way was found to run it as somebody else. Tried:',
      ...reasons.map((reason) => `  - ${reason}`),
      'Run Estuary as an ordinary user, or set DATABASE_URL and TEMPORAL_ADDRESS to servers of your own.',
    ].join('\n'),
  );
}

const PUBLIC = '/var/lib/estuary';

function isKnownUser(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The ids of the user nobody, under whom no person and no other service's files stand. */
async function findNobody(): Promise<{ uid: number; gid: number }> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(users);
  // macOS writes -2, which as an unsigned number is what the system calls take.
  return { uid: Number(fields?.[1] ?? 65534) >>> 0, gid: Number(fields?.[2] ?? 65534) >>> 0 };
}

/** Why PostgreSQL cannot be run so; undefined if it can. */
async function refusal(
  prefix: readonly string[],
  { postgres }: PostgresBinaries,
  user?: { readonly uid: number; readonly gid: number },
): Promise<string | undefined> {
  const [command, ...args] = [...prefix, postgres, '--version'];
  try {
    // It prints its version even where it could not find itself again as a server, but complains of that.
    const { stderr } = await run(command!, args, { cwd: '/', timeout: 20_000, ...user });
    return stderr === '' ? undefined : stderr.trim().split('\n')[0];
  } catch (error) {
    const { code, stderr = '', message } = error as NodeJS.ErrnoException & { stderr?: string };
    return code === 'ENOENT' ? 'not installed' : stderr.trim().split('\n').at(-1) || message;
  }
}

/** Copies the programs to where everybody may run them; a copy per version, made at once or not at all. */
async function copyBinaries(binaries: PostgresBinaries): Promise<PostgresBinaries> {
  const manifest = await readFile(join(dirname(binaries.folder), 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = join(PUBLIC, `postgres-${version}`);
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    await mkdir(PUBLIC, { recursive: true });
    await chmod(PUBLIC, 0o755);
    const draft = `${folder}.${process.pid}`;
    await cp(binaries.folder, draft, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', draft]);
    await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
  }
  const program = (path: string) => join(folder, 'bin', basename(path));
  return { folder, initdb: program(binaries.initdb), postgres: program(binaries.postgres) };
}

/** Gives a folder and all in it to the launcher's owner, where it does not belong to them yet. */
export async function giveTo(owner: Launcher['owner'], path: string): Promise<void> {
  if (owner === undefined || (await stat(path)).uid === owner.uid) return;
  const entries = await readdir(path, { recursive: true });
  for (const entry of entries) await chown(join(path, entry), owner.uid, owner.gid);
  // Last, because it is what the next start looks at.
  await chown(path, owner.uid, owner.gid);
}
