import type { Block, CallOptions, Catch, CatchCase, Compensation, Step } from './definition.ts';
import { booleanAt, mappingsOf, nodeAtKey, present, stringAt, stringsOf } from './located.ts';
import { readAction } from './read-action.ts';
import type { YamlNode } from './yaml-tree.ts';

/** The root block of a definition, with its own catch, finally and timeout. */
export function readRoot(tree: YamlNode): Block {
  return present<Block>({ ...readBlock(tree), timeout: nodeAtKey(tree, 'timeout') });
}

/** A block: `{steps, output, catch, finally}`, or a list of steps; another node is a block without steps. */
export function readBlock(node: YamlNode): Block {
  if (node.kind === 'sequence') return { range: node.range, steps: readSteps(node) };
  return present<Block>({
    ...readBody(node),
    catch: readCatch(nodeAtKey(node, 'catch')),
    finally: readFinally(nodeAtKey(node, 'finally')),
  });
}

/** The block of a step that has `steps` beside its kind; its `catch` and `finally` are the step's. */
export function readBody(node: YamlNode): Block {
  return present<Block>({
    range: node.range,
    steps: readSteps(nodeAtKey(node, 'steps')),
    output: nodeAtKey(node, 'output'),
  });
}

/** How a call is made, as far as a step, a compensation or `defaults` says. */
export function readCallOptions(node: YamlNode | undefined): CallOptions {
  return present<CallOptions>({
    retry: nodeAtKey(node, 'retry'),
    timeout: nodeAtKey(node, 'timeout'),
    local: booleanAt(node, 'local'),
    taskQueue: nodeAtKey(node, 'task_queue'),
    priority: nodeAtKey(node, 'priority'),
    fairness: nodeAtKey(node, 'fairness'),
  });
}

function readSteps(node: YamlNode | undefined): readonly Step[] {
  return mappingsOf(node).map(readStep);
}

function readStep(node: YamlNode): Step {
  const needs = nodeAtKey(node, 'needs');
  return present<Step>({
    range: node.range,
    id: stringAt(node, 'id'),
    if: nodeAtKey(node, 'if'),
    needs: needs?.kind === 'sequence' ? { range: needs.range, ids: stringsOf(needs) } : undefined,
    ...readCallOptions(node),
    catch: readCatch(nodeAtKey(node, 'catch')),
    finally: readFinally(nodeAtKey(node, 'finally')),
    compensate: readCompensation(nodeAtKey(node, 'compensate')),
    commit: booleanAt(node, 'commit'),
    searchAttributes: nodeAtKey(node, 'search_attributes'),
    summary: nodeAtKey(node, 'summary'),
    action: readAction(node),
  });
}

function readCatch(node: YamlNode | undefined): Catch | undefined {
  if (node?.kind === 'scalar' && node.value === 'ignore') return { kind: 'ignore', range: node.range };
  if (node?.kind !== 'sequence') return undefined;
  return { kind: 'cases', range: node.range, cases: mappingsOf(node).map(readCatchCase) };
}

function readCatchCase(node: YamlNode): CatchCase {
  const errors = nodeAtKey(node, 'errors');
  return present<CatchCase>({
    range: node.range,
    errors: errors?.kind === 'sequence' ? stringsOf(errors) : undefined,
    block: readBlock(node),
  });
}

function readFinally(node: YamlNode | undefined): Block | undefined {
  return node === undefined || node.kind === 'scalar' ? undefined : readBlock(node);
}

function readCompensation(node: YamlNode | undefined): Compensation | undefined {
  if (node?.kind !== 'mapping') return undefined;
  return present<Compensation>({
    range: node.range,
    activity: stringAt(node, 'activity'),
    with: nodeAtKey(node, 'with'),
    ...readCallOptions(node),
  });
}
