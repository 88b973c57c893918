/** What the checker finds in an expression. */
export interface ExpressionFinding {
  readonly code: ExpressionFindingCode;
  /** Offsets in the source of the expression, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Quotes the offender; one sentence, no full stop at the end. */
  readonly message: string;
  readonly hint?: string;
}

export type ExpressionFindingCode =
  /** It does not parse, or is too long or too deep. */
  | 'expression-syntax'
  | 'unknown-variable'
  | 'unknown-step'
  | 'unknown-property'
  | 'unknown-function'
  /** A call with too few or too many arguments, or of another form than the function takes. */
  | 'wrong-arguments'
  | 'type-mismatch'
  /** A string compared with a set of strings that it is not one of. */
  | 'unknown-value'
  /** Where true or false is expected stands something else. */
  | 'not-a-condition'
  /** A property that need not be there is read as if it were. */
  | 'possibly-missing'
  /** A value that may be null is used as if it were not. */
  | 'possibly-null'
  /** Amounts of money are computed by activities. */
  | 'money-arithmetic'
  | 'regex-unsafe';
