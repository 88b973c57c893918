import type { Block, Branch, CatchCase, Step, SwitchCase } from './definition.ts';

/** What a block is to the step, or to the block, that it belongs to; with the part of the definition that holds it. */
export type BlockRole =
  /** Of a group, a for_each or a repeat. */
  | { readonly role: 'body' }
  | { readonly role: 'case'; readonly switchCase: SwitchCase }
  | { readonly role: 'branch'; readonly branch: Branch }
  /** What follows the branch of a race that won. */
  | { readonly role: 'then'; readonly branch: Branch }
  | { readonly role: 'catch'; readonly caught: CatchCase }
  | { readonly role: 'finally' };

export type InnerBlock = BlockRole & { readonly block: Block };

/** The blocks of a step, in the order in which they run: what it does, then its catch cases, then its finally. */
export function innerBlocks(step: Step): readonly InnerBlock[] {
  return [...actionBlocks(step), ...handlerBlocks(step)];
}

/** The blocks of a step's, or a block's, own catch and finally. */
export function handlerBlocks({ catch: clause, finally: last }: Step | Block): readonly InnerBlock[] {
  const cases = clause?.kind === 'cases' ? clause.cases : [];
  return [
    ...cases.map((caught): InnerBlock => ({ role: 'catch', caught, block: caught.block })),
    ...(last === undefined ? [] : [{ role: 'finally', block: last } as const]),
  ];
}

function actionBlocks({ action }: Step): readonly InnerBlock[] {
  switch (action?.kind) {
    case 'group':
    case 'for_each':
    case 'repeat':
      return [{ role: 'body', block: action.block }];
    case 'switch':
      return action.cases.map((switchCase) => ({ role: 'case', switchCase, block: switchCase.block }));
    case 'all':
      return action.branches.map((branch) => ({ role: 'branch', branch, block: branch.block }));
    case 'race':
      return action.branches.flatMap((branch): InnerBlock[] => [
        { role: 'branch', branch, block: branch.block },
        ...(branch.then === undefined ? [] : [{ role: 'then', branch, block: branch.then } as const]),
      ]);
    default:
      return [];
  }
}
