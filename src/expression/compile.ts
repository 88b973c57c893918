/**
 * From the syntax tree to one function. The library's own evaluator computes with 64-bit integers, wraps
 * objects and cannot be metered; over JSON it is simpler to give each operator its meaning here.
 */

import { element, listed, missingElement, selectOptional } from './access.ts';
import { type Builtin, FUNCTIONS, METHODS, OPTIONAL_FUNCTIONS } from './functions.ts';
import { itemsOf, type Loop, REDUCERS } from './loops.ts';
import { type BinaryOperator, OPERATIONS } from './operators.ts';
import { compilePattern } from './pattern.ts';
import {
  type Binding,
  bindingOf,
  countNodes,
  isOptionalNamespace,
  type Node,
  type NodeOf,
} from './syntax.ts';
import {
  aKind,
  charge,
  type Evaluate,
  Fault,
  forgivable,
  isObject,
  Optional,
  property,
  truth,
  type Value,
} from './values.ts';

export interface Compiled {
  readonly evaluate: Evaluate;
  /** Nodes of the tree: what one evaluation costs at least. */
  readonly nodes: number;
  /** Whether the expression can make values, rather than only pick, compare and count those of the scope. */
  readonly makes: boolean;
}

/** Compiles a tree; throws a Fault for what can be said without a scope: unknown functions, unsafe patterns. */
export function compile(source: string, ast: Node): Compiled {
  const compiler = new Compiler(source);
  const evaluate = compiler.node(ast);
  return { evaluate, nodes: countNodes(ast), makes: compiler.makes };
}

class Compiler {
  makes = false;
  readonly #source: string;
  /** The names that comprehensions bind around the node being compiled; the position is the slot. */
  readonly #locals: string[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  node(node: Node): Evaluate {
    switch (node.op) {
      case 'value':
        return this.#literal(node);
      case 'id':
        return this.#variable(node);
      case '.':
        return this.#select(node.args[0], node.args[1], node);
      case '.?':
        return this.#optionalSelect(this.node(node.args[0]), () => node.args[1], node);
      case '[]':
        return this.#index(node);
      case '[?]':
        return this.#optionalSelect(this.node(node.args[0]), this.node(node.args[1]), node);
      case 'call':
        return this.#call(node);
      case 'rcall':
        return this.#method(node);
      case 'list':
        return this.#list(node);
      case 'map':
        return this.#map(node);
      case '?:':
        return this.#ternary(node);
      case '&&':
        return this.#logical(node, false);
      case '||':
        return this.#logical(node, true);
      case '!_':
        return this.#not(node);
      case '-_':
        return this.#negative(node);
      default:
        return this.#binary(node);
    }
  }

  #text(node: Node): string {
    const text = this.#source.slice(node.start, node.end);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }

  #literal(node: NodeOf<'value'>): Evaluate {
    const value = literalValue(node);
    return () => value;
  }

  #variable(node: NodeOf<'id'>): Evaluate {
    const name = node.args;
    const slot = this.#locals.lastIndexOf(name);
    if (slot >= 0) return (run) => run.locals[slot] as Value;
    return (run) => {
      const value = Object.hasOwn(run.scope, name) ? run.scope[name] : undefined;
      if (value !== undefined) return value as Value;
      const known = Object.keys(run.scope).join(', ');
      throw new Fault(`unknown variable '${name}'${known ? ` (in scope: ${known})` : ''}`, node.start);
    };
  }

  #select(from: Node, name: string, node: NodeOf<'.'>): Evaluate {
    const receiver = this.node(from);
    const at = node.pos;
    return (run) => {
      const object = receiver(run);
      if (isObject(object)) {
        const value = property(object, name);
        if (value !== undefined) return value;
        throw new Fault(() => `${this.#text(from)} has no property '${name}'${listed(object)}`, at);
      }
      if (object instanceof Optional) return selectOptional(object, name, at);
      throw new Fault(`${this.#text(from)} is ${aKind(object)}, it has no property '${name}'`, at);
    };
  }

  #index(node: NodeOf<'[]'>): Evaluate {
    const receiver = this.node(node.args[0]);
    const index = this.node(node.args[1]);
    const at = node.args[1].start;
    return (run) => {
      const container = receiver(run);
      const key = index(run);
      if (container instanceof Optional) return selectOptional(container, key, at);
      const value = element(container, key);
      if (value !== undefined) return value;
      throw new Fault(() => missingElement(this.#text(node.args[0]), container, key), at);
    };
  }

  #optionalSelect(receiver: Evaluate, key: Evaluate, node: NodeOf<'.?'> | NodeOf<'[?]'>): Evaluate {
    this.makes = true;
    return (run) => selectOptional(receiver(run), key(run), node.pos);
  }

  #call(node: NodeOf<'call'>): Evaluate {
    const [name, args] = node.args;
    if (name === 'has') return this.#has(node);
    if (name === 'timestamp' || name === 'duration') this.makes = true;
    const builtin = find(FUNCTIONS, name, args.length, node.start);
    return this.#apply(builtin, args, node.start);
  }

  #apply(builtin: Builtin, nodes: readonly Node[], at: number): Evaluate {
    const args = nodes.map((node) => this.node(node));
    const [only] = args;
    if (only && args.length === 1) return (run) => builtin.call([only(run)], run, at);
    return (run) =>
      builtin.call(
        args.map((arg) => arg(run)),
        run,
        at,
      );
  }

  /** `has(a.b.c)`: whether `a.b` has `c`. That `a` has `b` is taken for granted, unless it says `a.?b`. */
  #has(node: NodeOf<'call'>): Evaluate {
    const [argument, ...more] = node.args[1];
    if (argument?.op !== '.' || more.length > 0) {
      throw new Fault('has() takes one property: has(input.note)', node.start);
    }
    const receiver = this.node(argument.args[0]);
    const name = argument.args[1];
    return (run) => {
      const value = receiver(run);
      return selectOptional(value, name, argument.pos).value !== undefined;
    };
  }

  #method(node: NodeOf<'rcall'>): Evaluate {
    const [name, receiver, args] = node.args;
    const binding = bindingOf(node);
    if (binding) return this.#binding(binding);
    if (isOptionalNamespace(receiver)) {
      this.makes = true;
      return this.#apply(find(OPTIONAL_FUNCTIONS, name, args.length, node.start), args, node.start);
    }
    if (name === 'matches') return this.#matches(node);
    if (name === 'orValue' || name === 'or') return this.#orElse(node);
    if (name === 'split') this.makes = true;
    return this.#apply(find(METHODS, name, args.length, node.start), [receiver, ...args], node.start);
  }

  #matches(node: NodeOf<'rcall'>): Evaluate {
    const [, receiver, [pattern]] = node.args;
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      throw new Fault('matches() takes a pattern written out as a string', (pattern ?? node).start);
    }
    const compiled = compilePattern(pattern.args);
    if (!compiled.ok) throw new Fault(compiled.message, pattern.start);
    const { expression, cost } = compiled;
    const subject = this.node(receiver);
    return (run) => {
      const text = subject(run);
      if (typeof text !== 'string')
        throw new Fault(`matches() takes a string, not ${aKind(text)}`, node.start);
      charge(run, cost(text.length));
      return expression.test(text);
    };
  }

  /** `o.orValue(v)` and `o.or(p)` evaluate their argument only if `o` is empty. */
  #orElse(node: NodeOf<'rcall'>): Evaluate {
    const [name, receiver, args] = node.args;
    const [fallback] = args;
    if (!fallback || args.length > 1) throw new Fault(`${name}() takes one argument`, node.start);
    const subject = this.node(receiver);
    const otherwise = this.node(fallback);
    return (run) => {
      const value = subject(run);
      if (!(value instanceof Optional)) {
        throw new Fault(
          `${this.#text(receiver)} is ${aKind(value)}, ${name}() takes an optional, as .? gives`,
          node.start,
        );
      }
      if (value.value !== undefined) return name === 'or' ? value : value.value;
      const other = otherwise(run);
      if (name === 'orValue' || other instanceof Optional) return other;
      throw new Fault(`or() takes an optional, not ${aKind(other)}`, fallback.start);
    };
  }

  #binding(binding: Binding): Evaluate {
    const slot = this.#locals.length;
    const outer = this.node(binding.kind === 'bind' ? binding.value : binding.over);
    this.#locals.push(binding.name);
    const bodies = (binding.kind === 'bind' ? [binding.body] : binding.bodies).map((body) => this.node(body));
    this.#locals.pop();

    const [body, transform] = bodies as [Evaluate, Evaluate | undefined];
    if (binding.kind === 'bind') {
      return (run) => {
        run.locals[slot] = outer(run);
        return body(run);
      };
    }
    if (binding.macro === 'map') this.makes = true;
    const cost = binding.bodies.reduce((sum, node) => sum + countNodes(node), 1);
    const at = binding.over.start;
    const bodyAt = (binding.bodies[0] as Node).start;
    const loop: Loop = { slot, cost, at, bodyAt, body, transform };
    const reduce = REDUCERS[binding.macro as keyof typeof REDUCERS];
    return (run) => reduce(run, itemsOf(outer(run), run, at), loop);
  }

  #list(node: NodeOf<'list'>): Evaluate {
    this.makes = true;
    const items = node.args.map((item) => this.node(item));
    return (run) => items.map((item) => item(run));
  }

  #map(node: NodeOf<'map'>): Evaluate {
    this.makes = true;
    const entries = node.args.map(([key, value]) => [this.node(key), this.node(value), key.start] as const);
    return (run) => {
      const object: { [key: string]: Value } = {};
      for (const [key, value, at] of entries) {
        const name = key(run);
        if (typeof name !== 'string')
          throw new Fault(`the key of an object is a string, not ${aKind(name)}`, at);
        if (name === '__proto__') throw new Fault("'__proto__' cannot be a key", at);
        if (Object.hasOwn(object, name)) throw new Fault(`the key '${name}' stands twice`, at);
        object[name] = value(run);
      }
      return object;
    };
  }

  #ternary(node: NodeOf<'?:'>): Evaluate {
    const [condition, yes, no] = node.args.map((part) => this.node(part)) as [Evaluate, Evaluate, Evaluate];
    const at = node.args[0].start;
    return (run) => (truth(condition(run), at) ? yes(run) : no(run));
  }

  /** CEL's `&&` and `||`: one operand that decides is enough, also if the other one fails. */
  #logical(node: NodeOf<'&&'> | NodeOf<'||'>, decisive: boolean): Evaluate {
    const left = this.node(node.args[0]);
    const right = this.node(node.args[1]);
    const [leftAt, rightAt] = [node.args[0].start, node.args[1].start];
    return (run) => {
      let fault: Fault | undefined;
      try {
        if (truth(left(run), leftAt) === decisive) return decisive;
      } catch (error) {
        fault = forgivable(error);
      }
      if (truth(right(run), rightAt) === decisive) return decisive;
      if (fault) throw fault;
      return !decisive;
    };
  }

  #not(node: NodeOf<'!_'>): Evaluate {
    const operand = this.node(node.args);
    return (run) => !truth(operand(run), node.args.start);
  }

  #negative(node: NodeOf<'-_'>): Evaluate {
    const operand = this.node(node.args);
    return (run) => {
      const value = operand(run);
      // 0 - 0 is 0: a negative zero would show in texts as '-0' elsewhere.
      if (typeof value === 'number') return 0 - value;
      throw new Fault(`'-' does not work on ${aKind(value)}`, node.start);
    };
  }

  #binary(node: NodeOf<BinaryOperator>): Evaluate {
    if (node.op === '+') this.makes = true;
    const operation = OPERATIONS[node.op];
    const left = this.node(node.args[0]);
    const right = this.node(node.args[1]);
    return (run) => operation(left(run), right(run), run, node.start);
  }
}

function literalValue(node: NodeOf<'value'>): Value {
  const value: unknown = node.args;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new Fault('this whole number is too large to be exact; write it as a string', node.start);
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new Fault('bytes and unsigned numbers are not JSON', node.start);
}

function find(table: ReadonlyMap<string, Builtin>, name: string, args: number, at: number): Builtin {
  const builtin = table.get(name);
  if (builtin?.arity.includes(args)) return builtin;
  if (!builtin) throw new Fault(`unknown function '${name}'`, at);
  throw new Fault(`${name}() takes ${builtin.arity.join(' or ')} arguments, not ${args}`, at);
}
