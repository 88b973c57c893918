import { parseDuration } from '../expression/duration.ts';

/** When runs of tests start, unless they say otherwise. */
export const DEFAULT_START = '2026-01-01T00:00:00Z';

/**
 * What a test writes for a time, `2h` or `2026-01-31T09:30:00Z`, in milliseconds since the start of the run.
 * @returns what is wrong with it, where something is: neither of both, or before the start
 */
export function readMoment(
  text: string,
  start: string = DEFAULT_START,
): { readonly ok: true; readonly ms: number } | { readonly ok: false; readonly problem: string } {
  if (!/^\d{4}-/.test(text)) {
    const parsed = parseDuration(text);
    return parsed.ok ? parsed : { ok: false, problem: parsed.problem };
  }
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time)) {
    return { ok: false, problem: `'${text}' is not a time; write for instance 2026-01-31T09:30:00Z` };
  }
  const ms = time - Date.parse(start);
  return ms >= 0 ? { ok: true, ms } : { ok: false, problem: `'${text}' is before the start, ${start}` };
}

/** The same for what has been checked. */
export function momentOf(text: string, start: string | undefined): number {
  const moment = readMoment(text, start);
  if (!moment.ok) throw new Error(moment.problem);
  return moment.ms;
}

/** Milliseconds as a test would write them, `1h30m` or `2.5s`; exact. */
export function formatMoment(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const;
  let rest = ms;
  let text = '';
  for (const [unit, size] of units) {
    const whole = Math.floor(rest / size);
    if (whole > 0) text += `${whole}${unit}`;
    rest -= whole * size;
  }
  return rest > 0 || text === '' ? `${text}${rest / 1000}s` : text;
}
