/**
 * Every code that a finding may carry, with its title. docs/diagnostics.md has a section for each, and a fixture
 * shows it. A code that is out in the world keeps its meaning.
 */
export const CODES = {
  // The text.
  'file-unreadable': 'The file cannot be read',
  'yaml-syntax': 'The file is not YAML',
  'yaml-empty': 'The file is empty',
  'yaml-encoding': 'The file is not UTF-8',
  'yaml-too-large': 'The file is too large',
  'yaml-too-deep': 'The file is nested too deep',
  'yaml-not-json': 'YAML that JSON has no word for',
  'yaml-number': 'A number that is not what it looks like',
  'duplicate-key': 'A key stands twice',
  'reserved-key': 'A key that JavaScript would misunderstand',
  'unquoted-expression': 'YAML reads the expression otherwise',
  // The grammar.
  'unknown-key': 'A key that is not part of the language',
  'missing-key': 'A key is missing',
  'misplaced-key': 'A key in the wrong company',
  'invalid-value': 'A value that does not fit',
  'step-kind': 'A step does exactly one thing',
  // Names.
  'file-name': 'The path is not a name',
  'step-id': 'A step id that is not a name',
  'duplicate-id': 'Two steps with one id',
  'reserved-name': 'A name that is taken',
  'item-name': "A for_each item's name",
  'error-name': 'An error type that is not a name',
  // The graph.
  'unknown-need': 'needs names no sibling',
  'duplicate-need': 'needs names a step twice',
  'needs-cycle': 'Steps wait for one another',
  'unknown-step': 'No such step',
  'step-not-finished': 'A step is read too early',
  'step-hidden': 'A step is read from outside its block',
  // Calls.
  'unknown-activity': 'No such activity',
  'broken-signature': "The activity's signature has errors",
  'missing-argument': 'An argument is missing',
  'unknown-argument': 'The activity takes no such argument',
  'unknown-error': 'An error that cannot come',
  'catch-unreachable': 'A case that takes nothing',
  'key-missing': 'A for_each around an effect needs a key',
  'key-constant': 'A key that is the same for every item',
  'retry-policy': 'A retry policy that makes no sense',
  'bad-duration': 'Not a duration',
  // Expressions.
  'expression-syntax': 'The expression does not parse',
  'expression-not-closed': 'The expression never ends',
  'expression-empty': 'The expression is empty',
  'unknown-variable': 'No such variable',
  'unknown-property': 'No such property',
  'unknown-function': 'No such function',
  'unknown-value': 'A string that the value can never be',
  'wrong-arguments': 'A function is called wrongly',
  'type-mismatch': 'The types do not fit',
  'not-a-condition': 'Not true or false',
  'not-text': 'A value that cannot stand in text',
  'possibly-missing': 'A value that may be missing',
  'possibly-null': 'A value that may be null',
  'money-arithmetic': 'Arithmetic on money',
  'regex-unsafe': 'A pattern that may run for ever',
  // Schemas.
  'bad-schema': 'Not a JSON Schema',
  'bad-reference': 'A $ref that leads nowhere',
  // Size.
  'definition-too-large': 'The definition is too large',
} as const satisfies { readonly [code: string]: string };

/** A finding's code. */
export type Code = keyof typeof CODES;
