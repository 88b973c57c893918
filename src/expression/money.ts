/** Money as people read it. */

const NO_DECIMALS = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** An exact amount: `amount` in minor units of the currency, an ISO 4217 code. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Whether a value is money: a whole amount and three capital letters; further properties do not matter. */
export function isMoney(value: unknown): value is Money {
  if (value === null || typeof value !== 'object') return false;
  if (!Object.hasOwn(value, 'amount') || !Object.hasOwn(value, 'currency')) return false;
  const { amount, currency } = value as { amount: unknown; currency: unknown };
  return Number.isSafeInteger(amount) && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
}

/** `EUR 1,234.50` of 123450 minor units of EUR; currencies have no, two or three decimals. */
export function formatMoney({ amount, currency }: Money): string {
  const decimals = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const split = digits.length - decimals;
  const whole = digits.slice(0, split).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const fraction = decimals > 0 ? `.${digits.slice(split)}` : '';
  return `${currency} ${amount < 0 ? '-' : ''}${whole}${fraction}`;
}
