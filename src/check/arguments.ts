import type { SourceRange } from '../diagnostics/diagnostic.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { describeSchema, resolveRef } from '../json-schema/describe-schema.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { JsonSchema } from '../plan/plan.ts';
import type { Finding } from './subject.ts';
import { demanded, isRecord, type ValueChecker, type ValueScope } from './value-checker.ts';

/** What is called: an activity, a child workflow, a signal of another workflow. */
export interface Callee {
  readonly name: string;
  /** Where the call names it. */
  readonly range: SourceRange;
  readonly input: JsonSchema;
  /** The key that holds the arguments: `with` unless given. */
  readonly key?: string;
  /** Arguments that the engine gives, and the caller must not. */
  readonly given?: readonly string[];
}

/**
 * Holds the `with` of a call against the input of what is called; the values' own findings go to `values`.
 *
 * @returns unknown-argument and missing-argument
 */
export function checkArguments(
  callee: Callee,
  given: YamlNode | undefined,
  values: ValueChecker,
  scope: ValueScope,
): readonly Finding[] {
  const root = callee.input;
  const input = resolveRef(root, root);
  if (given !== undefined && (given.kind !== 'mapping' || !isRecord(input))) {
    values.against(given, root, root, scope);
    return [];
  }
  if (typeof input === 'boolean') return [];
  const properties = (input.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const needed = demanded(input).filter((name) => !callee.given?.includes(name));
  const entries = given?.kind === 'mapping' ? given.entries : [];
  const findings: Finding[] = [];
  for (const { key, value } of entries) {
    if (callee.given?.includes(key.value)) {
      values.typeOf(value, scope);
      const message = `'${key.value}' is not for you to give: the engine does, page by page`;
      findings.push({ code: 'unknown-argument', range: key.range, message });
      continue;
    }
    if (Object.hasOwn(properties, key.value)) {
      values.against(value, properties[key.value]!, root, scope, needed.includes(key.value));
      continue;
    }
    values.typeOf(value, scope);
    if (input.additionalProperties !== false) continue;
    const known = Object.keys(properties).filter((name) => !callee.given?.includes(name));
    const hint = didYouMean(key.value, known);
    const message = `'${callee.name}' takes no '${key.value}'`;
    findings.push({ code: 'unknown-argument', range: key.range, message, hint });
  }
  const missing = needed.filter((name) => !entries.some(({ key }) => key.value === name));
  // A slip in a key is one mistake, not an unknown argument and a missing one.
  const meant = missing.filter((name) => !findings.some(({ hint }) => hint === `did you mean '${name}'?`));
  if (meant.length > 0) {
    const list = meant
      .map((name) => `'${name}' (${describeSchema(properties[name] ?? true, root)})`)
      .join(', ');
    const message = `'${callee.name}' needs ${list} in '${callee.key ?? 'with'}'`;
    findings.push({ code: 'missing-argument', range: callee.range, message });
  }
  return findings;
}
