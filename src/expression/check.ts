/**
 * The static checker: what type an expression has where the types of its variables are known, and all that is
 * wrong with it. A part that is wrong counts as `dyn` from there on, so that every mistake is found, once.
 */
import { didYouMean } from '../json-schema/suggest.ts';
import type { JsonSchema } from '../plan/plan.ts';
import { checkIndex, checkSelect } from './check-access.ts';
import { CallChecker } from './check-calls.ts';
import { checkOperator } from './check-operators.ts';
import type { ExpressionFinding, ExpressionFindingCode } from './finding.ts';
import { type Facts, factsOf, forget, joinFacts, knownOf, NO_FACTS, pathKey } from './narrowing.ts';
import { type Reference, referencesOf } from './references.ts';
import { type Binding, type Node, type NodeOf, parseExpression } from './syntax.ts';
import {
  atomsOf,
  BOOLEAN,
  DYN,
  describe,
  INTEGER,
  itemType,
  listType,
  mayBeAbsent,
  NUMBER,
  type ObjectType,
  objectType,
  optionalType,
  type Type,
  typeOfJson,
  typeOfSchema,
  unionOf,
  withoutNull,
} from './types.ts';

export type { ExpressionFinding, ExpressionFindingCode } from './finding.ts';
export type { Type } from './types.ts';

/** What is known of the variables: a JSON Schema (self-contained, `true` for anything) or a type already made. */
export interface TypeScope {
  /** `input`, the `as` names, `index`, `error`, `workflow`. */
  readonly variables: { readonly [name: string]: JsonSchema | Type };
  /** What `steps.<id>` is, an object with `output`, `status` and so on, of each step that may be read. */
  readonly steps: { readonly [id: string]: JsonSchema | Type };
  /** Conditions that hold wherever this is evaluated: what they say is there needs no `.?`. */
  readonly given?: readonly string[];
}

/** What conditions that hold tell; one that does not parse tells nothing. */
function factsGiven(conditions: readonly string[]): Facts {
  return conditions.reduce((facts, condition) => {
    const parsed = parseExpression(condition);
    return parsed.ok ? joinFacts(facts, factsOf(parsed.ast, true)) : facts;
  }, NO_FACTS);
}

export interface ExpressionCheck {
  /** `dyn` where nothing is known, and after a mistake. */
  readonly type: Type;
  /** In the order of the source. */
  readonly findings: readonly ExpressionFinding[];
  readonly references: readonly Reference[];
}

/**
 * Checks one expression.
 *
 * @param source CEL without `${{ }}`.
 * @param expected `condition` where the value has to be true or false: else there is a `not-a-condition`.
 */
export function checkExpression(
  source: string,
  scope: TypeScope,
  expected: 'value' | 'condition' = 'value',
): ExpressionCheck {
  const parsed = parseExpression(source);
  if (!parsed.ok) {
    const { message, start, end } = parsed;
    return { type: DYN, findings: [{ code: 'expression-syntax', start, end, message }], references: [] };
  }
  const checker = new Checker(source, scope);
  const type = checker.infer(parsed.ast, { locals: new Map(), facts: factsGiven(scope.given ?? []) });
  if (expected === 'condition') checker.condition(type, parsed.ast);
  const findings = checker.findings.sort((a, b) => a.start - b.start || a.end - b.end);
  return { type, findings, references: referencesOf(parsed.ast) };
}

/** A range of the source. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What holds where a node stands: the variables bound around it, and what conditions before it said. */
export interface Surroundings {
  readonly locals: ReadonlyMap<string, Type>;
  readonly facts: Facts;
}

export class Checker {
  readonly findings: ExpressionFinding[] = [];
  readonly #source: string;
  readonly #variables: ReadonlyMap<string, Type>;
  readonly #calls: CallChecker;
  /** The paths that were found to be missing or null. */
  readonly #doubted = new Set<string>();

  constructor(source: string, scope: TypeScope) {
    this.#source = source;
    const variables = Object.entries(scope.variables).map(([name, type]) => [name, asType(type)] as const);
    this.#variables = new Map<string, Type>([...variables, ['steps', stepsType(scope.steps)]]);
    this.#calls = new CallChecker(this);
  }

  /** The type of a node; all that is wrong inside is reported. */
  infer(node: Node, around: Surroundings): Type {
    const type = this.#inferAny(node, around);
    const key = pathKey(node);
    if (key === undefined) return type;
    if (type.kind === 'object' && type.where !== undefined) return narrowed(type, key, around.facts);
    return around.facts.notNull.has(key) ? withoutNull(type) : type;
  }

  report(code: ExpressionFindingCode, place: Place, message: string, hint?: string): Type {
    const { start, end } = place;
    this.findings.push({ code, start, end, message, ...(hint === undefined ? {} : { hint }) });
    return DYN;
  }

  /** The text of a node, shortened. */
  text(node: Node): string {
    const text = this.#source.slice(node.start, node.end);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }

  /** Reports a type that cannot be true or false. */
  condition(type: Type, node: Node): void {
    if (type.kind === 'dyn' || atomsOf(type).some((atom) => atom.kind === 'boolean')) return;
    const hint = mayBeAbsent(type) ? 'add .orValue(false)' : 'compare it, for instance with == or >';
    this.report(
      'not-a-condition',
      node,
      `expected true or false, '${this.text(node)}' is ${describe(type)}`,
      hint,
    );
  }

  /** The type without null, which is reported. */
  used(type: Type, node: Node): Type {
    const stripped = withoutNull(type);
    if (stripped === type) return type;
    if (this.doubt(node)) {
      const text = this.text(node);
      this.report('possibly-null', node, `'${text}' may be null`, `ask first: ${text} != null ? … : …`);
    }
    return stripped;
  }

  /** Whether a path is in doubt for the first time: one finding for each is enough. */
  doubt(node: Node): boolean {
    const key = pathKey(node) ?? `${node.start}`;
    if (this.#doubted.has(key)) return false;
    this.#doubted.add(key);
    return true;
  }

  #inferAny(node: Node, around: Surroundings): Type {
    switch (node.op) {
      case 'value':
        return this.#literal(node);
      case 'id':
        return this.#variable(node, around);
      case '.':
        return checkSelect(this, node, around);
      case '.?':
        return optionalType(checkSelect(this, node, around));
      case '[]':
        return checkIndex(this, node, around);
      case '[?]':
        return optionalType(checkIndex(this, node, around));
      case 'call':
        return this.#calls.call(node, around);
      case 'rcall':
        return this.#calls.method(node, around);
      case 'list':
        return listType(
          node.args.length === 0 ? DYN : unionOf(node.args.map((item) => this.infer(item, around))),
        );
      case 'map':
        return this.#map(node, around);
      case '?:':
        return this.#ternary(node, around);
      case '&&':
      case '||':
        return this.#logical(node, around);
      case '!_':
        this.condition(this.used(this.infer(node.args, around), node.args), node.args);
        return BOOLEAN;
      case '-_':
        return this.#negative(node, around);
      default: {
        const types = node.args.map((operand) => this.infer(operand, around)) as [Type, Type];
        return checkOperator(this, node, types);
      }
    }
  }

  #literal(node: NodeOf<'value'>): Type {
    const value: unknown = node.args;
    if (typeof value === 'bigint') {
      if (Number.isSafeInteger(Number(value))) return INTEGER;
      return this.report(
        'expression-syntax',
        node,
        `${this.text(node)} is too large to be exact`,
        'write it as a string',
      );
    }
    if (value !== null && typeof value === 'object') {
      return this.report(
        'expression-syntax',
        node,
        `'${this.text(node)}': bytes and unsigned numbers are not JSON`,
      );
    }
    return typeOfJson(value as string | number | boolean | null);
  }

  #variable(node: NodeOf<'id'>, around: Surroundings): Type {
    const type = around.locals.get(node.args) ?? this.#variables.get(node.args);
    if (type !== undefined) return type;
    const known = [...around.locals.keys(), ...this.#variables.keys()];
    return this.report(
      'unknown-variable',
      node,
      `unknown variable '${node.args}'`,
      didYouMean(node.args, known),
    );
  }

  #map(node: NodeOf<'map'>, around: Surroundings): Type {
    const properties: [string, Type][] = [];
    let closed = true;
    for (const [key, value] of node.args) {
      const type = this.infer(value, around);
      if (key.op === 'value' && typeof key.args === 'string') {
        properties.push([key.args, type]);
        continue;
      }
      closed = false;
      const keyType = this.infer(key, around);
      if (keyType.kind === 'dyn' || atomsOf(keyType).some((atom) => atom.kind === 'string')) continue;
      this.report(
        'type-mismatch',
        key,
        `the key of an object is a string, '${this.text(key)}' is ${describe(keyType)}`,
      );
    }
    const object = objectType(properties);
    return closed ? object : { ...object, rest: () => DYN };
  }

  #ternary(node: NodeOf<'?:'>, around: Surroundings): Type {
    const [condition, yes, no] = node.args;
    this.condition(this.used(this.infer(condition, around), condition), condition);
    return unionOf([
      this.infer(yes, given(around, condition, true)),
      this.infer(no, given(around, condition, false)),
    ]);
  }

  #logical(node: NodeOf<'&&'> | NodeOf<'||'>, around: Surroundings): Type {
    const [left, right] = node.args;
    this.condition(this.used(this.infer(left, around), left), left);
    const after = given(around, left, node.op === '&&');
    this.condition(this.used(this.infer(right, after), right), right);
    return BOOLEAN;
  }

  #negative(node: NodeOf<'-_'>, around: Surroundings): Type {
    const type = this.used(this.infer(node.args, around), node.args);
    if (type.kind === 'dyn') return NUMBER;
    const number = atomsOf(type).find((atom) => atom.kind === 'number');
    if (number) return number;
    return this.report('type-mismatch', node, `'-' does not work on ${describe(type)}`);
  }

  /** The types of the bodies of `list.map(x, …)`, `cel.bind(x, value, …)` and the like, and of what they go over. */
  binding(binding: Binding, around: Surroundings): { over: Type; bodies: Type[] } {
    const outer = binding.kind === 'bind' ? binding.value : binding.over;
    let over = this.infer(outer, around);
    let bound = over;
    if (binding.kind === 'comprehension') {
      over = this.used(over, outer);
      if (
        over.kind !== 'dyn' &&
        !atomsOf(over).some((atom) => atom.kind === 'list' || atom.kind === 'object')
      ) {
        this.report(
          'type-mismatch',
          outer,
          `'${this.text(outer)}' is ${describe(over)}, only lists and objects have items`,
        );
        over = DYN;
      }
      bound = itemType(over);
    }
    let inner: Surroundings = {
      locals: new Map([...around.locals, [binding.name, bound]]),
      facts: forget(around.facts, binding.name),
    };
    const bodies: Type[] = [];
    for (const body of binding.kind === 'bind' ? [binding.body] : binding.bodies) {
      bodies.push(this.infer(body, inner));
      // `map(x, condition, transform)`: the condition holds where the transform stands.
      inner = given(inner, body, true);
    }
    return { over, bodies };
  }
}

/** A step as it is where its status or its winner is known. */
function narrowed(step: ObjectType, key: string, facts: Facts): Type {
  let type = step;
  for (const [property, value] of knownOf(key, facts)) type = type.where?.(property, value) ?? type;
  return type;
}

/** The surroundings of what is evaluated only if the condition is, or is not, true. */
function given(around: Surroundings, condition: Node, truth: boolean): Surroundings {
  return { locals: around.locals, facts: joinFacts(around.facts, factsOf(condition, truth)) };
}

function asType(type: JsonSchema | Type): Type {
  return typeof type === 'object' && typeof type.kind === 'string'
    ? (type as Type)
    : typeOfSchema(type as JsonSchema);
}

function stepsType(steps: TypeScope['steps']): Type {
  return { ...objectType(Object.entries(steps).map(([id, type]) => [id, asType(type)])), steps: true };
}
