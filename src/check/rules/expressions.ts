import type { CatchCase, Step } from '../../document/definition.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseTemplate } from '../../expression/template.ts';
import type { Type } from '../../expression/types.ts';
import {
  DYN,
  INTEGER,
  itemType,
  listType,
  objectType,
  typeOfSchema,
  unionOf,
} from '../../expression/types.ts';
import type { JsonSchema } from '../../plan/plan.ts';
import { checkArguments } from '../arguments.ts';
import type { BlockPlace, StepPlace } from '../step-graph.ts';
import { caughtErrorType, stepType, WORKFLOW_TYPE } from '../step-types.ts';
import { visibleSteps } from '../step-visibility.ts';
import type { Finding, Rule, Subject } from '../subject.ts';
import { ValueChecker, type ValueScope } from '../value-checker.ts';
import { itemNameOf } from './item-names.ts';

const TEXT: JsonSchema = { type: 'string' };
const COUNT: JsonSchema = { type: 'integer', minimum: 1 };
const KEY: JsonSchema = { type: ['string', 'number'] };
const LIST: JsonSchema = { type: 'array' };

/** Every expression is right where it stands: what it reads is there, and its value fits. */
export const expressions: Rule = (subject) => new ExpressionPass(subject).run();

class ExpressionPass {
  readonly #subject: Subject;
  readonly #values: ValueChecker;
  /** What each step gives; `undefined` while it is being checked, which only a cycle can ask for. */
  readonly #outputs = new Map<StepPlace, Type | undefined>();
  readonly #items = new Map<StepPlace, Type>();

  constructor(subject: Subject) {
    this.#subject = subject;
    this.#values = new ValueChecker(subject.graph);
  }

  run(): readonly Finding[] {
    this.#block(this.#subject.graph.root);
    return this.#values.findings;
  }

  /** Checks a block's steps and output; the type of its output. */
  #block(place: BlockPlace): Type {
    for (const step of place.steps) this.#outputOf(step);
    const { output } = place.block;
    return output === undefined ? objectType([]) : this.#values.typeOf(output, this.#scope(place));
  }

  /** Checks a step, once; the type of its output, also where it is skipped or its failure is caught. */
  #outputOf(place: StepPlace): Type {
    if (this.#outputs.has(place)) return this.#outputs.get(place) ?? DYN;
    this.#outputs.set(place, undefined);
    const { step } = place;
    const scope = this.#scope(place.block, place);
    if (step.if !== undefined) this.#values.condition(step.if, scope);
    // The rest of the step is only looked at where its condition holds.
    const inside = { ...scope, given: [...(scope.given ?? []), ...conditionOf(step)] };
    const types = [this.#actionOutput(place, inside)];
    this.#timeouts(step.timeout, inside);
    if (step.summary !== undefined) this.#against(step.summary, TEXT, inside);
    if (step.if !== undefined || step.catch?.kind === 'ignore') types.push(objectType([]));
    types.push(...place.blocks.filter(({ role }) => role === 'catch').map((block) => this.#block(block)));
    const output = unionOf(types);
    this.#outputs.set(place, output);
    return output;
  }

  #actionOutput(place: StepPlace, scope: ValueScope): Type {
    const { action } = place.step;
    switch (action?.kind) {
      case undefined:
        return DYN;
      case 'set':
        return this.#values.typeOf(action.value, scope);
      case 'group':
        return this.#block(place.blocks[0]!);
      case 'activity': {
        const signature = this.#subject.catalogue.signatures.get(action.activity.value);
        if (signature !== undefined) {
          this.#values.findings.push(...checkArguments(action, signature, this.#values, scope));
          return typeOfSchema(signature.output);
        }
        if (action.with !== undefined) this.#values.typeOf(action.with, scope);
        return DYN;
      }
      case 'for_each': {
        const items = this.#values.typeOf(action.items, scope);
        this.#values.fits(action.items, items, LIST);
        this.#items.set(place, itemType(items));
        const body = place.blocks[0]!;
        if (action.concurrency !== undefined) this.#against(action.concurrency, COUNT, scope);
        if (action.key !== undefined) {
          const inside = { ...scope, variables: { ...scope.variables, ...this.#locals(body) } };
          this.#against(action.key, KEY, inside);
        }
        return listType(this.#block(body));
      }
    }
  }

  #timeouts(timeout: YamlNode | undefined, scope: ValueScope): void {
    const nodes = timeout?.kind === 'mapping' ? timeout.entries.map(({ value }) => value) : [timeout];
    for (const node of nodes) if (node !== undefined) this.#against(node, TEXT, scope);
  }

  #against(node: YamlNode, schema: JsonSchema, scope: ValueScope): void {
    this.#values.against(node, schema, schema, scope);
  }

  /** What a step sees, or the output of a block if no step is given. */
  #scope(block: BlockPlace, step?: StepPlace): ValueScope {
    const standpoint = { block, ...(step === undefined ? {} : { step }) };
    const steps: { [id: string]: Type } = {};
    for (const visible of visibleSteps(standpoint)) {
      const id = visible.step.id?.value;
      // From the inside out, so what is nearer stays; ids are unique, but for a finding of its own.
      if (id !== undefined && !Object.hasOwn(steps, id))
        steps[id] = stepType(visible, this.#outputOf(visible));
    }
    return { standpoint, steps, variables: this.#variables(block), given: conditionsAround(block) };
  }

  #variables(block: BlockPlace): ValueScope['variables'] {
    const { parent } = block;
    if (parent === undefined) return { input: this.#subject.inputSchema, workflow: WORKFLOW_TYPE };
    return { ...this.#variables(parent.block), ...this.#locals(block) };
  }

  /** The names that a block brings: the item of a `for_each`, the error of a `catch`. */
  #locals(block: BlockPlace): ValueScope['variables'] {
    const { parent } = block;
    if (parent === undefined) return {};
    if (block.role === 'catch') {
      const { step } = parent;
      const caught = step.catch?.kind === 'cases' ? caseOf(step.catch.cases, block) : undefined;
      const activity = step.action?.kind === 'activity' ? step.action.activity.value : undefined;
      const signature = activity === undefined ? undefined : this.#subject.catalogue.signatures.get(activity);
      return { error: caughtErrorType(caught, signature) };
    }
    const name = itemNameOf(parent);
    return name === undefined ? {} : { [name]: this.#items.get(parent) ?? DYN, index: INTEGER };
  }
}

/** The conditions of the steps around a block. */
function conditionsAround({ parent }: BlockPlace): string[] {
  return parent === undefined ? [] : [...conditionsAround(parent.block), ...conditionOf(parent.step)];
}

function conditionOf({ if: condition }: Step): string[] {
  if (condition?.kind !== 'scalar' || typeof condition.value !== 'string') return [];
  const parsed = parseTemplate(condition.value);
  return parsed.ok && parsed.template.kind === 'expression' ? [parsed.template.expression.source] : [];
}

function caseOf(cases: readonly CatchCase[], { block }: BlockPlace): CatchCase | undefined {
  return cases.find((one) => one.block === block);
}
