import { type Progress, progressOf, type StepProgress } from '../interpreter/progress.ts';
import { RESUME_SIGNAL } from '../plan/worker-contract.ts';
import type { Pinned } from './pin.ts';

/** More is hard to read, and a definition may have hundreds of steps. */
const MAXIMUM_STEPS = 100;

/** How far a run is, in Markdown: Temporal's Web UI shows it as the run's current details. */
export function detailsOf({ plan, state }: Pinned): string {
  return renderDetails(progressOf(plan, state));
}

export function renderDetails({ steps, parked = [], refused = [] }: Progress): string {
  const more = steps.length - MAXIMUM_STEPS;
  return [
    ...parked.map(
      ({ step, type, message }) =>
        `**Parked**${step === undefined ? '' : ` at \`${step}\``}: ${type}: ${message}\n`,
    ),
    ...(parked.length > 0
      ? [`The signal \`${RESUME_SIGNAL}\` tries again; with \`{"skip": true}\` the run goes on without.\n`]
      : []),
    '| step | status |',
    '| --- | --- |',
    ...steps.slice(0, MAXIMUM_STEPS).map((step) => `| \`${step.id}\` | ${statusOf(step)} |`),
    ...(more > 0 ? [`\n… and ${more} more`] : []),
    ...refused.map(({ name, problem }) => `\n\`${name}\` was not delivered: ${problem}`),
  ].join('\n');
}

function statusOf({ status, phase, items, round, winner }: StepProgress): string {
  const notes = [
    ...(phase === undefined ? [] : [phase]),
    ...(round === undefined ? [] : [`round ${round}`]),
    ...(winner === undefined ? [] : [`won by ${winner}`]),
    ...(items === undefined
      ? []
      : [`${items.succeeded} of ${items.total} done, ${items.running} running, ${items.failed} failed`]),
  ];
  return notes.length === 0 ? status : `${status}: ${notes.join('; ')}`;
}
