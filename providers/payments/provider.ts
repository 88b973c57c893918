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
}

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
}

/** The provider's answer; after a refusal nothing has happened. */
export type TransferAnswer =
  | { readonly outcome: 'transferred'; readonly transfer: Transfer }
  | { readonly outcome: 'account_closed' }
  /** `available` is the platform's balance in that currency, in minor units, where the provider says it. */
  | { readonly outcome: 'insufficient_funds'; readonly available?: number };

/** An idempotency key was sent again with other parameters. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
}
