import type { Transfer } from './provider.ts';

/** Throws when a transfer moved other money than was due: that is for a person to look at, not for the ledger. */
export function assertSameMoney(
  transfer: Transfer,
  due: { readonly amount: number; readonly currency: string },
): void {
  if (transfer.amount !== due.amount || transfer.currency !== due.currency) {
    throw new Error(
      `transfer '${transfer.id}' moved ${transfer.amount} ${transfer.currency}, not ${due.amount} ${due.currency}`,
    );
  }
}
