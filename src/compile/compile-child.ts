import type { WorkflowInterface } from '../check/checked-document.ts';
import type { Action, Step } from '../document/definition.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { references } from '../expression/references.ts';
import type { IdPlan, Json, JsonSchema, StepAction, Value } from '../plan/plan.ts';
import { routing } from './call-options.ts';
import { type Compiler, callInput } from './compiler.ts';
import { expressionsIn, lineOf, toValue } from './values.ts';

/** A call of another workflow; its id is computed here if it has a business key. */
export function compileChild(
  compiler: Compiler,
  step: Step,
  { workflow, with: given, detach }: Extract<Action, { kind: 'workflow' }>,
): StepAction {
  const called = compiler.document.workflows.get(workflow.value);
  const childId = called && childIdOf(called, lineOf(step, compiler.lines));
  const input = callInput(compiler, given);
  return {
    kind: 'workflow',
    workflow: workflow.value,
    with: childId === undefined ? input : withDefaults(input, childId.key, called?.inputSchema ?? true),
    detach: detach?.value ?? false,
    ...(childId && { childId }),
    ...routing(compiler, step),
  };
}

/** The key stands in another file; where it fails here, it is this step's line that has to be shown. */
function childIdOf({ id }: WorkflowInterface, line: number): IdPlan | undefined {
  if (id === undefined) return undefined;
  return { key: atLine(id.key, line), onConflict: id.onConflict };
}

function atLine(node: YamlNode, line: number): Value {
  const compiled = toValue(node, []);
  return 'line' in compiled ? { ...compiled, line } : compiled;
}

/** The child fills in its defaults itself, but the key that reads them is computed before it has started. */
function withDefaults(input: Value, key: Value, schema: JsonSchema): Value {
  const names = expressionsIn(key)
    .flatMap((source) => references(source))
    .flatMap(({ path: [root, name] }) => (root === 'input' && name !== undefined ? [name] : []));
  const defaults = [...new Set(names)].flatMap((name): [string, Json][] => {
    const value = defaultOf(schema, name);
    return value === undefined ? [] : [[name, value]];
  });
  if (defaults.length === 0) return input;
  if ('literal' in input)
    return { literal: { ...Object.fromEntries(defaults), ...(input.literal as object) } };
  if (!('object' in input)) return input;
  const missing = defaults.filter(([name]) => !input.object.some(([given]) => given === name));
  return { object: [...missing.map(([name, literal]) => [name, { literal }] as const), ...input.object] };
}

function defaultOf(schema: JsonSchema, name: string): Json | undefined {
  if (typeof schema === 'boolean') return undefined;
  const properties = (schema.properties ?? {}) as { readonly [name: string]: JsonSchema };
  const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return typeof property === 'object' ? property.default : undefined;
}
