import { entryOf } from '../../document/json.ts';
import { BUILT_IN_ERRORS } from '../built-in-errors.ts';
import { hasExpressions } from '../expression-places.ts';
import type { BlockPlace, StepPlace } from '../step-graph.ts';
import { wholeExpression } from '../step-scope.ts';
import type { Finding, Rule } from '../subject.ts';

/** `fail` names a type of its own, or rethrows what a catch around it has caught. */
export const failures: Rule = ({ graph }) => graph.steps.flatMap(check);

function check(place: StepPlace): Finding[] {
  const { action } = place.step;
  if (action?.kind !== 'fail') return [];
  const { failure } = action;
  if (failure.kind !== 'mapping') return rethrown(place, failure);
  const type = entryOf(failure, 'type')?.value;
  if (type?.kind !== 'scalar' || typeof type.value !== 'string') return [];
  const { value, range } = type;
  if (hasExpressions(type)) {
    const message = 'the type of a failure is written out, so that a catch can name it';
    const hint = 'use a switch with a fail for each type, or put what differs into details';
    return [{ code: 'error-name', range, message, hint }];
  }
  if (BUILT_IN_ERRORS.has(value)) {
    const message = `'${value}' is an error of the engine; choose another name`;
    return [{ code: 'reserved-name', range, message }];
  }
  if (/^[A-Z][A-Za-z0-9]*$/.test(value)) return [];
  const better = value
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
    .replace(/^[^A-Z]+/, '');
  const hint = better === '' ? undefined : `write '${better}'`;
  const message = `'${value}' is not an error type; expected a name such as AccountClosed`;
  return [{ code: 'error-name', range, message, hint }];
}

function rethrown(place: StepPlace, failure: Parameters<typeof wholeExpression>[0] & object): Finding[] {
  const source = wholeExpression(failure)?.trim();
  // What is no expression at all, the grammar refuses.
  if (source === undefined) return [];
  const { range } = failure;
  if (source !== 'error') {
    const message = `fail takes { type, message, details } or \${{ error }}, not '${source}'`;
    return [{ code: 'invalid-value', range, message }];
  }
  if (isInCatch(place.block)) return [];
  const message = "'fail: ${{ error }}' fails again with what was caught, so it stands inside a catch";
  const hint = 'elsewhere write fail: { type: …, message: … }';
  return [{ code: 'unknown-variable', range, message, hint }];
}

function isInCatch(block: BlockPlace): boolean {
  if (block.role === 'catch') return true;
  const outer = block.of ?? block.parent?.block;
  return outer !== undefined && isInCatch(outer);
}
