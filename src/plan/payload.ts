import type { Json } from './plan.ts';

/** Temporal refuses a payload of more than 2 MB, most often by failing the workflow task for ever; the rest is room for metadata. */
export const MAXIMUM_PAYLOAD_BYTES = 2 * 1024 * 1024 - 4096;

/** A value is larger than Temporal takes: the type of the failure. */
export const PAYLOAD_TOO_LARGE = 'PayloadTooLarge';

/** The size of a value as JSON in UTF-8, in bytes. */
export function jsonBytes(value: Json): number {
  const text = JSON.stringify(value);
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // The halves of a surrogate pair are two units and four bytes.
    if (unit >= 0x80) bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** What to say of a value that is too large, in megabytes. */
export function tooLarge(what: string, bytes: number): string {
  const megabytes = (bytes / 1024 / 1024).toFixed(1);
  return `${what} has ${megabytes} MB; Temporal takes 2 MB. Pass a reference to what is large, or less of it`;
}
