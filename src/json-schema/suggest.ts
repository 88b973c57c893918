import { distance } from 'fastest-levenshtein';

/** The known word nearest to `word`, if it is near enough to be a slip of the pen. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.min(3, Math.floor(word.length / 3))) + 1;
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < bestDistance) {
      best = candidate;
      bestDistance = far;
    }
  }
  return best;
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
