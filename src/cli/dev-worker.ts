/** The worker of `estuary dev`, from outside: a process that is replaced when the code has changed. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { OpenServices } from './services.ts';
import type { ServedSummary } from './serving-report.ts';

type Counts = { readonly [activity: string]: number };

/** What the process is told. */
export type ToDevWorker =
  | {
      readonly type: 'serve';
      readonly config: Config;
      readonly services: OpenServices;
      readonly mustServe: readonly string[];
    }
  | { readonly type: 'retire' };

/** What it answers. */
export type FromDevWorker =
  | { readonly type: 'serving'; readonly summary: ServedSummary; readonly problems: readonly string[] }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly message: string;
      readonly exit: number;
      readonly hint: string | undefined;
      readonly detail: string | undefined;
    }
  | { readonly type: 'retiring'; readonly running: Counts }
  | { readonly type: 'takes-no-runs' }
  | { readonly type: 'retired'; readonly abandoned: Counts };

export interface DevWorker {
  /** Resolves once it polls. Rejects with CommandFailure if it does not come to that. */
  readonly serving: Promise<FromDevWorker & { readonly type: 'serving' }>;
  /** Resolves when the process is gone. */
  readonly gone: Promise<void>;
  /** Rejects with CommandFailure `worker-ended` if it is gone and was not told to go; never resolves. */
  readonly fell: Promise<never>;
  /** Has it finish what runs and take nothing more. */
  retire(): {
    /** What runs at that moment. */
    readonly running: Promise<Counts>;
    /** From when on it takes no run and no activity up. */
    readonly idle: Promise<void>;
    /** What it gave up on, once it is gone. */
    readonly abandoned: Promise<Counts>;
  };
  kill(): void;
}

const PROCESS = fileURLToPath(new URL('./dev-worker-process.js', import.meta.url));

/**
 * Starts a worker in a process of its own; it ends with this process.
 * @param mustServe activities without which it refuses
 */
export function startDevWorker(
  config: Config,
  services: OpenServices,
  mustServe: readonly string[],
): DevWorker {
  const child = fork(PROCESS, [], {
    cwd: config.root,
    // Objects arrive as they are, certificates and maps too.
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  /** Its next word of this type; a process that is gone without it has failed. */
  const said = <Type extends FromDevWorker['type']>(type: Type) => {
    const word = new Promise<FromDevWorker & { readonly type: Type }>((resolve, reject) => {
      child.on('message', (message: FromDevWorker) => {
        if (message.type === type) resolve(message as FromDevWorker & { readonly type: Type });
        if (message.type !== 'failed') return;
        const { exit, hint, detail } = message;
        reject(new CommandFailure(message.code, message.message, { exit, hint, ...(detail && { detail }) }));
      });
      void gone.then(() => reject(endedByItself()));
    });
    // Whoever does not wait for it does not care either.
    word.catch(() => {});
    return word;
  };
  const tell = (message: ToDevWorker): void => {
    if (child.connected) child.send(message);
  };
  let dismissed = false;
  const fell = gone.then(() => {
    if (!dismissed) throw endedByItself();
    return new Promise<never>(() => {});
  });
  fell.catch(() => {});
  const serving = said('serving');
  tell({ type: 'serve', config, services, mustServe });
  return {
    serving,
    gone,
    fell,
    retire: () => {
      dismissed = true;
      const running = said('retiring').then((word) => word.running);
      const idle = said('takes-no-runs').then(() => undefined);
      const abandoned = said('retired').then(async (word) => {
        await gone;
        return word.abandoned;
      });
      tell({ type: 'retire' });
      return { running, idle, abandoned };
    },
    kill: () => {
      dismissed = true;
      child.kill('SIGKILL');
    },
  };
}

function endedByItself(): CommandFailure {
  return new CommandFailure('worker-ended', 'the worker has ended by itself', { exit: EXIT.failed });
}
