/** `estuary` on a pseudo-terminal, as people have it: Ctrl-C there reaches everything that the command has started. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { cleanEnvironment, type Options, ROOT } from './estuary.ts';

export interface OnTerminal {
  /** Presses keys; `\u0003` is Ctrl-C. */
  type(keys: string): void;
  /** Resolves once the screen, from where the last match ended, matches; rejects when the process ends first. */
  saw(pattern: RegExp): Promise<void>;
  readonly ended: Promise<{ readonly code: number; readonly screen: string }>;
}

/** Starts it. Throws if the machine has neither util-linux's `script` nor Python, which Linux and macOS have. */
export function onTerminal(args: readonly string[], { cwd = ROOT, env = {} }: Options = {}): OnTerminal {
  const [program, ...rest] = terminalFor([process.execPath, join(ROOT, 'bin', 'estuary.js'), ...args]);
  const child = spawn(program!, rest, {
    cwd,
    env: { ...cleanEnvironment(), SHELL: '/bin/sh', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  const watchers = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    screen += chunk;
    for (const watch of watchers) watch();
  });
  const ended = new Promise<{ code: number; screen: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, screen: stripVTControlCharacters(screen) }));
  });
  return {
    type: (keys) => child.stdin.write(keys),
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const text = stripVTControlCharacters(screen);
          const match = pattern.exec(text.slice(seen));
          if (match === null) return;
          seen += match.index + match[0].length;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
        void ended.then((end) => reject(new Error(`ended without ${pattern}:\n${end.screen}`)));
      }),
    ended,
  };
}

const PTY = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

/** The command line that gives a command a terminal of its own, and ends with its exit code. */
function terminalFor(command: readonly string[]): readonly string[] {
  if (/util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')) {
    const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    return ['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null'];
  }
  if (spawnSync('python3', ['-c', 'import pty']).status === 0) return ['python3', '-c', PTY, ...command];
  throw new Error('a pseudo-terminal needs `script` of util-linux or python3');
}
