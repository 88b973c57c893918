import { expect } from 'vitest';

/** Compares two transcripts of a run but for ids, times, rates, paths and ports. */
export function expectSameRun(actual: string, expected: string): void {
  expect(normalise(actual)).toEqual(normalise(expected));
}

function normalise(text: string): string[] {
  return (
    text
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
      .replaceAll(/sbx_tr_[0-9a-f]+/g, '<transfer>')
      .replaceAll(/127\.0\.0\.1:\d+/g, '<address>')
      .replaceAll(/(PostgreSQL, files|Temporal CLI): .*/g, '$1: <path>')
      .replaceAll(/ *\d+\/s/g, '')
      .replaceAll(/ *\d+\.\d s\b/g, '')
      .trim()
      .split('\n')
      // What takes long, and the order of the two servers, is another one on each machine.
      .filter((line) => !/^(…|▸)/.test(line))
      .sort((one, other) => (isServer(one) && isServer(other) ? one.localeCompare(other) : 0))
  );
}

function isServer(line: string): boolean {
  return /^✓ (Temporal|PostgreSQL)/.test(line);
}
