/** Whoever moves the money: what the application asks of a payment provider, in its own terms. */
export interface PaymentProvider {
  /** `stripe`; `stripe-test` and `sandbox` move no money. */
  readonly name: string;
  /**
   * Moves money from the platform's balance to an account. The same idempotency key gives the same answer for
   * ever; with other parameters it throws IdempotencyKeyReused. Anything else thrown leaves the outcome unknown.
   */
  transfer(request: TransferRequest): Promise<TransferAnswer>;
  /** The transfer that was made for one of our payouts, if there is one. */
  findTransfer(payoutId: string): Promise<Transfer | undefined>;
  /**
   * Brings all of a transfer back from the account, once: what has been brought back gives the same reversal for
   * ever. Throws when part of it was brought back by others; anything thrown leaves the outcome unknown.
   */
  reverseTransfer(transfer: Transfer, payoutId: string): Promise<ReversalAnswer>;
}

export type PaymentMethod = 'stripe' | 'bank_transfer';

export interface TransferRequest {
  readonly idempotencyKey: string;
  /** The provider's name for the receiving account. */
  readonly account: string;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  /** Kept with the transfer; `payout_id` is what `findTransfer` looks for. */
  readonly metadata: { readonly payout_id: string; readonly [name: string]: string };
}

export interface Transfer {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
  readonly currency: string;
  /** How much of `amount` has been brought back. */
  readonly reversed: number;
}

/** The provider's answer; after a refusal nothing has happened. */
export type TransferAnswer =
  | { readonly outcome: 'transferred'; readonly transfer: Transfer }
  | { readonly outcome: 'account_closed' }
  /** `available` is the platform's balance in that currency, in minor units, where the provider says it. */
  | { readonly outcome: 'insufficient_funds'; readonly available?: number };

/** The provider's answer; after a refusal nothing has happened. */
export type ReversalAnswer =
  | { readonly outcome: 'reversed'; readonly reversalId: string }
  | { readonly outcome: 'account_closed' }
  /** The account no longer holds what was transferred. */
  | { readonly outcome: 'insufficient_funds' };

/** An idempotency key was sent again with other parameters. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
}
