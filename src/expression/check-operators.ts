/** The operators with two operands, as the checker sees them. */
import { didYouMean } from '../json-schema/suggest.ts';
import type { Checker } from './check.ts';
import type { BinaryOperator } from './operators.ts';
import type { NodeOf } from './syntax.ts';
import {
  type Atom,
  atomsOf,
  BOOLEAN,
  DURATION,
  describe,
  INTEGER,
  isMoney,
  listType,
  mayBeAbsent,
  NUMBER,
  STRING,
  TIMESTAMP,
  type Type,
  unionOf,
} from './types.ts';

type BinaryNode = NodeOf<BinaryOperator>;

/** The type of an operation; what its operands cannot do is reported. */
export function checkOperator(
  checker: Checker,
  node: BinaryNode,
  [left, right]: readonly [Type, Type],
): Type {
  switch (node.op) {
    case '==':
    case '!=':
      return checkEquality(checker, node, left, right);
    case 'in':
      return checkMembership(checker, node, left, right);
  }
  const types = [checker.used(left, node.args[0]), checker.used(right, node.args[1])] as const;
  if (isArithmetic(node.op) && types.some(isAmount)) {
    const message = `'${checker.text(node)}' computes with money, which expressions do not`;
    return checker.report('money-arithmetic', node, message, 'let an activity compute it');
  }
  const [a, b] = types;
  if (a.kind === 'dyn' || b.kind === 'dyn') return isArithmetic(node.op) ? unknownResult(node.op) : BOOLEAN;
  const results = atomsOf(a).flatMap((one) =>
    atomsOf(b).flatMap((other) => resultOf(node.op, one, other) ?? []),
  );
  if (results.length > 0) return unionOf(results);
  const message = `'${node.op}' does not work on ${describe(a)} and ${describe(b)}`;
  return checker.report('type-mismatch', node, message, hintFor(node.op, a, b));
}

function isArithmetic(op: BinaryOperator): boolean {
  return op === '+' || op === '-' || op === '*' || op === '/' || op === '%';
}

function isAmount(type: Type): boolean {
  return isMoney(type) || atomsOf(type).some((atom) => atom.kind === 'number' && atom.money);
}

function unknownResult(op: BinaryOperator): Type {
  return op === '+' || op === '-' ? { kind: 'dyn' } : NUMBER;
}

/** What an operator gives for two operands; `undefined` if it does not take them. */
function resultOf(op: BinaryOperator, left: Atom, right: Atom): Type | undefined {
  if (!isArithmetic(op)) {
    const ordered = ['number', 'string', 'boolean', 'timestamp', 'duration'].includes(left.kind);
    return ordered && left.kind === right.kind ? BOOLEAN : undefined;
  }
  if (left.kind === 'number' && right.kind === 'number') {
    return op !== '/' && left.integer && right.integer ? INTEGER : NUMBER;
  }
  if (op === '+') {
    if (left.kind === 'string' && right.kind === 'string') return STRING;
    if (left.kind === 'list' && right.kind === 'list') return listType(unionOf([left.item(), right.item()]));
    if (left.kind === 'duration' && right.kind === 'timestamp') return TIMESTAMP;
  }
  if (op !== '+' && op !== '-') return undefined;
  if (left.kind === 'duration' && right.kind === 'duration') return DURATION;
  if (left.kind === 'timestamp' && right.kind === 'duration') return TIMESTAMP;
  return op === '-' && left.kind === 'timestamp' && right.kind === 'timestamp' ? DURATION : undefined;
}

function hintFor(op: BinaryOperator, left: Type, right: Type): string | undefined {
  const kinds = new Set([...atomsOf(left), ...atomsOf(right)].map((atom) => atom.kind));
  if (mayBeAbsent(left) || mayBeAbsent(right)) return 'give the optional a value with .orValue(…)';
  if (kinds.has('timestamp') && kinds.has('string')) return 'make a timestamp of the string: timestamp(…)';
  if (kinds.has('duration') && kinds.has('string')) return 'make a duration of the string: duration(…)';
  if (op === '+' && kinds.has('string')) return 'make a string of the other one: string(…)';
  return kinds.has('string') && kinds.has('number') ? 'make a number of the string: double(…)' : undefined;
}

function checkEquality(checker: Checker, node: BinaryNode, left: Type, right: Type): Type {
  checkLiteral(checker, node.args[0], left, right);
  checkLiteral(checker, node.args[1], right, left);
  if (!canEqual(left, right)) {
    const never = node.op === '==' ? 'never' : 'always';
    const message = `'${checker.text(node)}' is ${never} true: ${describe(left)} does not equal ${describe(right)}`;
    checker.report('type-mismatch', node, message, hintFor(node.op, left, right));
  }
  return BOOLEAN;
}

/** Whether the kinds overlap; comparing with null is always a fair question. */
function canEqual(left: Type, right: Type): boolean {
  if (left.kind === 'dyn' || right.kind === 'dyn') return true;
  const kinds = new Set(atomsOf(left).map((atom) => atom.kind));
  return atomsOf(right).some((atom) => atom.kind === 'null' || kinds.has(atom.kind)) || kinds.has('null');
}

function checkMembership(checker: Checker, node: BinaryNode, left: Type, right: Type): Type {
  const [item, container] = node.args;
  const used = checker.used(right, container);
  const containers = atomsOf(used).filter((atom) => atom.kind === 'list' || atom.kind === 'object');
  if (used.kind !== 'dyn' && containers.length === 0) {
    const hint = atomsOf(used).some((atom) => atom.kind === 'string')
      ? `write ${checker.text(container)}.contains(…)`
      : undefined;
    checker.report(
      'type-mismatch',
      container,
      `'in' looks into lists and objects, '${checker.text(container)}' is ${describe(used)}`,
      hint,
    );
    return BOOLEAN;
  }
  const items = containers.map((atom): Type => (atom.kind === 'list' ? atom.item() : STRING));
  if (items.length > 0 && !items.some((type) => canEqual(left, type))) {
    const message = `'${checker.text(item)}' is ${describe(left)}, the items of '${checker.text(container)}' are ${describe(unionOf(items))}`;
    checker.report('type-mismatch', item, message);
  }
  if (items.length > 0) checkLiteral(checker, item, left, unionOf(items));
  if (container.op === 'list') {
    for (const element of container.args) {
      if (element.op === 'value' && typeof element.args === 'string') {
        checkLiteral(checker, element, { kind: 'string', values: [element.args] }, left);
      }
    }
  }
  return BOOLEAN;
}

/** A string written out must be one of those that the other side can be. */
function checkLiteral(checker: Checker, node: BinaryNode['args'][0], type: Type, other: Type): void {
  if (node.op !== 'value' || type.kind !== 'string' || !type.values) return;
  const strings = atomsOf(other).filter((atom) => atom.kind === 'string');
  const values = strings.flatMap((atom) => atom.values ?? []);
  if (strings.length === 0 || strings.some((atom) => !atom.values)) return;
  const wrong = type.values.find((value) => !values.includes(value));
  if (wrong === undefined) return;
  checker.report(
    'unknown-value',
    node,
    `'${wrong}' is not one of ${values.join(', ')}`,
    didYouMean(wrong, values),
  );
}
