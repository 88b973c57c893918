/** Which variables an expression reads, and how deep: for rules about order and visibility. */
import { bindingOf, children, isOptionalNamespace, type Node, parseExpression } from './syntax.ts';

export interface Reference {
  /** The path as far as it is written out: `steps.open.output.payouts[0].id` is read as `steps open output payouts`. */
  readonly path: readonly string[];
  /** The range of that part of the source. */
  readonly start: number;
  readonly end: number;
}

/** The paths that an expression reads, in the order of the text; none if it does not parse. */
export function references(source: string): Reference[] {
  const parsed = parseExpression(source);
  return parsed.ok ? referencesOf(parsed.ast) : [];
}

/** The paths that a tree reads. The variables of `map(x, …)`, `cel.bind(x, …)` and the like are not among them. */
export function referencesOf(ast: Node): Reference[] {
  const found: Reference[] = [];
  visit(ast, new Set(), found);
  return found;
}

function visit(node: Node, locals: ReadonlySet<string>, found: Reference[]): void {
  const path = pathOf(node);
  if (path) {
    const [root] = path;
    if (root !== undefined && !locals.has(root)) found.push({ path, start: node.start, end: node.end });
    return;
  }
  if (node.op === 'rcall') {
    const binding = bindingOf(node);
    if (binding) {
      visit(binding.kind === 'bind' ? binding.value : binding.over, locals, found);
      const inner = new Set([...locals, binding.name]);
      for (const body of binding.kind === 'bind' ? [binding.body] : binding.bodies) visit(body, inner, found);
      return;
    }
    if (isOptionalNamespace(node.args[1])) {
      for (const argument of node.args[2]) visit(argument, locals, found);
      return;
    }
  }
  for (const child of children(node)) visit(child, locals, found);
}

/**
 * The names of a path such as `a.b.?c["d"]`, from its variable on; `undefined` for any other node.
 * An index that is not a string written out ends a path: what is before it is the path.
 */
export function pathOf(node: Node): readonly string[] | undefined {
  switch (node.op) {
    case 'id':
      return [node.args];
    case '.':
    case '.?': {
      const path = pathOf(node.args[0]);
      return path && [...path, node.args[1]];
    }
    case '[]':
    case '[?]': {
      const [receiver, index] = node.args;
      if (index.op !== 'value' || typeof index.args !== 'string') return undefined;
      const path = pathOf(receiver);
      return path && [...path, index.args];
    }
    default:
      return undefined;
  }
}
