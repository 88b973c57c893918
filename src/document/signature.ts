import type { Effect, JsonSchema } from '../plan/plan.ts';

/** An activity's signature, `schemas/activities/<domain>/<name>.yaml`, with its `$ref`s resolved. */
export interface Signature {
  /** `payments/transfer-payout`. */
  readonly name: string;
  readonly file: string;
  readonly description: string;
  readonly effect: Effect;
  /** JSON Schema 2020-12, self-contained: references to other files stand under `$defs`. Always an object schema. */
  readonly input: JsonSchema;
  readonly output: JsonSchema;
  readonly errors: { readonly [type: string]: SignatureError };
  /** Start-to-close, milliseconds. */
  readonly timeoutMs: number;
  /** The first 64 bits, in hex, of a SHA-256 over what callers rely on: input, output, errors, effect. */
  readonly hash: string;
}

export interface SignatureError {
  readonly retryable: boolean;
  readonly description?: string;
  readonly details?: JsonSchema;
}
