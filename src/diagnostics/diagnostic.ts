/** A finding about a file. Findings are values: whoever looks for them returns all of them and throws none. */
export interface Diagnostic {
  /** Stable, documented in docs/diagnostics.md, for instance `unknown-activity`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path relative to the project's root, with forward slashes. */
  readonly file: string;
  readonly range: SourceRange;
  /** Quotes the offender, says what was expected or is available. One sentence, no full stop at the end. */
  readonly message: string;
  /** What to do next: `did you mean 'transfer-payout'?` */
  readonly hint?: string;
  readonly related?: readonly RelatedPlace[];
}

export interface RelatedPlace {
  readonly file: string;
  readonly range: SourceRange;
  readonly message: string;
}

/** From `start` to `end`, exclusive, as offsets in UTF-16 units into the file's text. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}
