import { CancellationScope } from '@temporalio/workflow';
import type { HostEvent } from '../interpreter/host.ts';

/** Events without the time, which the host adds. */
export type Happening = HostEvent extends infer Event
  ? Event extends HostEvent
    ? Omit<Event, 'now'>
    : never
  : never;

/** What the interpreter has started and waits for, each in a scope that only the interpreter cancels. */
export class Flights {
  // What runs is cancelled by the interpreter, one by one, never by Temporal's propagation.
  readonly #shield = new CancellationScope({ cancellable: false });
  readonly #scopes = new Map<number, CancellationScope>();
  /** What the interpreter has asked to stop. It asks once, so what becomes of it later must heed it. */
  readonly #unwanted = new Set<number>();
  readonly #ended: (id: number, event: Happening, at?: number) => void;

  /** @param ended is told each command's end, and when that was, where it is not now */
  constructor(ended: (id: number, event: Happening, at?: number) => void) {
    this.#ended = ended;
  }

  /** Does a command's work, or its next part, in a scope of its own. */
  run<T>(id: number, work: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope({ cancellable: true, parent: this.#shield });
    this.#scopes.set(id, scope);
    return scope.run(work);
  }

  /** Asks the work to stop, now and whatever it would do next. */
  cancel(id: number): void {
    this.#unwanted.add(id);
    this.#scopes.get(id)?.cancel();
  }

  isUnwanted(id: number): boolean {
    return this.#unwanted.has(id);
  }

  /** Whether the work has begun and was not forgotten or ended. */
  has(id: number): boolean {
    return this.#scopes.has(id);
  }

  /** Stops the work; nobody is told what becomes of it. */
  forget(id: number): void {
    this.#scopes.get(id)?.cancel();
    this.#scopes.delete(id);
  }

  end(id: number, event: Happening, at?: number): void {
    this.#scopes.delete(id);
    this.#unwanted.delete(id);
    this.#ended(id, event, at);
  }

  /** After the commands of this turn: an event must not interrupt them (H1). */
  endLater(id: number, event: Happening): void {
    void Promise.resolve().then(() => this.end(id, event));
  }
}
