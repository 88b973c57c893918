/** Runs a scenario of `test/scenarios` on a real server: the same script, answered by real activities. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import { outcomeOf, type RunOutcome } from '../../src/client/runs.ts';
import type { Signature } from '../../src/document/signature.ts';
import type { Progress } from '../../src/interpreter/progress.ts';
import type { Json } from '../../src/plan/plan.ts';
import { PROGRESS_QUERY, RESUME_SIGNAL } from '../../src/plan/worker-contract.ts';
import type { Project } from '../../src/project/project.ts';
import type { ScriptedOutcome, Sent, Simulation } from '../../src/simulated-host/simulated-host.ts';
import type { ActivityContext } from '../../src/worker/activity-context.ts';
import type { ServedActivity } from '../../src/worker/load-activities.ts';
import { loadScenario, runScenario, type Scenario, scenarioNames } from '../scenarios/scenario.ts';

/** What the children of the scenarios do is scripted, too: each calls this. */
export const ACT = {
  name: 'shop/act',
  signature: `description: Do what the script says.
effect: read
input: { workflow_id: { type: string }, type: { type: string } }
output_schema: { type: object }
`,
};

/** The definition of a child: its interface, with one step that does what the script says. */
export function childDefinition(name: string, text: string): string {
  const head = text.slice(0, text.indexOf('\nsteps:') + 1);
  return `${head}steps:
  - id: act
    activity: ${ACT.name}
    with: { workflow_id: "\${{ workflow.id }}", type: ${name} }
    retry: { maximum_attempts: 1 }
output: \${{ steps.act.output }}
`;
}

/** One attempt at an activity, as both hosts record it. */
export interface Attempt {
  readonly step: string;
  readonly activity: string;
  readonly attempt: number;
  readonly input: Json;
}

interface Running {
  readonly scenario: Scenario;
  readonly attempts: Attempt[];
}

export class ScenarioRuns {
  readonly #over = new AbortController();
  readonly #runs = new Map<string, Running>();
  /** Which scenario a child with a business key belongs to. */
  readonly #owners = new Map<string, string>();

  /** The activities of the scenarios: each answers as the script of the run says that calls it. */
  activities(project: Project): ServedActivity[] {
    return [...project.signatures.values()].map((signature) => ({
      signature,
      implementation: ((input: Json, context: ActivityContext) =>
        signature.name === ACT.name
          ? this.#act(input as { workflow_id: string; type: string }, context)
          : this.#answer(signature, input, context)) as ServedActivity['implementation'],
    }));
  }

  /** Ends what still hangs, so that the worker can go. */
  close(): void {
    this.#over.abort(new Error('the tests are over'));
  }

  /** Runs a scenario to its end. */
  async run(
    client: Client,
    taskQueue: string,
    name: string,
    simulated: Simulation,
  ): Promise<{ outcome: RunOutcome; attempts: readonly Attempt[]; progress: Progress; refusals: string[] }> {
    const scenario = loadScenario(name);
    const workflowId = scenario.workflowId ?? `${name}-${randomUUID()}`;
    const attempts: Attempt[] = [];
    this.#runs.set(workflowId, { scenario, attempts });
    const children = simulated.log.flatMap((event) => (event.kind === 'child' ? [event.workflowId] : []));
    for (const child of children) this.#owners.set(child, workflowId);
    const others = await Promise.all(
      scenario.reachable.map((id) => {
        const input = { order_id: id.slice(id.indexOf('/') + 1) };
        return client.workflow.start('shop/ship', { args: [input], taskQueue, workflowId: id });
      }),
    );
    const run = await client.workflow.start(`shop/${name}`, {
      args: [scenario.given],
      taskQueue,
      workflowId,
    });
    const refusals: string[] = [];
    // The script counts from the first step, however long the run has waited for a worker.
    await vi.waitUntil(() => run.query(PROGRESS_QUERY).catch(() => null), { timeout: 60_000, interval: 20 });
    const sending = [
      this.#send(run, scenario.sent, refusals),
      scenario.cancelAfterMs !== undefined && sleep(scenario.cancelAfterMs).then(() => run.cancel()),
    ];
    const outcome = await outcomeOf(run);
    await Promise.all(sending);
    const progress = await run.query<Progress>(PROGRESS_QUERY);
    await Promise.all([...others, ...children.map((id) => client.workflow.getHandle(id))].map(end));
    return { outcome, attempts, progress, refusals };
  }

  async #answer({ name: activity, errors }: Signature, input: Json, context: ActivityContext): Promise<Json> {
    const { step, id } = context.workflow;
    const running = this.#runs.get(id)!;
    const { attempt } = context;
    running.attempts.push({ step, activity, attempt, input });
    const key = context.idempotencyKey;
    const outcome = running.scenario.activities[activity]!(input, { attempt, key, step });
    return carryOut(outcome, this.#untilOver(context), errors);
  }

  #untilOver(context: ActivityContext): ActivityContext {
    return { ...context, signal: AbortSignal.any([context.signal, this.#over.signal]) };
  }

  /** One after the other, so that what is sent at the same moment keeps its order. */
  async #send(run: WorkflowHandle, all: readonly Sent[], refusals: string[]): Promise<void> {
    const startedAt = Date.now();
    for (const sent of [...all].sort((a, b) => a.afterMs - b.afterMs)) {
      await sleep(startedAt + sent.afterMs - Date.now());
      await send(run, sent).catch((error: { cause?: Error }) => refusals.push(String(error.cause?.message)));
    }
  }

  /** What the script of its parent says of a child; one that has no parent waits. */
  #act(
    { workflow_id, type }: { workflow_id: string; type: string },
    context: ActivityContext,
  ): Promise<Json> {
    const parent = this.#owners.get(workflow_id) ?? workflow_id.slice(0, workflow_id.indexOf('/'));
    const script = this.#runs.get(parent)?.scenario.workflows[type];
    const step = workflow_id.slice(workflow_id.indexOf('/') + 1, workflow_id.lastIndexOf('~'));
    return carryOut(
      script?.(null, { workflowId: workflow_id, step }) ?? { hangs: true },
      this.#untilOver(context),
      {},
    );
  }
}

/** The scenarios, each with what happens in virtual time. */
export const SIMULATED: ReadonlyMap<string, Simulation> = new Map(
  scenarioNames.map((name) => [name, runScenario(name)]),
);

async function carryOut(
  outcome: ScriptedOutcome,
  context: ActivityContext,
  declared: { readonly [type: string]: unknown },
): Promise<Json> {
  await work('hangs' in outcome ? Number.POSITIVE_INFINITY : (outcome.afterMs ?? 0), context);
  if ('hangs' in outcome) throw new Error('this does not end');
  if ('output' in outcome) return outcome.output;
  const { type, message, details } = outcome.failure;
  if (Object.hasOwn(declared, type)) throw context.error(type, message, details as never);
  // What the signature does not declare is thrown as any library would.
  throw Object.assign(new Error(message), { name: type });
}

/** So long, unless somebody cancels it. */
async function work(milliseconds: number, { signal, heartbeat }: ActivityContext): Promise<void> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    if (signal.aborted) throw signal.reason;
    heartbeat();
    await sleep(Math.min(50, end - Date.now()));
  }
}

async function send(run: WorkflowHandle, sent: Sent): Promise<void> {
  if ('resume' in sent) return run.signal(RESUME_SIGNAL, { skip: sent.resume === 'skip' });
  if ('signal' in sent) return run.signal(sent.signal, sent.payload);
  await run.executeUpdate(sent.update, { args: [sent.payload] });
}

async function end(run: WorkflowHandle): Promise<void> {
  // Most have ended by themselves.
  await run.terminate('the test is over').catch(() => {});
}
