/** The TypeScript name of an activity or a workflow: `payments/transfer-payout` is `TransferPayout`. */
export function typeName(name: string): string {
  const local = name.slice(name.indexOf('/') + 1);
  return local
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** The part of a type's name that stands for a signal or an update: `bank_details` is `BankDetails`. No two are the same. */
export function memberName(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
