const UNITS = ['w', 'd', 'h', 'm', 's', 'ms'] as const;
const MS: { readonly [unit: string]: number } = {
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** Ten years: longer than any process, well inside what Temporal and JavaScript can count. */
export const MAX_DURATION_MS = 3650 * 86_400_000;

export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  /** `problem` is a phrase that quotes the text: `'1x' is not a duration; write for instance 30s, 1h30m or 7d`. */
  | { readonly ok: false; readonly problem: string };

/**
 * A duration's milliseconds, from the one grammar for durations: numbers with the units w, d, h, m, s, ms, the
 * larger before the smaller, each at most once: `250ms`, `30s`, `1h30m`, `1.5d`. At most ten years.
 */
export function parseDuration(text: string): ParsedDuration {
  const wrong = (why: string): ParsedDuration => ({ ok: false, problem: `'${text}' ${why}` });
  if (text.length > 64 || !/^(?:\d+(?:\.\d+)?(?:ms|[wdhms]))+$/.test(text)) {
    return wrong('is not a duration; write for instance 30s, 1h30m or 7d');
  }
  let total = 0;
  let rank = -1;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[wdhms])/g)) {
    const next = UNITS.indexOf(unit as (typeof UNITS)[number]);
    if (next <= rank) return wrong('has its units in the wrong order; the larger come first, each once');
    rank = next;
    total += Number(number) * MS[unit!]!;
  }
  const ms = Math.round(total);
  if (ms > MAX_DURATION_MS) return wrong('is longer than ten years');
  return { ok: true, ms };
}
