/**
 * From the text of an expression to its syntax tree, within limits. The grammar is CEL's, read by the CEL
 * library; what the tree means is decided by `compile.ts` and `check.ts`, which share this module.
 */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';

export type Node = ASTNode;
export type NodeOf<Op extends Node['op']> = Extract<Node, { op: Op }>;

/** `source` in UTF-16 units; `nodes` of the tree; `depth` of nested parentheses, selections and literals. */
export const LIMITS = { source: 4_000, nodes: 1_000, depth: 50 } as const;

export type Parsed =
  | { readonly ok: true; readonly ast: Node }
  | { readonly ok: false; readonly message: string; readonly start: number; readonly end: number };

const environment = new Environment({
  enableOptionalTypes: true,
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: LIMITS.nodes, maxDepth: LIMITS.depth },
});

/** Parses one expression. Offsets of an error are into `source`. */
export function parseExpression(source: string): Parsed {
  if (source.length > LIMITS.source) {
    const message = `an expression may have ${LIMITS.source} characters, this one has ${source.length}`;
    return { ok: false, message, start: 0, end: source.length };
  }
  try {
    return { ok: true, ast: environment.parse(source).ast };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const start = Math.min(error.range?.start ?? 0, source.length);
    const end = Math.max(start, Math.min(error.range?.end ?? start, source.length));
    return { ok: false, message: inWords(error, source.slice(start, end)), start, end };
  }
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end of the expression',
  NUMBER: 'a number',
  STRING: 'a string',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  RPAREN: "')'",
  RBRACKET: "']'",
  RBRACE: "'}'",
  COLON: "':'",
  COMMA: "','",
};

const INSTEAD: Readonly<Record<string, string>> = {
  '=': "'=='",
  '&': "'&&'",
  '|': "'||'",
  and: "'&&'",
  or: "'||'",
};

/** The library's summary names tokens (`Expected RPAREN, got EOF`); a reader knows characters. */
function inWords(error: ParseError, found: string): string {
  const instead = Object.hasOwn(INSTEAD, found) ? INSTEAD[found] : undefined;
  if (instead !== undefined) return `'${found}' is not an operator, write ${instead}`;
  switch (error.code) {
    case 'expected_token': {
      const expected = /Expected (\w+)/.exec(error.summary)?.[1] ?? '';
      return `expected ${TOKENS[expected] ?? expected}, found ${quoted(found)}`;
    }
    case 'unexpected_token':
    case 'unexpected_character':
      return found === '' ? 'the expression ends too early' : `unexpected '${found}'`;
    case 'reserved_identifier':
      return `'${found}' is a reserved word`;
    case 'limit_exceeded':
      return error.summary.includes('maxAstNodes')
        ? `an expression may have ${LIMITS.nodes} parts`
        : `an expression may be nested ${LIMITS.depth} deep`;
    default:
      return error.summary.charAt(0).toLowerCase() + error.summary.slice(1);
  }
}

function quoted(found: string): string {
  return found === '' ? 'the end of the expression' : `'${found}'`;
}

/** The direct parts of a node, in the order of the text. */
export function children(node: Node): readonly Node[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}

/** How many nodes the tree has. */
export function countNodes(node: Node): number {
  let count = 1;
  for (const child of children(node)) count += countNodes(child);
  return count;
}

/** The macros that bind a variable over a list, and how many arguments they take. */
export const COMPREHENSIONS: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

/**
 * What a method call binds: `list.map(x, …)` the name `x` in all further arguments, `cel.bind(x, value, …)`
 * in the last one.
 */
export type Binding =
  | {
      readonly kind: 'comprehension';
      readonly macro: string;
      readonly name: string;
      readonly over: Node;
      readonly bodies: readonly Node[];
    }
  | { readonly kind: 'bind'; readonly name: string; readonly value: Node; readonly body: Node };

/** The binding that a method call is, if it is one. */
export function bindingOf(node: NodeOf<'rcall'>): Binding | undefined {
  const [macro, receiver, args] = node.args;
  const [variable, ...rest] = args;
  if (variable?.op !== 'id') return undefined;
  if (COMPREHENSIONS.get(macro)?.includes(args.length)) {
    return { kind: 'comprehension', macro, name: variable.args, over: receiver, bodies: rest };
  }
  const [value, body] = rest;
  if (
    macro === 'bind' &&
    receiver.op === 'id' &&
    receiver.args === 'cel' &&
    value &&
    body &&
    rest.length === 2
  ) {
    return { kind: 'bind', name: variable.args, value, body };
  }
  return undefined;
}

/** Whether a method call is on CEL's namespace `optional`: `optional.of(x)`, `optional.none()`. */
export function isOptionalNamespace(receiver: Node): boolean {
  return receiver.op === 'id' && receiver.args === 'optional';
}
