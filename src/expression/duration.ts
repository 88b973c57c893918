/** The one grammar of durations: a number with a unit, `30s`, `1.5h`, or several, `1h30m`, in the order w d h m s ms. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

const NUMBER = String.raw`(\d+(?:\.\d+)?)`;
const GRAMMAR = new RegExp(`^(-?)(?=\\d)${UNITS.map(([unit]) => `(?:${NUMBER}${unit})?`).join('')}$`);

/**
 * Milliseconds of a duration such as `72h` or `-1h30m`, rounded; `undefined` if it is none. The larger units
 * come first, each at most once.
 */
export function parseDuration(text: string): number | undefined {
  const match = text.length <= 64 ? GRAMMAR.exec(text) : null;
  if (match === null) return undefined;
  const ms = UNITS.reduce((sum, [, size], i) => sum + Number(match[i + 2] ?? 0) * size, 0);
  const rounded = Math.round(match[1] === '-' ? 0 - ms : ms);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}

/** A duration in the largest unit up to days that holds it exactly: 5,400,000 ms are `90m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, size] of UNITS) {
    if (unit !== 'w' && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}
