import type { Action, CallOptions } from '../document/definition.ts';
import { entryOf } from '../document/json.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { DYN, type Type } from '../expression/types.ts';
import type { JsonSchema } from '../plan/plan.ts';
import { errorsInside } from './possible-errors.ts';
import { checkSearchAttributes } from './search-attributes.ts';
import { neverEnds, returnTarget } from './step-flow.ts';
import { type BlockPlace, type StepPlace, stepsWithin } from './step-graph.ts';
import { actionOutput, COUNT, checkCall, joined, TEXT } from './step-outputs.ts';
import { conditionOf, type Known, scopeAt, scopeOfCompensation } from './step-scope.ts';
import { NOTHING, type StepOutputs, stepType, unfinishedStepType } from './step-types.ts';
import type { Subject } from './subject.ts';
import { checkDuration } from './time-values.ts';
import { ValueChecker, type ValueScope } from './value-checker.ts';

/** Goes through the steps of a definition, and finds the type of what each gives. */
export class StepPass {
  readonly subject: Subject;
  readonly values: ValueChecker;
  readonly known: Known;
  readonly items = new Map<StepPlace, Type>();
  readonly states = new Map<StepPlace, Type>();
  readonly branches = new Map<BlockPlace, Type>();
  /** Where its status is `completed`. */
  readonly #completed = new Map<StepPlace, Type>();
  readonly #types = new Map<StepPlace, Type>();
  /** What each step gives; `undefined` while it is being checked, which only a cycle can ask for. */
  readonly #outputs = new Map<StepPlace, Type | undefined>();
  #isTentative = false;
  /** What is returned from each step inside it. */
  readonly #returned = new Map<StepPlace, Type[]>();

  constructor(subject: Subject) {
    this.subject = subject;
    this.values = new ValueChecker(subject.graph);
    const { items, states, branches } = this;
    this.known = {
      subject,
      items,
      states,
      branches,
      typeOf: (place) => this.#typeOf(place),
      unfinishedTypeOf: (place) => unfinishedStepType(place, this.#outputsOf(place)),
      signaturesCaughtBy: (block) => errorsInside(block, subject.catalogue)?.signatures,
    };
  }

  /** Checks a block; the type of what it gives where it ends, `undefined` if it never does. */
  block(place: BlockPlace): Type | undefined {
    for (const step of place.steps) this.outputOf(step);
    const { output, catch: caught } = place.block;
    const own = output === undefined ? NOTHING : this.#blockOutput(place, output, scopeAt(this.known, place));
    const handlers = place.blocks.map((block) => ({ block, output: this.block(block) }));
    return joined([
      neverEnds(place) ? undefined : own,
      ...(caught?.kind === 'ignore' ? [NOTHING] : []),
      ...handlers.filter(({ block }) => block.role === 'catch').map((handler) => handler.output),
    ]);
  }

  /** Checks the blocks of one role that a step has; what each gives. */
  blocks(place: StepPlace, role: BlockPlace['role']): readonly (readonly [BlockPlace, Type | undefined])[] {
    return place.blocks.filter((block) => block.role === role).map((block) => [block, this.block(block)]);
  }

  /** Checks a step, once; the type of its output, also where it is skipped or its failure is caught. */
  outputOf(place: StepPlace): Type {
    if (this.#outputs.has(place)) return this.#outputs.get(place) ?? DYN;
    this.#outputs.set(place, undefined);
    const { step } = place;
    const scope = scopeAt(this.known, place.block, place);
    if (step.if !== undefined) this.values.condition(step.if, scope);
    // The rest of the step is only looked at where its condition holds.
    const inside = { ...scope, given: [...(scope.given ?? []), ...conditionOf(step.if)] };
    const own = actionOutput(this, place, inside);
    this.callOptions(step, inside);
    if (step.summary !== undefined) this.against(step.summary, TEXT, inside);
    if (step.searchAttributes !== undefined) checkSearchAttributes(this, step.searchAttributes, inside);
    this.#compensation(place, scopeOfCompensation(inside, place, own));
    const caught = this.blocks(place, 'catch').map(([, output]) => output);
    this.blocks(place, 'finally');
    const isLeftOut = step.if !== undefined || step.catch?.kind === 'ignore';
    const returned = this.#returned.get(place) ?? [];
    const completed = joined([own, ...returned]);
    if (completed !== undefined) this.#completed.set(place, completed);
    const output = joined([completed, ...caught, ...(isLeftOut ? [NOTHING] : [])]) ?? DYN;
    this.#outputs.set(place, output);
    return output;
  }

  /** Checks a `return`: its value is what the step, or the workflow, that it ends gives. */
  returned(place: StepPlace, action: Extract<Action, { kind: 'return' }>, scope: ValueScope): void {
    const { value, from } = action;
    const { outputSchema } = this.subject.interface;
    if (from === undefined && outputSchema !== undefined) {
      this.against(value, outputSchema, scope);
      return;
    }
    const type = this.values.typeOf(value, scope);
    const target = from === undefined ? undefined : returnTarget(place, from);
    if (target !== undefined) this.#returned.set(target, [...(this.#returned.get(target) ?? []), type]);
  }

  /**
   * The type that a block gives, found by going through it and forgetting all else: it will be gone through again.
   * Inside such a pass there is no other, or loops in loops would double the work each time.
   *
   * @returns `undefined` if the block never ends, or inside another such pass
   */
  tentatively(block: BlockPlace): Type | undefined {
    if (this.#isTentative) return undefined;
    this.#isTentative = true;
    const found = this.values.findings.length;
    const returned = new Map(this.#returned);
    const type = this.block(block);
    this.#isTentative = false;
    this.values.findings.length = found;
    for (const step of stepsWithin(block)) {
      this.#outputs.delete(step);
      this.items.delete(step);
      this.states.delete(step);
      this.#completed.delete(step);
      this.#types.delete(step);
      for (const inner of step.blocks) this.branches.delete(inner);
    }
    this.#returned.clear();
    for (const [place, types] of returned) this.#returned.set(place, types);
    return type;
  }

  /** Checks how something is called: timeouts, queue, priority and fairness. */
  callOptions({ retry, timeout, taskQueue, priority, fairness }: CallOptions, scope: ValueScope): void {
    if (retry !== undefined) this.values.typeOf(retry, scope);
    const timeouts = timeout?.kind === 'mapping' ? timeout.entries.map(({ value }) => value) : [timeout];
    for (const node of timeouts) if (node !== undefined) checkDuration(this.values, node, scope);
    if (taskQueue !== undefined) this.against(taskQueue, TEXT, scope);
    if (priority !== undefined) this.against(priority, COUNT, scope);
    if (fairness === undefined) return;
    const key = entryOf(fairness, 'key')?.value ?? fairness;
    const weight = entryOf(fairness, 'weight')?.value;
    if (key !== fairness || fairness.kind === 'scalar') this.against(key, TEXT, scope);
    if (weight !== undefined) this.against(weight, { type: 'number', exclusiveMinimum: 0 }, scope);
  }

  /** Holds a value against a schema that needs no other. */
  against(node: YamlNode, schema: JsonSchema, scope: ValueScope): void {
    this.values.against(node, schema, schema, scope);
  }

  #typeOf(place: StepPlace): Type {
    const known = this.#types.get(place);
    if (known !== undefined) return known;
    const type = stepType(place, this.#outputsOf(place));
    // On a cycle not all is known yet.
    if (this.#outputs.get(place) !== undefined) this.#types.set(place, type);
    return type;
  }

  #outputsOf(place: StepPlace): StepOutputs {
    const output = this.outputOf(place);
    const branches = place.blocks.flatMap((block): [string, Type][] =>
      block.role === 'branch' ? [[block.branch.name.value, this.branches.get(block) ?? DYN]] : [],
    );
    return { output, completed: this.#completed.get(place), branches: new Map(branches) };
  }

  /** What the whole workflow gives may have a schema of its own. */
  #blockOutput(place: BlockPlace, output: YamlNode, scope: ValueScope): Type {
    const { outputSchema } = this.subject.interface;
    if (!givesWorkflowOutput(place) || outputSchema === undefined) return this.values.typeOf(output, scope);
    this.against(output, outputSchema, scope);
    return DYN;
  }

  #compensation({ step: { compensate } }: StepPlace, scope: ValueScope): void {
    if (compensate === undefined) return;
    const signature: Signature | undefined =
      compensate.activity && this.subject.catalogue.signatures.get(compensate.activity.value);
    const callee = signature && { ...signature, range: compensate.activity!.range };
    checkCall(this, callee, compensate.with, scope);
    this.callOptions(compensate, scope);
  }
}

/** Whether the output of a block is that of the workflow: of the root, and of what the root's own catch does. */
export function givesWorkflowOutput({ role, of }: BlockPlace): boolean {
  return role === 'root' || (role === 'catch' && of !== undefined && givesWorkflowOutput(of));
}
