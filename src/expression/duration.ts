/** The one grammar of durations: numbers with units, the larger first: `250ms`, `30s`, `1h30m`, `1.5d`. */

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** Ten years: longer than anything waits, well inside what Temporal and JavaScript can count. */
export const MAX_DURATION_MS = 3650 * 86_400_000;

export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  /** `problem` is a phrase that quotes the text: `'1x' is not a duration; write for instance 30s, 1h30m or 7d`. */
  | { readonly ok: false; readonly problem: string };

/**
 * A duration's whole milliseconds. The units are w, d, h, m, s, ms, the larger before the smaller, each at most
 * once; never negative, at most `MAX_DURATION_MS`.
 */
export function parseDuration(text: string): ParsedDuration {
  const wrong = (why: string): ParsedDuration => ({ ok: false, problem: `'${shorten(text)}' ${why}` });
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ms|[wdhms]))+$/.test(text)) {
    return wrong('is not a duration; write for instance 30s, 1h30m or 7d');
  }
  let total = 0;
  let rank = -1;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g)) {
    const next = UNITS.findIndex(([name]) => name === unit);
    if (next <= rank) return wrong('has its units in the wrong order; the larger come first, each once');
    rank = next;
    total += Number(number) * UNITS[next]![1];
  }
  const ms = Math.round(total);
  return ms <= MAX_DURATION_MS ? { ok: true, ms } : wrong('is longer than ten years');
}

/** A duration in the largest unit up to days that holds it exactly: 5,400,000 ms are `90m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  for (const [unit, size] of UNITS) {
    if (unit !== 'w' && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function shorten(text: string): string {
  return text.length <= 64 ? text : `${text.slice(0, 63)}…`;
}
