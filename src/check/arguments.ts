import type { Action } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import { describeSchema, resolveRef } from '../json-schema/describe-schema.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { JsonSchema } from '../plan/plan.ts';
import type { Finding } from './subject.ts';
import { demanded, isRecord, type ValueChecker, type ValueScope } from './value-checker.ts';

/**
 * Holds the `with` of a call against the activity's input; the values' own findings go to `values`.
 *
 * @returns unknown-argument and missing-argument
 */
export function checkArguments(
  { activity, with: given }: Extract<Action, { kind: 'activity' }>,
  signature: Signature,
  values: ValueChecker,
  scope: ValueScope,
): readonly Finding[] {
  const root = signature.input;
  const input = resolveRef(root, root);
  if (given !== undefined && (given.kind !== 'mapping' || !isRecord(input))) {
    values.against(given, root, root, scope);
    return [];
  }
  if (typeof input === 'boolean') return [];
  const properties = (input.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const needed = demanded(input);
  const entries = given?.kind === 'mapping' ? given.entries : [];
  const findings: Finding[] = [];
  for (const { key, value } of entries) {
    if (Object.hasOwn(properties, key.value)) {
      values.against(value, properties[key.value]!, root, scope, needed.includes(key.value));
      continue;
    }
    values.typeOf(value, scope);
    if (input.additionalProperties !== false) continue;
    const hint = didYouMean(key.value, Object.keys(properties));
    const message = `'${signature.name}' takes no '${key.value}'`;
    findings.push({ code: 'unknown-argument', range: key.range, message, hint });
  }
  const missing = needed.filter((name) => !entries.some(({ key }) => key.value === name));
  if (missing.length > 0) {
    const list = missing
      .map((name) => `'${name}' (${describeSchema(properties[name] ?? true, root)})`)
      .join(', ');
    const message = `'${signature.name}' needs ${list} in 'with'`;
    findings.push({ code: 'missing-argument', range: activity.range, message });
  }
  return findings;
}
