/** Something that is not as a case expects it. */
export interface Mismatch {
  /** What was expected and what was found, in a sentence. */
  readonly message: string;
  /** Where the case says so: keys and indexes below it. */
  readonly at: readonly (string | number)[];
  /** Both sides, `-` expected and `+` found. */
  readonly diff?: readonly string[];
  /** The path of the step that it is about. */
  readonly step?: string;
  /** Virtual milliseconds: what happened later has nothing to do with it. */
  readonly untilMs?: number;
}
