import type { Branches, Place } from '../state.ts';
import { CANCELLED, endFrame, openFrame, stepStateOf, type Turn } from '../turn.ts';

/** Opens the blocks of a `race` or an `all`, in the order of the YAML. */
export function openBranches(
  turn: Turn,
  at: Place,
  blocks: readonly { readonly name: string; readonly block: number }[],
  branches: Branches,
): void {
  stepStateOf(turn, at).branches = branches;
  for (const [index, { name, block }] of blocks.entries()) {
    branches.active.push(openFrame(turn, block, at, { item: { index, label: name } }).id);
  }
}

/** Asks every branch under way to stop. */
export function cancelBranches(turn: Turn, at: Place): void {
  for (const frame of stepStateOf(turn, at).branches!.active) endFrame(turn, frame, CANCELLED);
}
