/** An exact amount: minor units (cents for EUR, whole yen for JPY) and an ISO 4217 code. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Money from a bigint column, which the driver gives as text. Throws RangeError beyond 2^53, where numbers stop being exact. */
export function money(minorUnits: string, currency: string): Money {
  const amount = Number(minorUnits);
  if (!Number.isSafeInteger(amount))
    throw new RangeError(`${minorUnits} minor units of ${currency} are not an exact number`);
  return { amount, currency };
}
