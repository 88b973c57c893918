import { compileSchema } from '../json-schema/compile-schema.ts';
import { formatProblem } from '../json-schema/schema-problem.ts';
import type { Json } from '../plan/plan.ts';
import type { Resolution, ResolveRequest, TaskQueues } from '../plan/worker-contract.ts';
import { domainOf, type Project } from '../project/project.ts';

/** How long a run waits for a worker that knows its definition, from when one was first asked: not in the queue. */
const PATIENCE_MS = 5 * 60_000;

export interface ResolveOptions {
  /** The version of the engine. */
  readonly engine: string;
  /** Task queues by domain, where configured. */
  readonly taskQueues: TaskQueues;
  /** For how long this worker has been asked for this run's definition and did not know it. Milliseconds. */
  readonly waitedMs: number;
}

/**
 * Decides what a run gets: its plan and input, a refusal (`InvalidInput`, `InvalidDefinition`,
 * `UnknownDefinition`), or the word that this worker does not know its definition yet.
 */
export function resolveDefinition(
  project: Project,
  request: ResolveRequest,
  options: ResolveOptions,
): Resolution {
  const definition = project.definitions.get(request.type);
  if (definition === undefined) return unknown(project, request, options.waitedMs);
  const { runnable, findings, file } = definition;
  if (runnable === undefined) {
    const errors = findings.map(({ code, message }) => `${code}: ${message}`);
    return {
      outcome: 'refused',
      type: 'InvalidDefinition',
      message: `${file} has errors, see \`estuary wf validate\`: ${errors.join('; ')}`,
      details: { findings: errors },
    };
  }
  const given: Json = request.input ?? {};
  const validation = compileSchema(runnable.inputSchema)(given);
  if (!validation.ok) {
    const problems = validation.problems.map(formatProblem);
    return {
      outcome: 'refused',
      type: 'InvalidInput',
      message: `the input of ${request.type} is not valid: ${problems.join('; ')}`,
      details: { problems },
    };
  }
  const { plan } = runnable;
  const taskQueues = taskQueuesFor(Object.keys(plan.signatures), options.taskQueues);
  return {
    outcome: 'resolved',
    engine: options.engine,
    plan,
    ...(JSON.stringify(validation.value) !== JSON.stringify(given) && { input: validation.value }),
    ...(taskQueues !== undefined && { taskQueues }),
  };
}

function unknown(project: Project, { type }: ResolveRequest, waitedMs: number): Resolution {
  const known = [...project.definitions.keys()];
  const message = `no definition '${type}' is known here; known: ${known.join(', ') || 'none'}`;
  if (waitedMs < PATIENCE_MS) return { outcome: 'unknown', message };
  return { outcome: 'refused', type: 'UnknownDefinition', message, details: { known } };
}

/** Where the activities of a plan go, as far as the configuration says so. */
function taskQueuesFor(activities: readonly string[], configured: TaskQueues): TaskQueues | undefined {
  const routes = activities
    .map(domainOf)
    .filter((domain) => Object.hasOwn(configured, domain))
    .map((domain) => [domain, configured[domain]!] as const);
  return routes.length === 0 ? undefined : Object.fromEntries(routes);
}
