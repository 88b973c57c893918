import { distance } from 'fastest-levenshtein';

/** The known word nearest to `word`, if it is near enough to be a slip of the pen. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = slips(word) + 1;
  for (const candidate of known) {
    const far = farness(word.toLowerCase(), candidate.toLowerCase());
    if (far < bestDistance) {
      best = candidate;
      bestDistance = far;
    }
  }
  return best;
}

/** How many slips a word of this length may hold: more, and the guess is as good as any. */
function slips({ length }: string): number {
  if (length < 3) return 0;
  return length < 7 ? 1 : length < 11 ? 2 : 3;
}

/** Letters to change; two that swapped places and a word that was cut off count as one slip. */
function farness(word: string, candidate: string): number {
  const far = distance(word, candidate);
  if (far === 2 && sorted(word) === sorted(candidate)) return 1;
  return far > 1 && word.length > 3 && candidate.startsWith(word) ? 1 : far;
}

function sorted(word: string): string {
  return [...word].sort().join('');
}

/** `did you mean 'x'?`, or the known words where none is near; `undefined` if nothing is known. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const words = [...known];
  const best = nearest(word, words);
  if (best !== undefined) return `did you mean '${best}'?`;
  if (words.length === 0) return undefined;
  const shown = words.slice(0, 12).join(', ');
  return `known: ${shown}${words.length > 12 ? ` and ${words.length - 12} more` : ''}`;
}
