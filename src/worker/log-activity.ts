import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { type ActivityCall, stepOf } from '../plan/worker-contract.ts';
import type { ActivityLogger } from './activity-context.ts';

/** Puts the run and the step into every line that tells of an activity's call. */
export function logCaller({ info }: Context): ActivityInterceptors {
  const runId = info.workflowExecution?.runId;
  let step: string | undefined;
  return {
    inbound: {
      execute(input, next) {
        const about = input.args[1] as ActivityCall | undefined;
        if (about !== undefined) step = stepOf(about);
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (attributes) => ({
        ...attributes,
        ...(runId !== undefined && { runId }),
        ...(step !== undefined && { step }),
      }),
    },
  };
}

/** Names under which people keep what no log may hold. */
const SECRET = /passw|secret|token|api_?key|authorization|credential/i;

/** An activity's own log: its fields stay by themselves, so that none hides the run, the step or the attempt. */
export function activityLogger(logger: ActivityLogger): ActivityLogger {
  const nested = (fields: Record<string, unknown> | undefined): { fields?: object } =>
    fields === undefined ? {} : { fields: withoutSecrets(fields) };
  return {
    debug: (message, fields) => logger.debug(message, nested(fields)),
    info: (message, fields) => logger.info(message, nested(fields)),
    warn: (message, fields) => logger.warn(message, nested(fields)),
    error: (message, fields) => logger.error(message, nested(fields)),
  };
}

function withoutSecrets(fields: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, SECRET.test(name) ? '***' : value]),
  );
}
