/** What a run does beside its commands, for whoever watches it: a step that computes or is skipped shows in none. */
export type Observation =
  /** A block has begun: a case of a switch, a branch, a catch, a round. Its index in the plan. */
  | { readonly kind: 'block'; readonly block: number }
  /** A step begins its work. `step` is its path. */
  | { readonly kind: 'started'; readonly step: string; readonly id: string }
  /** Its `if` leaves it out. */
  | { readonly kind: 'skipped'; readonly step: string; readonly id: string }
  /** Its compensation is called. */
  | { readonly kind: 'undone'; readonly step: string; readonly id: string }
  /** A branch has won its race. */
  | { readonly kind: 'won'; readonly step: string; readonly id: string; readonly branch: string };

/** Told of everything as it happens; it must not change the run. */
export type Observe = (observation: Observation) => void;
