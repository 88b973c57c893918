import { CancellationScope, sleep, workflowInfo } from '@temporalio/workflow';

/** The server refuses 2,000 pending activities a run, and retries the task for ever; a few hundred saturate any worker. */
const MAXIMUM_PENDING = 500;

/** The server refuses 4 MB of commands in one workflow task; a quarter leaves room for what surrounds the inputs. */
const MAXIMUM_BYTES = 1024 * 1024;

interface Applicant {
  readonly id: number;
  readonly bytes: number;
  readonly admit: () => void;
}

/** Keeps what a run has in flight within Temporal's limits: first come, first admitted. */
export class Admission {
  #waiting: Applicant[] = [];
  readonly #admitted = new Set<number>();
  #bytes = 0;
  /** The history length that `#bytes` was counted in: it grows from one workflow task to the next. */
  #task = -1;
  #resting = false;

  /** Calls `admit` for the command of this id, which sends so many bytes, now or when there is room. */
  add(id: number, bytes: number, admit: () => void): void {
    this.#waiting.push({ id, bytes, admit });
    this.#pump();
  }

  /** Takes a command back that was not admitted yet; `false` if it was. */
  withdraw(id: number): boolean {
    const index = this.#waiting.findIndex((applicant) => applicant.id === id);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }

  /** A command has ended, or gives its place up to wait; one that was never admitted had none. */
  release(id: number): void {
    if (this.#admitted.delete(id)) this.#pump();
  }

  #pump(): void {
    let admitted = 0;
    while (admitted < this.#waiting.length && this.#admitted.size < MAXIMUM_PENDING && !this.#resting) {
      const { id, bytes, admit } = this.#waiting[admitted]!;
      if (!this.#fits(bytes)) return this.#rest(admitted);
      admitted++;
      this.#admitted.add(id);
      admit();
    }
    if (admitted > 0) this.#waiting = this.#waiting.slice(admitted);
  }

  #fits(bytes: number): boolean {
    const task = workflowInfo().historyLength;
    if (task !== this.#task) {
      this.#task = task;
      this.#bytes = 0;
    }
    if (this.#bytes > 0 && this.#bytes + bytes > MAXIMUM_BYTES) return false;
    this.#bytes += bytes;
    return true;
  }

  /** A timer ends the workflow task, and with it the sum of its commands; a cancelled run needs it to settle, too. */
  #rest(admitted: number): void {
    this.#waiting = this.#waiting.slice(admitted);
    this.#resting = true;
    void CancellationScope.nonCancellable(() => sleep(1)).then(() => {
      this.#resting = false;
      this.#pump();
    });
  }
}
