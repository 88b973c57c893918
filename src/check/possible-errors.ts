import { entryOf } from '../document/json.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { type BlockPlace, type StepPlace, stepsWithin } from './step-graph.ts';
import type { Catalogue } from './subject.ts';

/** The errors that a `catch` may take, beside those that are built in. */
export interface PossibleErrors {
  readonly types: ReadonlySet<string>;
  /** Those of the activities inside; `undefined` if other steps fail too, with details that nobody declares. */
  readonly signatures: readonly Signature[] | undefined;
}

/**
 * What the steps that a catch case is for may fail with.
 *
 * @param caught the block of one of the cases
 * @returns `undefined` if any error may come: a child workflow fails with what it likes, and so may an activity
 *   whose signature is not known
 */
export function errorsInside(caught: BlockPlace, catalogue: Catalogue): PossibleErrors | undefined {
  const types = new Set<string>();
  const signatures = new Set<Signature>();
  let isDeclared = true;
  for (const { step } of stepsGuarded(caught)) {
    const { action } = step;
    if (action?.kind === 'workflow') return undefined;
    if (action?.kind === 'fail') {
      const type = failureType(action.failure);
      if (type === undefined) continue;
      types.add(type);
      isDeclared = false;
    }
    const name = calledActivity(action);
    if (name === undefined) continue;
    const signature = catalogue.signatures.get(name);
    if (signature === undefined) return undefined;
    signatures.add(signature);
    for (const type of Object.keys(signature.errors)) types.add(type);
  }
  return { types, signatures: isDeclared ? [...signatures] : undefined };
}

/** The type that a `fail` names; `undefined` for one that rethrows. */
export function failureType(failure: YamlNode): string | undefined {
  const type = entryOf(failure, 'type')?.value;
  return type?.kind === 'scalar' && typeof type.value === 'string' ? type.value : undefined;
}

/** The steps whose failures a catch case may take: of its block, or its step with what that holds. */
function stepsGuarded({ of, parent }: BlockPlace): readonly StepPlace[] {
  if (of !== undefined) return of.steps.flatMap((step) => [step, ...step.blocks.flatMap(stepsWithin)]);
  if (parent === undefined) return [];
  const inside = parent.blocks.filter(({ role }) => role !== 'catch' && role !== 'finally');
  return [parent, ...inside.flatMap(stepsWithin)];
}

function calledActivity(action: StepPlace['step']['action']): string | undefined {
  if (action?.kind === 'activity') return action.activity.value;
  return action?.kind === 'for_each' && 'activity' in action.items ? action.items.activity.value : undefined;
}
