import type { ActivityInterceptorsFactory } from '@temporalio/worker';

/** Which activities run in a worker at the moment. */
export interface InFlight {
  /** How many of each, by name, sorted. */
  counts(): { readonly [activity: string]: number };
  /** Sees them begin and end. */
  readonly interceptor: ActivityInterceptorsFactory;
}

/** Counts what runs; of local activities nothing is worth waiting for, and they are not counted. */
export function countInFlight(): InFlight {
  const running = new Map<string, number>();
  const add = (activity: string, change: 1 | -1): void => {
    const count = (running.get(activity) ?? 0) + change;
    if (count === 0) running.delete(activity);
    else running.set(activity, count);
  };
  return {
    counts: () => Object.fromEntries([...running].sort(([a], [b]) => (a < b ? -1 : 1))),
    interceptor: ({ info }) => ({
      inbound: {
        execute: async (input, next) => {
          if (info.isLocal) return next(input);
          add(info.activityType, 1);
          try {
            return await next(input);
          } finally {
            add(info.activityType, -1);
          }
        },
      },
    }),
  };
}
