/** Keys that people write who know them from elsewhere in the language, or from other languages. */
import type { SchemaProblem } from '../json-schema/schema-problem.ts';

/** A hint that names a key in quotes says that it was meant: so that one is not missing too. */
type Hints = ReadonlyMap<string, string>;

const IN_LISTS: Hints = new Map([
  ['accept', 'it stands inside an update: updates: { name: { accept: … } }'],
  ['args', "arguments stand in 'with'"],
  ['cases', "the cases are a list: switch: [{ 'when': …, steps: … }]"],
  ['default', "write 'else'"],
  ['delay', "write 'wait'"],
  ['depends_on', "write 'needs'"],
  ['every', "it stands inside 'repeat': repeat: { every: …, until: … }"],
  ['foreach', "write 'for_each'"],
  ['input', "arguments stand in 'with'"],
  ['inputs', "arguments stand in 'with'"],
  ['loop', "write 'for_each' or 'repeat'"],
  ['max', "it stands inside 'repeat': repeat: { max: …, until: … }"],
  ['name', "write 'id'"],
  ['on_error', "write 'catch'"],
  ['pages', "write for_each: { pages: … }, with 'steps' beside it"],
  ['parallel', "write 'all'"],
  ['payload', "the payload stands in 'with'"],
  ['rollback', "write 'compensate'"],
  ['run', "write 'activity'"],
  ['sleep', "write 'wait'"],
  ['state', "it stands inside 'repeat': repeat: { state: …, until: … }"],
  ['then', "it stands inside a branch of 'race', beside its 'steps'"],
  ['try', "write 'steps', with 'catch' beside it"],
  ['until', "it stands inside 'repeat' or 'wait': repeat: { until: … }"],
  ['uses', "write 'activity'"],
]);

const IN_MAPPINGS: Hints = new Map([
  ['activity', "write 'pages'"],
  ['for', "write wait: 1h, or wait: { 'until': … }"],
  ['steps', "'steps' stand beside the key, not inside"],
  ['then', "it stands inside a branch of 'race', beside its 'steps'"],
  ['while', "write 'until', and the opposite condition"],
]);

/** A problem with the hint that says what was meant by an unknown key of a definition, where that can be guessed. */
export function withMeantKey(problem: SchemaProblem): SchemaProblem {
  const { keyword, key = '', hint, at } = problem;
  if (keyword !== 'additionalProperties' || hint?.startsWith('did you mean')) return problem;
  const known = hint?.replace(/^known: /, '').split(', ') ?? [];
  const meant = hintByKnown(key, known) ?? hintFor(key, at.at(-1));
  return meant === undefined ? problem : { ...problem, hint: meant };
}

/** What only steps may hold is a list of them; a case asks with `when`. */
function hintByKnown(key: string, known: readonly string[]): string | undefined {
  if (known.length === 1 && known[0] === 'steps') return `write a list of 'steps': [{ ${key}: … }]`;
  return known[0] === 'when' && key === 'if' ? "write 'when'" : undefined;
}

/** Steps and cases stand in lists; what they hold stands under a key. The top of a file is neither. */
function hintFor(key: string, place: string | number | undefined): string | undefined {
  if (place === undefined) return undefined;
  return (typeof place === 'number' ? IN_LISTS : IN_MAPPINGS).get(key);
}
