import type { RunningServer } from './state.ts';

/** What to do about one server of the stack. */
export type Decision<S extends RunningServer> =
  | { readonly action: 'reuse'; readonly server: S }
  | {
      readonly action: 'start';
      /** Processes on our data that nobody knows of any more, to be ended before the start. */
      readonly endFirst: readonly number[];
      /** The former ports, so that who still has the old address finds the new server. */
      readonly former: S | undefined;
    };

/**
 * Decides about one server.
 *
 * `recorded` is its entry in the state file, `identity` what the process with that pid is now (undefined: none),
 * `onOurData` the pids of all processes that work on our data files.
 */
export function decide<S extends RunningServer>(seen: {
  readonly recorded: S | undefined;
  readonly identity: string | undefined;
  readonly onOurData: readonly number[];
}): Decision<S> {
  const { recorded, identity, onOurData } = seen;
  if (recorded && identity === recorded.identity) return { action: 'reuse', server: recorded };
  return { action: 'start', endFirst: onOurData, former: recorded };
}
