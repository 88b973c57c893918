/** The one grammar of durations: a number with a unit, `30s`, `1.5h`, or several, `1h30m`. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

const MS: ReadonlyMap<string, number> = new Map(UNITS);

/** Milliseconds of a duration such as `72h` or `-1h30m`, rounded; `undefined` if it is none. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^-?(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(number) * (MS.get(unit ?? '') ?? 0);
  }
  const rounded = Math.round(text.startsWith('-') ? -ms : ms);
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
