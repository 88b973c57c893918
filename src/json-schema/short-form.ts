import type { JsonObject, JsonSchema } from '../plan/plan.ts';

/**
 * The object schema that a short form stands for: its keys are the properties, each a JSON Schema to which
 * `optional: true` may be added. A property is required unless it is optional or has a default; other keys are
 * refused. What is not an object (the schema pass reports it) counts as a property that may be anything.
 */
export function expandShortForm(properties: JsonObject): {
  [keyword: string]: JsonObject | string | boolean | string[];
} {
  const expanded: [string, JsonSchema][] = [];
  const required: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    if (property === null || typeof property !== 'object' || Array.isArray(property)) {
      expanded.push([name, {}]);
      required.push(name);
      continue;
    }
    const { optional, ...schema } = property;
    expanded.push([name, schema]);
    if (optional !== true && !('default' in schema)) required.push(name);
  }
  return {
    type: 'object',
    properties: Object.fromEntries(expanded) as JsonObject,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}
