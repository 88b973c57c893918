import type { ScalarNode, YamlNode } from '../document/yaml-tree.ts';
import { checkAssignable } from '../expression/assignable.ts';
import { checkExpression, type Type, type TypeScope } from '../expression/check.ts';
import { references } from '../expression/references.ts';
import { type EmbeddedExpression, parseTemplate } from '../expression/template.ts';
import {
  atomsOf,
  DYN,
  describe,
  listType,
  mayBeAbsent,
  objectType,
  STRING,
  typeOfJson,
  unionOf,
  withoutAbsence,
} from '../expression/types.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { resolveRef } from '../json-schema/describe-schema.ts';
import { isSchema } from '../json-schema/subschemas.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { hasExpressions, literalOf, placeIn } from './expression-places.ts';
import { meantName } from './meant-names.ts';
import { headOf, rangeOfProblem } from './schema-pass.ts';
import type { StepGraph } from './step-graph.ts';
import { type Standpoint, whyNotVisible } from './step-visibility.ts';
import type { Finding } from './subject.ts';

const LITERAL_CODES: { readonly [keyword: string]: string } = {
  additionalProperties: 'unknown-argument',
  required: 'missing-argument',
};

/** What the expressions of one place see, and where that is. */
export interface ValueScope extends TypeScope {
  readonly standpoint: Standpoint;
}

/** Finds the types of values with expressions in them, and holds them against schemas. */
export class ValueChecker {
  readonly findings: Finding[] = [];
  readonly #graph: StepGraph;

  constructor(graph: StepGraph) {
    this.#graph = graph;
  }

  /** The type of a value; all that is wrong in its expressions is reported. */
  typeOf(node: YamlNode, scope: ValueScope): Type {
    if (node.kind === 'sequence') {
      if (node.items.length === 0) return listType(DYN);
      return listType(unionOf(node.items.map((item) => withoutAbsence(this.typeOf(item, scope)))));
    }
    if (node.kind === 'mapping') {
      return objectType(node.entries.map(({ key, value }) => [key.value, this.typeOf(value, scope)]));
    }
    return typeof node.value === 'string'
      ? this.#typeOfText(node, node.value, scope)
      : typeOfJson(node.value);
  }

  /** Checks a condition: true, false, or one whole expression. */
  condition(node: YamlNode, scope: ValueScope): void {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return;
    const parsed = parseTemplate(node.value);
    if (parsed.ok && parsed.template.kind === 'expression') {
      this.#expression(node, parsed.template.expression, scope, 'condition');
      return;
    }
    this.typeOf(node, scope);
    if (!parsed.ok) return;
    const message = `'${node.value}' is text, not a condition; put the whole condition inside \${{ }}`;
    this.#report({ code: 'not-a-condition', range: node.range, message });
  }

  /**
   * Holds a value against a schema, leaf by leaf: what is written out against all that the schema says, the
   * types of expressions as far as they are known.
   *
   * @param required whether the value has to be there, so that an empty optional will not do
   */
  against(node: YamlNode, schema: JsonSchema, root: JsonSchema, scope: ValueScope, required = true): void {
    if (!hasExpressions(node)) return this.#literal(node, schema, root);
    const expected = resolveRef(schema, root);
    if (node.kind === 'mapping' && isRecord(expected)) return this.#record(node, expected, root, scope);
    if (node.kind === 'sequence' && isList(expected)) {
      for (const item of node.items) this.against(item, expected.items, root, scope, false);
      return;
    }
    this.fits(node, this.typeOf(node, scope), schema, root, required);
  }

  /** Holds the type of a value, as `typeOf` gave it, against a schema. */
  fits(node: YamlNode, type: Type, schema: JsonSchema, root: JsonSchema = schema, required = true): void {
    const problem = checkAssignable(type, schema, root);
    if (problem !== undefined) {
      this.#report({ code: 'type-mismatch', range: headOf(node), message: problem });
    } else if (required && mayBeAbsent(type)) {
      const message = 'this may be absent, and has to be there';
      this.#report({ code: 'possibly-missing', range: headOf(node), message, hint: 'add .orValue(…)' });
    }
  }

  #record(
    node: YamlNode & { kind: 'mapping' },
    expected: { readonly [keyword: string]: unknown },
    root: JsonSchema,
    scope: ValueScope,
  ): void {
    const properties = (expected.properties ?? {}) as { readonly [name: string]: JsonSchema };
    const needed = demanded(expected);
    const has = new Set<string>();
    for (const { key, value } of node.entries) {
      has.add(key.value);
      if (Object.hasOwn(properties, key.value)) {
        this.against(value, properties[key.value]!, root, scope, needed.includes(key.value));
        continue;
      }
      this.typeOf(value, scope);
      if (expected.additionalProperties !== false) continue;
      const hint = didYouMean(key.value, Object.keys(properties));
      this.#report({
        code: 'unknown-argument',
        range: key.range,
        message: `unknown key '${key.value}'`,
        hint,
      });
    }
    for (const name of needed) {
      if (!has.has(name))
        this.#report({ code: 'missing-argument', range: headOf(node), message: `'${name}' is missing` });
    }
  }

  #literal(node: YamlNode, schema: JsonSchema, root: JsonSchema): void {
    const result = compileSchema(selfContained(schema, root))(literalOf(node));
    if (result.ok) return;
    for (const problem of result.problems) {
      const { keyword, message, hint } = problem;
      const code = LITERAL_CODES[keyword] ?? 'invalid-value';
      this.#report({ code, range: rangeOfProblem(node, problem), message, hint });
    }
  }

  #typeOfText(node: ScalarNode, text: string, scope: ValueScope): Type {
    const parsed = parseTemplate(text);
    if (!parsed.ok) {
      const { code, message, start, end } = parsed.error;
      this.#report({ code, range: placeIn(node, start, end), message });
      return DYN;
    }
    const { template } = parsed;
    if (template.kind === 'literal') return typeOfJson(template.text);
    if (template.kind === 'expression') return this.#expression(node, template.expression, scope);
    for (const part of template.parts) if (typeof part !== 'string') this.#embedded(node, part, scope);
    return STRING;
  }

  /** Text can take strings, numbers, true and false. */
  #embedded(node: ScalarNode, part: EmbeddedExpression, scope: ValueScope): void {
    const type = this.#expression(node, part, scope);
    const wrong = atomsOf(type).find(
      ({ kind }) => !['string', 'number', 'boolean', 'timestamp', 'duration'].includes(kind),
    );
    if (wrong === undefined) return;
    const range = placeIn(node, part.offset, part.offset + part.source.length);
    const message = `only strings, numbers, true and false can stand in a text, '${part.source}' is ${describe(type)}`;
    this.#report({ code: 'not-text', range, message });
  }

  #expression(
    node: ScalarNode,
    { source, offset }: EmbeddedExpression,
    scope: ValueScope,
    expected: 'value' | 'condition' = 'value',
  ): Type {
    const steps: { [id: string]: JsonSchema | Type } = { ...scope.steps };
    for (const { path, start } of references(source)) {
      const [variable, id] = path;
      if (variable !== 'steps' || id === undefined || Object.hasOwn(steps, id) || !this.#graph.byId.has(id))
        continue;
      const at = offset + source.indexOf(id, start + variable.length);
      this.#report(whyNotVisible(id, scope.standpoint, this.#graph, placeIn(node, at, at + id.length)));
      steps[id] = DYN;
    }
    const { type, findings } = checkExpression(source, { ...scope, steps }, expected);
    for (const { code, start, end, message, hint } of findings) {
      const better = meantName(code, source.slice(start, end));
      this.#report({
        code,
        range: placeIn(node, offset + start, offset + end),
        message,
        hint: better === undefined || hint?.startsWith('did you mean') ? hint : better,
      });
    }
    return type;
  }

  #report(finding: Finding): void {
    this.findings.push(finding);
  }
}

/** Compiling is slow, and the validator of a schema is kept with the object: so it has to be the same one. */
const contained = new WeakMap<object, JsonSchema>();

/** A part of a schema with the definitions that its references name. A part belongs to one root. */
function selfContained(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || typeof root === 'boolean' || root.$defs === undefined) return schema;
  let whole = contained.get(schema);
  if (whole === undefined) {
    whole = { ...schema, $defs: root.$defs };
    contained.set(schema, whole);
  }
  return whole;
}

/** The properties that have to be given: required, and without a default. */
export function demanded(schema: { readonly [keyword: string]: unknown }): readonly string[] {
  const properties = (schema.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  return required.filter((name) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return typeof property !== 'object' || property.default === undefined;
  });
}

type SchemaObject = { readonly [keyword: string]: Json };

/** An object schema that can be gone through property by property. */
export function isRecord(schema: JsonSchema): schema is { [keyword: string]: Json } {
  return typeof schema === 'object' && schema.properties !== undefined && !isComposed(schema);
}

function isList(schema: JsonSchema): schema is { [keyword: string]: Json; items: JsonSchema } {
  return (
    typeof schema === 'object' &&
    isSchema(schema.items) &&
    schema.prefixItems === undefined &&
    !isComposed(schema)
  );
}

function isComposed(schema: SchemaObject): boolean {
  return ['anyOf', 'oneOf', 'allOf', 'if', 'not', '$ref'].some((keyword) => schema[keyword] !== undefined);
}
