/** What happened in a case, for people who look for the reason of a failure. */
import { visible } from '../diagnostics/code-frame.ts';
import type { ScriptedOutcome } from '../simulated-host/simulated-host.ts';
import { describeEvent, describeOutcome } from '../simulated-host/timeline.ts';
import { formatMoment } from './moments.ts';
import type { Rehearsal } from './rehearsal.ts';

const WIDEST = 140;
const MOST_LINES = 30;

/**
 * A line an event, with what came of each call below it: the last of those before `untilMs`, and the end.
 *
 * @param most so many lines
 * @param untilMs virtual milliseconds; what is later is left out, and so is the end then
 */
export function timelineLines(run: Rehearsal, untilMs?: number, most = MOST_LINES): readonly string[] {
  const { log, answers, outcome, elapsedMs } = run;
  const lines = log.flatMap((event, index) => {
    if (untilMs !== undefined && event.atMs > untilMs) return [];
    const answer = answers.get(index);
    return [
      `${clock(event.atMs)}  ${describeEvent(event, formatMoment)}`,
      ...(answer === undefined ? [] : [answerLine(answer)]),
    ];
  });
  if (untilMs === undefined || untilMs >= elapsedMs) lines.push(`${clock(elapsedMs)}  ${ending(outcome)}`);
  const shown = lines.slice(-most);
  const earlier = lines.length - shown.length;
  return [...(earlier > 0 ? [`          … ${earlier} lines before`] : []), ...shown.map(shorten)];
}

function answerLine(answer: ScriptedOutcome): string {
  const margin = ' '.repeat(10);
  if ('hangs' in answer) return `${margin}→ no answer`;
  const after = answer.afterMs ? ` after ${formatMoment(answer.afterMs)}` : '';
  if ('output' in answer) return `${margin}→ ${JSON.stringify(answer.output)}${after}`;
  const { type, message } = answer.failure;
  return `${margin}→ ${type}${message === type ? '' : `: ${message}`}${after}`;
}

function ending(outcome: Rehearsal['outcome']): string {
  switch (outcome.status) {
    case 'waits':
      return `waits in ${outcome.steps.join(', ')}`;
    case 'endless':
      return 'does not end';
    case 'unanswered':
      return 'stops here';
    default:
      return describeOutcome(outcome);
  }
}

function clock(milliseconds: number): string {
  return formatMoment(milliseconds).padStart(8);
}

function shorten(line: string): string {
  const shown = visible(line);
  return shown.length <= WIDEST ? shown : `${shown.slice(0, WIDEST - 1)}…`;
}
