import type { Json, SearchAttributesPlan, SearchAttributeType } from '../plan/plan.ts';
import type { SearchAttributes } from './host.ts';
import { type Scope, toIso } from './scope.ts';
import { expressionError, type Resolved, resolve, resolveTime } from './values.ts';

/**
 * The search attributes of a step or a run. An empty optional leaves its attribute out, null takes it away.
 * A value that does not fit its type is a failure here: sent to the server, it would block the run for ever.
 */
export function resolveSearchAttributes(
  plan: SearchAttributesPlan,
  scope: Scope,
): Resolved<SearchAttributes> {
  const attributes: { [name: string]: { type: SearchAttributeType; value: Json } } = {};
  for (const [name, { type, value }] of Object.entries(plan)) {
    const found = resolve(value, scope);
    if (!found.ok) return found;
    if (found.value === undefined) continue;
    const fitting = found.value === null ? null : convert(type, found.value);
    if (fitting === undefined) {
      const message = `the search attribute ${name} is a ${type}, and cannot be ${JSON.stringify(found.value)}`;
      return { ok: false, failure: expressionError(message) };
    }
    attributes[name] = { type, value: fitting };
  }
  return { ok: true, value: attributes };
}

function convert(type: SearchAttributeType, value: Json): Json | undefined {
  switch (type) {
    case 'Keyword':
    case 'Text':
      return typeof value === 'string' ? value : undefined;
    case 'Int':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'Double':
      return typeof value === 'number' ? value : undefined;
    case 'Bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'Datetime': {
      const time = resolveTime({ literal: value }, {});
      return time.ok ? toIso(time.value) : undefined;
    }
    case 'KeywordList':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  }
}
