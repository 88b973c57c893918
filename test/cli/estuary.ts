import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface Ended {
  /** 128 and the signal's number for a process that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Options {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string | undefined };
}

/** Runs `estuary` as people do, in a process of its own, and waits for its end. */
export function estuary(args: readonly string[], options: Options = {}): Promise<Ended> {
  return startEstuary(args, options).ended;
}

export interface Running {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves once stdout and stderr together match; rejects when the process ends first. */
  saw(pattern: RegExp): Promise<void>;
}

/** The same without waiting. */
export function startEstuary(args: readonly string[], { cwd = ROOT, env = {} }: Options = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'estuary.js'), ...args], {
    cwd,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    for (const watch of watchers) watch();
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    for (const watch of watchers) watch();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({
        code: code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9),
        stdout,
        stderr,
      }),
    );
  });
  const saw = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        if (!pattern.test(stdout + stderr)) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
      watch();
      void ended.then(() => reject(new Error(`ended without ${pattern}:\n${stdout}${stderr}`)));
    });
  return { process: child, ended, saw };
}

/** The environment without what would change the outcome. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const outside =
    /^(DATABASE_URL|NODE_ENV|NODE_OPTIONS|CI|NO_COLOR|FORCE_COLOR|COLUMNS|OCLIF_.*|DEBUG|VITEST.*|(TEMPORAL|ESTUARY|PG)(_.*)?|PG[A-Z]+)$/;
  const inherited = Object.entries(process.env).filter(([name]) => !outside.test(name));
  // A temporal.toml of whoever runs the tests is no part of them.
  return { ...Object.fromEntries(inherited), XDG_CONFIG_HOME: join(ROOT, 'no-such-folder') };
}

/** A copy of this project in a folder of its own, to be changed and broken at will; it shares the build. */
export function copyProject(): { readonly root: string; remove(): void } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'estuary-project-')));
  for (const path of ['package.json', 'definitions', 'schemas', 'generated']) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  mkdirSync(join(root, '.estuary'), { recursive: true });
  symlinkSync(join(ROOT, 'dist'), join(root, 'dist'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
