/**
 * Which regular expressions `matches` takes. JavaScript's engine backtracks, so a pattern is taken only if
 * its worst case can be bounded from its text: `cost` below, which the evaluator charges to the budget.
 */

export type Pattern =
  | { readonly ok: true; readonly expression: RegExp; readonly cost: (length: number) => number }
  | { readonly ok: false; readonly message: string };

const MAX_LENGTH = 200;
const MAX_CHOICES = 10;
const MAX_COUNT = 1_000;
/** How many backtracking steps count as one step of the budget. */
const STEPS = 100;

/**
 * Compiles a pattern. Refused are syntax errors, look-around, back references, a repetition of a group that
 * itself repeats or chooses (`(a+)+`, `(a|b)*`), and more than ten alternatives and `?`.
 *
 * @returns the expression, and the most that matching a text of some length can cost, in steps of the budget.
 */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH) return refused(`a pattern may have ${MAX_LENGTH} characters`);
  let expression: RegExp;
  try {
    expression = new RegExp(source, 'u');
  } catch {
    return refused(`'${source}' is not a regular expression`);
  }

  let repetitions = 0;
  let choices = 0;
  /** For each open group, whether it repeats or chooses anywhere inside. */
  const groups: boolean[] = [false];
  /** Whether the atom just read is a group that repeats or chooses. */
  let risky = false;
  const mark = () => groups.fill(true);

  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === '\\') {
      at++;
      if (/[1-9k]/.test(source[at] ?? '')) return refused('back references are not allowed');
      risky = false;
    } else if (character === '[') {
      while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
      risky = false;
    } else if (character === '(') {
      if (source[at + 1] === '?') {
        if (source[at + 2] !== ':')
          return refused("groups that begin with '(?' are not allowed, except '(?:'");
        at += 2;
      }
      groups.push(false);
    } else if (character === ')') {
      risky = groups.pop() ?? false;
    } else if (character === '|') {
      choices++;
      mark();
    } else if (character === '?') {
      choices++;
      mark();
      risky = true;
    } else if (character === '*' || character === '+' || character === '{') {
      if (risky) return refused('a repeated group may not itself repeat or choose, as in (a+)+');
      const count = /^\{(\d+)(,?)(\d*)\}/.exec(source.slice(at));
      if (count && Math.max(Number(count[1]), Number(count[3])) > MAX_COUNT) {
        return refused(`a pattern may repeat ${MAX_COUNT} times at most, or without end`);
      }
      // `{3}` leaves the engine no choice, everything else as many as the text has characters.
      if (!count || count[2] === ',') repetitions++;
      if (count) at += count[0].length - 1;
      // A lazy quantifier: the '?' belongs to it.
      if (source[at + 1] === '?') at++;
      mark();
      risky = true;
    } else {
      risky = false;
    }
  }
  if (choices > MAX_CHOICES) return refused(`a pattern may have ${MAX_CHOICES} alternatives and '?'`);

  const degree = repetitions + (source.startsWith('^') && !source.includes('|') ? 0 : 1);
  const cost = (length: number) => Math.ceil((2 ** choices * (length + 1) ** degree) / STEPS);
  return { ok: true, expression, cost };
}

function refused(message: string): Pattern {
  return { ok: false, message };
}
