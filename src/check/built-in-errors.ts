/** The types of the errors that the engine itself raises. */
export const BUILT_IN_ERRORS: ReadonlySet<string> = new Set([
  'Cancelled',
  'DuplicateKey',
  'Exhausted',
  'ExpressionError',
  'IdempotencyConflict',
  'InvalidInput',
  'InvalidOutput',
  'PayloadTooLarge',
  'SignatureDrift',
  'Timeout',
  'ToleranceExceeded',
  'WorkflowAlreadyStarted',
  'WorkflowIdMismatch',
  'WorkflowNotFound',
]);
