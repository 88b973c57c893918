import type { SimulatedEvent, Simulation } from './simulated-host.ts';

/** What happened, a line each, and how it ended. */
export function timelineOf({ log, outcome, elapsedMs }: Simulation): readonly string[] {
  const lines = log.map((event) => `${clock(event.atMs)}  ${describeEvent(event)}`);
  return [...lines, `${clock(elapsedMs)}  ${describeOutcome(outcome)}`];
}

/** How a run ended: `completed {…}` */
export function describeOutcome(outcome: Simulation['outcome']): string {
  const { status, ...rest } = outcome;
  return status === 'cancelled' ? status : `${status} ${JSON.stringify(Object.values(rest)[0])}`;
}

/** Virtual time at the head of a line. */
function clock(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(8);
}

function inSeconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

/** `pay[1]/transfer (attempt 2): payments/transfer-payout {…}` */
export function describeEvent(event: SimulatedEvent, durationOf: (ms: number) => string = inSeconds): string {
  switch (event.kind) {
    case 'activity': {
      const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
      return `${event.step}${again}: ${event.activity} ${JSON.stringify(event.input)}`;
    }
    case 'timer':
      return `timer of ${durationOf(event.durationMs)}: ${event.summary}`;
    case 'child': {
      const how = event.detach ? 'starts' : 'runs';
      return `${event.step}: ${how} ${event.workflow} as ${event.workflowId} ${JSON.stringify(event.input)}`;
    }
    case 'signal_sent':
      return `${event.step}: signals ${event.signal} to ${event.workflowId} ${JSON.stringify(event.payload)}`;
    case 'signal':
    case 'update': {
      const refused = event.refused === undefined ? '' : `, refused: ${event.refused}`;
      return `${event.kind} ${event.name} ${JSON.stringify(event.payload)}${refused}`;
    }
    case 'search_attributes':
      return `search attributes ${JSON.stringify(event.attributes)}`;
    case 'memo':
      return `memo ${JSON.stringify(event.memo)}`;
    case 'parked':
      return `parked: ${JSON.stringify(event.failure)}`;
    case 'resumed':
      return `resumed: ${event.how}`;
    case 'cancel_requested':
      return 'cancel requested';
  }
}
