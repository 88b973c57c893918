import { createHash } from 'node:crypto';
import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import { parseDuration } from '../expression/duration.ts';
import { expandShortForm } from '../json-schema/short-form.ts';
import { mapSubschemas } from '../json-schema/subschemas.ts';
import { canonicalJson } from '../plan/canonical.ts';
import type { Effect, Json, JsonObject, JsonSchema } from '../plan/plan.ts';
import { bundleSchema, type ReadFile } from './bundle-schema.ts';
import { entryOf, nodeAt, toJson } from './json.ts';
import type { Signature, SignatureError } from './signature.ts';
import { parseYaml } from './yaml.ts';
import type { YamlNode } from './yaml-tree.ts';

/** Start-to-close where a signature says nothing. */
export const DEFAULT_TIMEOUT_MS = 60_000;

const EFFECTS: readonly string[] = ['pure', 'read', 'write', 'external'] satisfies Effect[];

export interface ReadSignature {
  /** Absent if anything was found. */
  readonly signature?: Signature;
  /** The root of the file, if it is YAML. */
  readonly tree?: YamlNode;
  readonly findings: readonly Diagnostic[];
}

/**
 * The signature that a file describes, its references resolved. Looks only at what it needs: `checkSignature`
 * holds the file against its grammar and the schemas against JSON Schema's.
 *
 * @param file the path from the project's root, `schemas/activities/payments/transfer-payout.yaml`
 * @param readFile gives the text of the files that `$ref`s name
 * @returns findings of YAML, and bad-reference, invalid-value, bad-duration
 */
export function readSignature(text: string, file: string, readFile: ReadFile): ReadSignature {
  const { tree, findings } = parseYaml(text, file);
  if (tree === undefined) return { findings };
  const report = (code: string, range: SourceRange, message: string): void => {
    findings.push({ code, severity: 'error', file, range, message });
  };
  const bundle = (schema: JsonSchema, node: YamlNode): JsonSchema => {
    const bundled = bundleSchema(schema, file, readFile);
    for (const { at, message } of bundled.problems)
      report('bad-reference', nodeAt(node, shortPath(at, node, schema)).node.range, message);
    return bundled.schema;
  };
  const schemaAt = (name: 'input' | 'output'): JsonSchema => {
    const whole = entryOf(tree, `${name}_schema`)?.value;
    const wholeJson = whole === undefined ? undefined : asObject(toJson(whole));
    if (whole !== undefined && wholeJson !== undefined) return bundle(wholeJson, whole);
    const short = entryOf(tree, name)?.value;
    const properties = short === undefined ? {} : (asObject(toJson(short)) ?? {});
    return bundle(expandShortForm(properties), short ?? tree);
  };

  const effect = textAt(tree, 'effect');
  if (effect === undefined || !EFFECTS.includes(effect)) {
    const range = entryOf(tree, 'effect')?.value.range ?? { start: 0, end: 0 };
    report('invalid-value', range, `the effect of an activity is one of ${EFFECTS.join(', ')}`);
  }
  const input = schemaAt('input');
  const output = schemaAt('output');
  const errors = readErrors(tree, bundle);
  const timeout = textAt(tree, 'timeout');
  const duration = timeout === undefined ? undefined : parseDuration(timeout);
  if (duration?.ok === false) report('bad-duration', entryOf(tree, 'timeout')!.value.range, duration.problem);
  if (findings.length > 0) return { tree, findings };
  const relied = { effect: effect as Effect, input, output, errors };
  return {
    tree,
    findings,
    signature: {
      name: signatureName(file),
      file,
      description: textAt(tree, 'description') ?? '',
      ...relied,
      timeoutMs: duration?.ok ? duration.ms : DEFAULT_TIMEOUT_MS,
      hash: hashOf(relied),
    },
  };
}

/** Over what callers rely on: another wording of a description is the same signature. */
function hashOf(signature: Pick<Signature, 'effect' | 'input' | 'output' | 'errors'>): string {
  const errors = Object.entries(signature.errors).map(([type, { retryable, details }]): [string, Json] => [
    type,
    { retryable, details: details === undefined ? null : withoutAnnotations(details) },
  ]);
  const canonical = canonicalJson({
    effect: signature.effect,
    input: withoutAnnotations(signature.input),
    output: withoutAnnotations(signature.output),
    errors: Object.fromEntries(errors),
  });
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

function withoutAnnotations(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  const { description: _d, title: _t, examples: _e, $comment: _c, deprecated: _p, ...rest } = schema;
  return mapSubschemas(rest, withoutAnnotations);
}

/** The activity of a signature's path: `schemas/activities/payments/transfer-payout.yaml` is `payments/transfer-payout`. */
export function signatureName(file: string): string {
  return file.replace(/^(?:.*\/)?schemas\/activities\//, '').replace(/\.ya?ml$/, '');
}

function readErrors(
  tree: YamlNode,
  bundle: (schema: JsonSchema, node: YamlNode) => JsonSchema,
): { [type: string]: SignatureError } {
  const node = entryOf(tree, 'errors')?.value;
  if (node?.kind !== 'mapping') return {};
  const errors = node.entries.map(({ key, value }): [string, SignatureError] => {
    const description = textAt(value, 'description');
    const details = entryOf(value, 'details')?.value;
    const properties = details === undefined ? undefined : asObject(toJson(details));
    return [
      key.value,
      {
        retryable: isTrue(entryOf(value, 'retryable')?.value),
        ...(description === undefined ? {} : { description }),
        ...(details === undefined || properties === undefined
          ? {}
          : { details: bundle(expandShortForm(properties), details) }),
      },
    ];
  });
  return Object.fromEntries(errors);
}

/** A path in the expanded schema as a path in the short form that it came from. */
function shortPath(
  at: readonly (string | number)[],
  node: YamlNode,
  schema: JsonSchema,
): readonly (string | number)[] {
  const isShort = typeof schema === 'object' && entryOf(node, 'properties') === undefined;
  return isShort && at[0] === 'properties' ? at.slice(1) : at;
}

function textAt(node: YamlNode, key: string): string | undefined {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}

function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true;
}

function asObject(value: Json): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}
