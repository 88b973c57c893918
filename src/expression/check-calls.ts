/** Calls of functions, methods and macros, as the checker sees them. */
import { didYouMean } from '../json-schema/suggest.ts';
import type { Checker, Place, Surroundings } from './check.ts';
import { checkProperty } from './check-access.ts';
import { compilePattern } from './pattern.ts';
import { type CallSignature, FUNCTION_SIGNATURES, METHOD_SIGNATURES } from './signatures.ts';
import { bindingOf, COMPREHENSIONS, isOptionalNamespace, type Node, type NodeOf } from './syntax.ts';
import {
  atomsOf,
  BOOLEAN,
  DYN,
  describe,
  isMoney,
  listType,
  mayBeAbsent,
  optionalType,
  type Type,
  unionOf,
  withoutAbsence,
} from './types.ts';
import { type Kind, withArticle } from './values.ts';

const OPTIONAL_METHODS = ['orValue', 'or', 'hasValue', 'value'];

export class CallChecker {
  readonly #checker: Checker;

  constructor(checker: Checker) {
    this.#checker = checker;
  }

  /** The type that a function call gives. */
  call(node: NodeOf<'call'>, around: Surroundings): Type {
    const [name, args] = node.args;
    if (name === 'has') return this.#has(node, around);
    const types = args.map((argument) => this.#checker.infer(argument, around));
    const signature = FUNCTION_SIGNATURES.get(name);
    if (signature === undefined) {
      const hint = METHOD_SIGNATURES.has(name)
        ? `it is a method: write value.${name}(…)`
        : didYouMean(name, [...FUNCTION_SIGNATURES.keys(), 'has']);
      return this.#checker.report('unknown-function', nameOf(node, name), `unknown function '${name}'`, hint);
    }
    if (!this.#arguments(node, name, signature, args, types)) return signature.gives;
    if (name === 'money') this.#money(args[0]!, types[0]!);
    return name === 'dyn' ? DYN : signature.gives;
  }

  /** The type that a method call or a macro gives. */
  method(node: NodeOf<'rcall'>, around: Surroundings): Type {
    const [name, receiver, args] = node.args;
    const binding = bindingOf(node);
    if (binding) {
      const { over, bodies } = this.#checker.binding(binding, around);
      const [body, transform] = bodies as [Type, Type | undefined];
      if (binding.kind === 'bind') return body;
      if (binding.macro === 'map' && !transform) return listType(body);
      this.#checker.condition(body, binding.bodies[0]!);
      if (binding.macro === 'map') return listType(transform ?? DYN);
      if (binding.macro !== 'filter') return BOOLEAN;
      const items = atomsOf(over).flatMap((atom) => (atom.kind === 'list' ? [atom.item()] : []));
      return listType(items.length === 0 ? DYN : unionOf(items));
    }
    if (isOptionalNamespace(receiver)) return this.#optionalNamespace(node, around);
    const type = this.#checker.infer(receiver, around);
    const signature = METHOD_SIGNATURES.get(name);
    const orElse = name === 'orValue' || name === 'or';
    if (signature === undefined && !orElse) return this.#unknownMethod(node, name, around);
    const types = args.map((argument) => this.#checker.infer(argument, around));
    if (signature === undefined) return this.#orElse(node, type, types);
    const used = this.#receiver(node, name, signature, type);
    if (!this.#arguments(node, name, signature, args, types)) return signature.gives;
    if (name === 'matches') this.#pattern(args[0]!);
    if (name === 'join') this.#joined(receiver, used);
    return name === 'value' ? withoutAbsence(used) : signature.gives;
  }

  #has(node: NodeOf<'call'>, around: Surroundings): Type {
    const [argument, ...more] = node.args[1];
    if (argument?.op !== '.' || more.length > 0) {
      this.#checker.report(
        'wrong-arguments',
        node,
        'has() takes one property',
        'for instance has(input.note)',
      );
      return BOOLEAN;
    }
    const receiver = this.#checker.infer(argument.args[0], around);
    checkProperty(this.#checker, argument, receiver, argument.args[1], around, true);
    return BOOLEAN;
  }

  #optionalNamespace(node: NodeOf<'rcall'>, around: Surroundings): Type {
    const [name, , args] = node.args;
    const types = args.map((argument) => this.#checker.infer(argument, around));
    const [first] = types;
    if (name === 'of' && first && types.length === 1) return optionalType(first);
    if (name === 'none' && types.length === 0) return optionalType(DYN);
    const known = ['of', 'none'];
    if (!known.includes(name)) {
      return this.#checker.report(
        'unknown-function',
        nameOf(node, name),
        `unknown function 'optional.${name}'`,
        didYouMean(name, known),
      );
    }
    return this.#checker.report(
      'wrong-arguments',
      node,
      `optional.${name}() takes ${name === 'of' ? 'one argument' : 'no arguments'}`,
    );
  }

  #orElse(node: NodeOf<'rcall'>, type: Type, types: readonly Type[]): Type {
    const [name, receiver] = node.args;
    const [fallback] = types;
    if (!fallback || types.length > 1) {
      return this.#checker.report('wrong-arguments', node, `${name}() takes one argument`);
    }
    if (type.kind === 'dyn') return DYN;
    if (!mayBeAbsent(type)) {
      const message = `${name}() takes an optional, '${this.#checker.text(receiver)}' is ${describe(type)}`;
      return this.#checker.report('type-mismatch', receiver, message, 'read the value with .?');
    }
    const value = unionOf([withoutAbsence(type), withoutAbsence(fallback)]);
    return name === 'or' ? optionalType(value) : mayBeAbsent(fallback) ? optionalType(value) : value;
  }

  #unknownMethod(node: NodeOf<'rcall'>, name: string, around: Surroundings): Type {
    const place = nameOf(node, name);
    // A name alone in the first place is meant to be bound, as in `list.mapp(x, x.id)`.
    const [first, ...others] = node.args[2];
    const locals = first?.op === 'id' ? new Map([...around.locals, [first.args, DYN]]) : around.locals;
    for (const argument of first && first.op !== 'id' ? node.args[2] : others) {
      this.#checker.infer(argument, { ...around, locals });
    }
    const arity = COMPREHENSIONS.get(name);
    if (arity) {
      const message = `${name}() takes a variable and ${arity[0] === 2 ? 'an expression' : 'expressions'}`;
      return this.#checker.report('wrong-arguments', place, message, `for instance .${name}(x, …)`);
    }
    if (name === 'getDayOfYear') {
      return this.#checker.report(
        'unknown-function',
        place,
        "'getDayOfYear' depends on the machine and is left out",
      );
    }
    const hint = FUNCTION_SIGNATURES.has(name)
      ? `it is a function: write ${name}(value)`
      : didYouMean(name, [...METHOD_SIGNATURES.keys(), ...COMPREHENSIONS.keys(), ...OPTIONAL_METHODS]);
    return this.#checker.report('unknown-function', place, `unknown method '${name}'`, hint);
  }

  /** The type of the receiver, once it is sure that it has the method. */
  #receiver(node: NodeOf<'rcall'>, name: string, signature: CallSignature, type: Type): Type {
    const receiver = node.args[1];
    const expected = signature.receiver ?? [];
    const used = this.#checker.used(type, receiver);
    if (fits(used, expected)) return used;
    const message = `'${this.#checker.text(receiver)}' is ${describe(used)}, ${name}() is a method of ${expected.map(withArticle).join(' or ')}`;
    return this.#checker.report('type-mismatch', receiver, message, orValueHint(used, expected));
  }

  /** Whether the number of the arguments is right; their types are reported either way. */
  #arguments(
    node: Node,
    name: string,
    signature: CallSignature,
    args: readonly Node[],
    types: readonly Type[],
  ): boolean {
    const [least, most] = [signature.required ?? signature.args.length, signature.args.length];
    if (args.length < least || args.length > most) {
      const zone = /^get[A-Z]/.test(name) ? ': time zones depend on the machine, the getters give UTC' : '';
      const count = least === most ? `${most}` : `${least} or ${most}`;
      this.#checker.report(
        'wrong-arguments',
        node,
        `${name}() takes ${count} arguments, not ${args.length}${zone}`,
      );
      return false;
    }
    types.forEach((type, i) => {
      const argument = args[i]!;
      const expected = signature.args[i]!;
      const used = expected.includes('null') ? type : this.#checker.used(type, argument);
      if (fits(used, expected)) return;
      const message = `${name}() takes ${expected.map(withArticle).join(' or ')}, '${this.#checker.text(argument)}' is ${describe(used)}`;
      this.#checker.report('type-mismatch', argument, message, orValueHint(used, expected));
    });
    return true;
  }

  #money(node: Node, type: Type): void {
    const used = this.#checker.used(type, node);
    if (used.kind === 'dyn' || isMoney(used)) return;
    const message = `money() takes {amount, currency}, '${this.#checker.text(node)}' is ${describe(used)}`;
    this.#checker.report('type-mismatch', node, message, orValueHint(used, []));
  }

  #pattern(node: Node): void {
    if (node.op !== 'value' || typeof node.args !== 'string') {
      this.#checker.report('regex-unsafe', node, 'matches() takes a pattern written out as a string');
      return;
    }
    const pattern = compilePattern(node.args);
    if (!pattern.ok) this.#checker.report('regex-unsafe', node, pattern.message);
  }

  #joined(receiver: Node, type: Type): void {
    for (const atom of atomsOf(type)) {
      if (atom.kind !== 'list' || fits(atom.item(), ['string'])) continue;
      const message = `join() takes a list of strings, the items of '${this.#checker.text(receiver)}' are ${describe(atom.item())}`;
      this.#checker.report('type-mismatch', receiver, message, 'write .map(x, string(x)).join(…)');
    }
  }
}

function fits(type: Type, kinds: readonly Kind[]): boolean {
  return type.kind === 'dyn' || atomsOf(type).some((atom) => kinds.includes(atom.kind));
}

function orValueHint(type: Type, expected: readonly Kind[]): string | undefined {
  return mayBeAbsent(type) && !expected.includes('optional') ? 'give it a value with .orValue(…)' : undefined;
}

/** The range of the name in a call. */
function nameOf(node: NodeOf<'call'> | NodeOf<'rcall'>, name: string): Place {
  if (node.op === 'call') return { start: node.start, end: node.start + name.length };
  // Between the receiver, which may stand in parentheses, and the arguments there is only `.name(`.
  const at = node.input.indexOf(name, node.args[1].end);
  const start = at < 0 ? node.start : at;
  return { start, end: start + name.length };
}
