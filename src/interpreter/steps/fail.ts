import type { Json } from '../../plan/plan.ts';
import type { Failure } from '../host.ts';
import { scopeOf } from '../scope.ts';
import type { Place } from '../state.ts';
import { failStep, frameOf, type StepKind, stepStateOf, type Turn } from '../turn.ts';
import { expressionError, resolveObject } from '../values.ts';

export const fail: StepKind<'fail'> = {
  start(turn, at, step) {
    const found = resolveObject(step.failure, scopeOf(turn, frameOf(turn, at)));
    if (!found.ok) return failStep(turn, at, found.failure);
    const { type, message, details } = found.value;
    if (typeof type !== 'string' || type === '') {
      return failStep(turn, at, expressionError('a failure needs a type, a string such as AccountClosed'));
    }
    failStep(
      turn,
      at,
      caught(turn, at, type, message) ?? {
        type,
        message: typeof message === 'string' ? message : type,
        ...(details !== undefined && { details }),
      },
    );
  },
  // It ends in the turn in which it starts.
  cancel() {},
};

/** The failure that is being caught here, if it is the one that is thrown again: it knows where it came from. */
function caught(turn: Turn, at: Place, type: string, message: Json | undefined): Failure | undefined {
  for (let { parent } = frameOf(turn, at); parent !== undefined; { parent } = frameOf(turn, parent)) {
    const { failure } = stepStateOf(turn, parent);
    if (failure !== undefined)
      return failure.type === type && failure.message === message ? failure : undefined;
  }
  return undefined;
}
