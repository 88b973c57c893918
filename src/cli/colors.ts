import pc from 'picocolors';

/** Colours for stdout and stderr, each by its own: a terminal gets them, a pipe or a file does not. */
export const out = pc.createColors(wantsColors(process.stdout));
export const err = pc.createColors(wantsColors(process.stderr));

/** The colours of a stream. */
export type Colors = typeof out;

/** NO_COLOR (https://no-color.org) goes before FORCE_COLOR, which goes before what the stream is. */
function wantsColors(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return stream.isTTY === true && TERM !== 'dumb';
}
