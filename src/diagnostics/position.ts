/** A place as people and editors count it: both from 1, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The offset at which each line of `text` begins. LF, CRLF and a lone CR end a line. */
export function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** The place of an offset, given the starts of the lines; offsets past the end count as on the last line. */
export function positionAt(starts: readonly number[], offset: number): Position {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.max(0, offset - starts[low]!) + 1 };
}

/** The place of an offset in `text`. To place many, find the lines once and use {@link positionAt}. */
export function positionOf(text: string, offset: number): Position {
  return positionAt(lineStarts(text), Math.min(offset, text.length));
}
