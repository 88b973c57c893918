import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackDirectory, stopStack } from '../../src/stack/stack.ts';
import { cleanEnvironment, ROOT } from '../cli/estuary.ts';

export interface WholeProject {
  readonly root: string;
  /** Starts a line of a shell in the root, as a newcomer types it; `estuary` is in its PATH too. */
  start(line: string): Running;
  /** Stops the embedded servers and removes the folder. */
  remove(): Promise<void>;
}

export interface Running {
  /** Asks it to end, as Ctrl-C would: all of its processes. */
  stop(): void;
  /** Resolves once the output matches, or there will be no more of it. */
  saw(pattern: RegExp): Promise<void>;
  /** The output is stdout and stderr, in the order in which they were written. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

const NOT_COPIED = ['.git', '.estuary', 'node_modules', 'test', 'docs'];

/** A copy of all of this project with its build, which can be compiled anew; it shares only the installed packages. */
export function copyWholeProject(): WholeProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'estuary-whole-')));
  for (const name of readdirSync(ROOT).filter((one) => !NOT_COPIED.includes(one)))
    cpSync(join(ROOT, name), join(root, name), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  // The ports of these servers may be taken where the tests run.
  writeFileSync(join(root, 'estuary.yaml'), 'stack:\n  ports: { temporal: 0, ui: 0, database: 0 }\n');
  const env = {
    ...cleanEnvironment(),
    // npm tells of its own settings and versions.
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
  };
  return {
    root,
    start: (line) => {
      // At Ctrl-C a shell waits for its command and ends as that does.
      const shell = `exec 2>&1; trap : INT; estuary() { node '${root}/bin/estuary.js' "$@"; }\n${line}`;
      const child = spawn('sh', ['-c', shell], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
      const ended = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
        child.once('error', reject).once('close', (code) => resolve({ code, output }));
      });
      const saw = (pattern: RegExp): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (pattern.test(output)) resolve();
          };
          child.stdout.on('data', look);
          look();
          void ended.then(() => resolve());
        });
      // A group of its own, which a signal reaches as a terminal's would.
      return { stop: () => process.kill(-child.pid!, 'SIGINT'), saw, ended };
    },
    remove: async () => {
      await stopStack(stackDirectory(root, 'dev'));
      rmSync(root, { recursive: true, force: true });
    },
  };
}
