/** What a worker serves, and what it still waits for, in words. */
import { domainOf, type Project } from '../project/project.ts';
import { GRACE_SECONDS } from '../worker/worker.ts';
import { err } from './colors.ts';

/** As `worker start --json` tells it. */
export interface ServedSummary {
  readonly task_queue: string;
  readonly address: string;
  readonly namespace: string;
  /** Sorted; names in full. Every worker interprets every definition, so those of all domains are there. */
  readonly domains: readonly {
    readonly domain: string;
    readonly workflows: readonly string[];
    readonly activities: readonly string[];
  }[];
  /** Definitions with errors. */
  readonly broken: readonly string[];
  readonly limits: {
    readonly max_concurrent_activities: number;
    readonly max_concurrent_workflow_tasks: number;
    readonly max_cached_workflows: number;
  };
}

/** The definitions and activities of a worker by domain, and the definitions with errors. */
export function summarizeServed(
  project: Project,
  activities: readonly string[],
): Pick<ServedSummary, 'domains' | 'broken'> {
  const definitions = [...project.definitions.values()];
  const workflows = definitions.filter(({ runnable }) => runnable !== undefined).map(({ name }) => name);
  const domains = [...new Set([...workflows, ...activities].map(domainOf))].sort();
  return {
    domains: domains.map((domain) => ({
      domain,
      workflows: workflows.filter((name) => domainOf(name) === domain),
      activities: activities.filter((name) => domainOf(name) === domain),
    })),
    broken: definitions.filter(({ runnable }) => runnable === undefined).map(({ name }) => name),
  };
}

/** More names than these are only counted. */
const FEW = 8;

/** A table for people, a line a row. */
export function describeServed(summary: ServedSummary): string[] {
  const { task_queue, address, namespace, domains, broken, limits } = summary;
  const rows = domains.flatMap(({ domain, workflows, activities }) => [
    ...row(domain, 'workflow', workflows),
    ...row(domain, 'activity', activities),
  ]);
  const [domainWidth, countWidth] = [0, 1].map((cell) =>
    Math.max('limits'.length, ...rows.map((cells) => cells[cell]!.length)),
  ) as [number, number];
  const { max_concurrent_activities, max_concurrent_workflow_tasks, max_cached_workflows } = limits;
  const limitsLine = `${max_concurrent_activities} activities and ${max_concurrent_workflow_tasks} workflow tasks at a time, ${max_cached_workflows} workflows cached`;
  return [
    `${err.green('✓')} Serving task queue ${err.bold(task_queue)} at ${address}, namespace ${namespace}`,
    ...(rows.length === 0 ? ['  no workflow and no activity'] : []),
    ...rows.map(([domain, count, names]) =>
      `  ${domain.padEnd(domainWidth)}  ${err.dim(count.padEnd(countWidth))}  ${names}`.trimEnd(),
    ),
    `  ${'limits'.padEnd(domainWidth)}  ${err.dim(limitsLine)}`,
    ...broken.map(
      (name) =>
        `${err.red('✗')} ${name} has errors: new runs of it are refused, those under way keep their definition`,
    ),
  ];
}

type Row = readonly [domain: string, count: string, names: string];

function row(domain: string, one: 'workflow' | 'activity', names: readonly string[]): Row[] {
  if (names.length === 0) return [];
  const many = one === 'workflow' ? 'workflows' : 'activities';
  const short = names.map((name) => name.slice(domain.length + 1));
  return [
    [
      domain,
      `${names.length} ${names.length === 1 ? one : many}`,
      names.length > FEW ? '' : short.join(', '),
    ],
  ];
}

type Counts = { readonly [activity: string]: number };

/** What a worker that was told to stop still finishes. */
export function describeDraining(signal: string, running: Counts): string {
  const what = describeCounts(running);
  const waiting = what === '' ? 'no activity runs' : `finishing ${what}, at most ${GRACE_SECONDS} s`;
  return `${signal}: ${waiting}; once more ends at once`;
}

/** What it gave up on; undefined if nothing. */
export function describeAbandoned(abandoned: Counts): string | undefined {
  const what = describeCounts(abandoned);
  if (what === '') return undefined;
  return `${err.yellow('warning')}: not finished in time: ${what}; another worker tries again`;
}

/** `2 × payments/transfer-payout, payments/hold-payout`. */
export function describeCounts(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => (count === 1 ? name : `${count} × ${name}`))
    .join(', ');
}
