import type { Located, ScheduleEntry } from '../../document/definition.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseDuration } from '../../expression/duration.ts';
import { didYouMean } from '../../json-schema/suggest.ts';
import { findCronProblem } from '../cron.ts';
import { expressionNodes } from '../expression-places.ts';
import type { Finding, Rule } from '../subject.ts';

/** Schedules have names of their own, a time that comes, and an input that is written out. */
export const schedules: Rule = ({ definition: { schedules: entries, id } }) => {
  const first = new Map<string, Located<string>>();
  const findings = entries.flatMap((entry): Finding[] => {
    const found = [...timeOf(entry), ...inputOf(entry)];
    const { name } = entry;
    if (name === undefined) return found;
    const earlier = first.get(name.value);
    if (earlier === undefined) first.set(name.value, name);
    else {
      const related = [{ range: earlier.range, message: `the first '${name.value}'` }];
      const message = `another schedule has the name '${name.value}'`;
      found.push({ code: 'duplicate-name', range: name.range, message, related });
    }
    if (!/^[a-z][a-z0-9_-]*$/.test(name.value)) {
      const message = `'${name.value}' is not a schedule's name; expected a-z, 0-9, _ and -, a letter first`;
      found.push({ code: 'bad-schedule', range: name.range, message });
    }
    return found;
  });
  const [scheduled] = entries;
  if (id === undefined || scheduled === undefined) return findings;
  const message =
    "a definition with 'schedules' cannot have an 'id': a schedule gives its runs ids of its own";
  const hint = "keep one; a definition with an 'id' can be started as a child by one with schedules";
  const related = [{ range: scheduled.name?.range ?? headOf(scheduled), message: 'the schedule' }];
  return [...findings, { code: 'misplaced-key', range: id.key?.range ?? id.range, message, hint, related }];
};

function timeOf({ cron, every, timeZone }: ScheduleEntry): Finding[] {
  const findings: Finding[] = every === undefined ? [] : intervalOf(every);
  const problem = cron === undefined ? undefined : findCronProblem(cron.value);
  if (problem !== undefined) {
    const { start, end, message, hint } = problem;
    findings.push({ code: 'bad-schedule', range: partOf(cron!, start, end), message, hint });
  }
  if (timeZone === undefined || isTimeZone(timeZone.value)) return findings;
  return [...findings, unknownZone(timeZone)];
}

/** Temporal counts whole seconds: it refuses less, and takes 1500ms for every second. */
function intervalOf(every: YamlNode): Finding[] {
  const parsed = every.kind === 'scalar' ? parseDuration(String(every.value)) : undefined;
  if (!parsed?.ok || parsed.ms === 0 || parsed.ms % 1000 === 0) return [];
  const message = `a schedule runs every so many whole seconds, not every ${parsed.ms} ms`;
  return [{ code: 'bad-schedule', range: every.range, message }];
}

function unknownZone({ value, range }: Located<string>): Finding {
  const hint = didYouMean(value, Intl.supportedValuesOf('timeZone'));
  const near = hint?.startsWith('did you mean') ? hint : 'write for instance Europe/Berlin or UTC';
  return { code: 'bad-schedule', range, message: `no time zone '${value}'`, hint: near };
}

/** Offsets such as `+02:00` are no zones to Temporal, though they are to some versions of Intl. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Nothing has run when a schedule starts a run, so there is nothing that an expression could read. */
function inputOf({ input }: ScheduleEntry): Finding[] {
  const expressions = input === undefined ? [] : expressionNodes(input);
  if (expressions.length > 0) {
    return expressions.map(({ range }) => ({
      code: 'expression-misplaced',
      range,
      message: "a schedule's input is written out: nothing has run yet that an expression could read",
      hint: "the run itself can read workflow.?scheduled_at, and input's defaults",
    }));
  }
  return [];
}

function headOf({ range }: ScheduleEntry) {
  return { start: range.start, end: Math.min(range.end, range.start + 1) };
}

/** A part of a text; the whole where quotes or escapes stand in the way of counting. */
function partOf({ value, range }: Located<string>, start: number, end: number) {
  const quote = range.end - range.start - value.length;
  if (quote !== 0 && quote !== 2) return range;
  return { start: range.start + quote / 2 + start, end: range.start + quote / 2 + end };
}
