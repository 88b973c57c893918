import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A server that Estuary started: which process, and where it listens on loopback. */
export interface RunningServer {
  readonly pid: number;
  /** Tells this process from a later one with the same pid; see `identityOf`. */
  readonly identity: string;
  readonly port: number;
  readonly log: string;
}

export interface RunningTemporal extends RunningServer {
  readonly uiPort: number;
}

export interface RunningDatabase extends RunningServer {
  /** The folder that holds the password and the cluster. */
  readonly home: string;
}

/** What `stack.json` in a data folder holds. A server stays in it after a crash, and leaves it when stopped. */
export interface StackState {
  readonly temporal?: RunningTemporal;
  readonly database?: RunningDatabase;
}

/** Reads the state; a file that is absent or was damaged means that nothing is known. */
export function readState(dataDirectory: string): StackState {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, 'stack.json'), 'utf8')) as StackState;
  } catch {
    return {};
  }
}

/**
 * Replaces one server's entry, at once or not at all; undefined removes it. The caller holds the folder's lock.
 * Synchronous, because both servers start side by side in one process and neither may lose the other's entry.
 */
export function recordServer<K extends keyof StackState>(
  dataDirectory: string,
  name: K,
  server: StackState[K] | undefined,
): void {
  const { [name]: _, ...others } = readState(dataDirectory);
  const state = server === undefined ? others : { ...others, [name]: server };
  const draft = join(dataDirectory, 'stack.json.draft');
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, join(dataDirectory, 'stack.json'));
}
