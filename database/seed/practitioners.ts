import type { NewEarning } from '../payments/earnings.ts';
import { personName } from './people.ts';

/** A practitioner as seeded. */
export interface SeedPractitioner {
  readonly id: number;
  readonly name: string;
  /** Whether the provider closed the account that Stripe payouts go to. */
  readonly accountClosed: boolean;
  readonly earnings: readonly Omit<NewEarning, 'practitioner_id'>[];
}

/** The platform's balance at the sandbox provider, minor units. CHF is nearly spent, so that something is held. */
export const PROVIDER_BALANCES: readonly { readonly currency: string; readonly available: number }[] = [
  { currency: 'CHF', available: 12_000 },
  { currency: 'EUR', available: 500_000_000_000 },
  { currency: 'GBP', available: 500_000_000_000 },
  { currency: 'JPY', available: 100_000_000_000 },
  { currency: 'USD', available: 500_000_000_000 },
];

/** The due practitioners' ids begin after this one; those up to it are never due at a minimum of 10. */
const LAST_UNDUE_ID = 100;

/**
 * The practitioners of a seeded database: `due` of them have one balance that has reached 10 major units, and
 * beside them stand some that have none. Who somebody is depends on the id alone, so a larger database holds
 * everybody of a smaller one. Among the first 145 due, two have a closed account and one is owed CHF.
 */
export function seedPractitioners(due: number): SeedPractitioner[] {
  const undue = UNDUE_BALANCES.map((amounts, index) => practitioner(index + 1, amounts));
  return [...undue, ...Array.from({ length: due }, (_, index) => duePractitioner(index + 1))];
}

type Amounts = readonly (readonly [currency: string, amount: number])[];

const UNDUE_BALANCES: readonly Amounts[] = [
  [], // has earned nothing yet
  [['EUR', 999]], // a cent short of 10
  [['JPY', 9]], // a yen short of 10
  [
    ['USD', 450],
    ['USD', 549],
  ],
  [
    ['GBP', 6_500],
    ['GBP', -6_500],
  ], // zero, after a refund
  [
    ['EUR', 4_500],
    ['EUR', -9_000],
  ], // owes the platform
  [['USD', -2_500]],
  [
    ['EUR', 900],
    ['USD', 900],
    ['GBP', 900],
  ], // 27 in all, but no currency reaches 10
];

const EXACT_BALANCES: { readonly [index: number]: Amounts } = {
  5: [['EUR', 1_000]],
  6: [['JPY', 10]],
  7: [
    ['USD', 7_500],
    ['USD', -6_500],
  ],
  31: [['GBP', 5_000]],
  64: [['CHF', 48_000]], // more than the platform has in that currency
};
const CLOSED_ACCOUNTS: ReadonlySet<number> = new Set([17, 88]);

const CURRENCIES = ['EUR', 'EUR', 'USD', 'EUR', 'GBP', 'USD', 'JPY'] as const;
/** What a session brings, minor units. */
const FEES = {
  EUR: [4_200, 5_525, 6_800, 8_075],
  USD: [4_675, 5_950, 7_650, 10_200],
  GBP: [3_825, 5_100, 6_375, 7_225],
  JPY: [5_100, 6_800, 8_500, 11_900],
} as const;

/** `index` counts the due ones from 1. */
function duePractitioner(index: number): SeedPractitioner {
  const id = LAST_UNDUE_ID + index;
  const exact = EXACT_BALANCES[index];
  if (exact) return practitioner(id, exact);
  const random = createRandom(id);
  const currency = CURRENCIES[random(CURRENCIES.length)]!;
  const fees = FEES[currency];
  const amounts: [string, number][] = Array.from({ length: 1 + random(6) }, () => [
    currency,
    fees[random(fees.length)]!,
  ]);
  // One in ten gave a session back; they keep at least one.
  if (amounts.length > 2 && random(10) === 0) amounts.push([currency, -amounts[0]![1]]);
  // Some also have a little in another currency, which stays behind.
  if (random(8) === 0) amounts.push([currency === 'EUR' ? 'USD' : 'EUR', 100 + random(800)]);
  return { ...practitioner(id, amounts), accountClosed: CLOSED_ACCOUNTS.has(index) };
}

function practitioner(id: number, amounts: Amounts): SeedPractitioner {
  const random = createRandom(id * 7_919);
  return {
    id,
    name: personName(random(1_000), random(1_000)),
    accountClosed: false,
    earnings: amounts.map(([currency, amount], position) => ({
      currency,
      amount,
      kind: amount < 0 ? 'refund' : 'session',
      earned_at: new Date(
        Date.UTC(2026, 0, 5, 8 + (id % 10)) + (position * 7 + (id % 5)) * 86_400_000,
      ).toISOString(),
    })),
  };
}

/** Whole numbers from 0 up to a bound, the same sequence for the same seed (mulberry32). */
function createRandom(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
