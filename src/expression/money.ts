/** Money as people read it. */

const NO_DECIMALS = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** `EUR 1,234.50` of 123450 minor units of EUR. `amount` must be a safe integer. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = NO_DECIMALS.has(currency) ? 0 : THREE_DECIMALS.has(currency) ? 3 : 2;
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const split = digits.length - decimals;
  const whole = digits.slice(0, split).replace(/\B(?=(?:\d{3})+$)/g, ',');
  const fraction = decimals > 0 ? `.${digits.slice(split)}` : '';
  return `${currency} ${amount < 0 ? '-' : ''}${whole}${fraction}`;
}
