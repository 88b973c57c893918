import type { Json } from '../plan/plan.ts';

/** What may come back to whoever has sent an update. */
export interface Receipt {
  /** ISO time. */
  readonly received_at: string;
}

export interface Deliveries {
  signal(name: string, payload: Json): void;
  /** @throws what the sender is told */
  update(name: string, payload: Json): Receipt;
}

/**
 * What is sent to a run. Until the run knows what it is, messages are kept, in their order; then they are
 * delivered, and from then on at once.
 */
export class Mailbox {
  #deliveries: Deliveries | undefined;
  readonly #kept: ((deliveries: Deliveries) => void)[] = [];

  signal(name: string, payload: Json): void {
    if (this.#deliveries === undefined) this.#kept.push((deliveries) => deliveries.signal(name, payload));
    else this.#deliveries.signal(name, payload);
  }

  /** Rejects with what the sender is told. */
  async update(name: string, payload: Json): Promise<Receipt> {
    if (this.#deliveries !== undefined) return this.#deliveries.update(name, payload);
    return new Promise((resolve, reject) => {
      this.#kept.push((deliveries) => {
        try {
          resolve(deliveries.update(name, payload));
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  open(deliveries: Deliveries): void {
    for (const deliver of this.#kept) deliver(deliveries);
    this.#kept.length = 0;
    this.#deliveries = deliveries;
  }
}
