/** Names that people write in expressions who know them from elsewhere. */

const HINTS: ReadonlyMap<string, string> = new Map([
  ['env', 'the environment is not for expressions: an activity reads it'],
  ['error', 'error is known inside a catch alone'],
  ['index', 'index is known inside a for_each or a repeat'],
  ['now', 'there is no clock: read steps.<id>.finished_at or workflow.started_at'],
  ['payload', 'the payload of a signal is the output of the step that awaits it'],
  ['secrets', 'secrets are never expressions: an activity reads them itself'],
  ['state', 'state is known inside a repeat, and in its until and every'],
  ['workflow', 'an id is computed from input alone'],
]);

/**
 * The hint for a name that an expression does not know.
 *
 * @param code of the finding: a property may well be called like one of these, so only `payload` is looked for there
 */
export function meantName(code: string, name: string): string | undefined {
  const isName = code === 'unknown-variable' || code === 'unknown-function';
  return isName || (code === 'unknown-property' && name === 'payload') ? HINTS.get(name) : undefined;
}
