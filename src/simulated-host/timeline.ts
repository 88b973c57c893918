import type { SimulatedEvent, Simulation } from './simulated-host.ts';

/** What happened, a line each, and how it ended. */
export function timelineOf({ log, outcome, elapsedMs }: Simulation): readonly string[] {
  return [...log.map(timelineEntry), timelineEnd(outcome, elapsedMs)];
}

/** `   2.0 s  pay[1]/transfer (attempt 2): payments/transfer-payout {…}` */
export function timelineEntry(event: SimulatedEvent): string {
  return `${clock(event.atMs)}  ${describe(event)}`;
}

/** The last line: when and how the run ended. */
export function timelineEnd(outcome: Simulation['outcome'], elapsedMs: number): string {
  const { status, ...rest } = outcome;
  const end = status === 'cancelled' ? '' : ` ${JSON.stringify(Object.values(rest)[0])}`;
  return `${clock(elapsedMs)}  ${status}${end}`;
}

/** Virtual time at the head of a line. */
export function clock(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(8);
}

function describe(event: SimulatedEvent): string {
  switch (event.kind) {
    case 'activity': {
      const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
      return `${event.step}${again}: ${event.activity} ${JSON.stringify(event.input)}`;
    }
    case 'timer':
      return `timer of ${event.durationMs / 1000} s: ${event.summary}`;
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
