import type { Diagnostic, SourceRange } from './diagnostic.ts';
import { type Position, positionOf } from './position.ts';
import { type Sources, sortFindings } from './render-text.ts';

/** A finding as `--json` shows it. `start` and `end` are absent if the file could not be read. */
export interface JsonFinding {
  readonly file: string;
  readonly start?: Position;
  readonly end?: Position;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly JsonPlace[];
}

export interface JsonPlace {
  readonly file: string;
  readonly start?: Position;
  readonly end?: Position;
  readonly message: string;
}

/** Findings as plain JSON, in the order of file and place, with lines and columns from 1. */
export function renderJson(findings: readonly Diagnostic[], sources: Sources): readonly JsonFinding[] {
  return sortFindings(findings).map(({ file, range, severity, code, message, hint, related }) => ({
    ...place(file, range, sources),
    severity,
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined
      ? {}
      : {
          related: related.map((other) => ({
            ...place(other.file, other.range, sources),
            message: other.message,
          })),
        }),
  }));
}

function place(file: string, range: SourceRange, sources: Sources) {
  const source = sources.get(file);
  if (source === undefined) return { file };
  return { file, start: positionOf(source, range.start), end: positionOf(source, range.end) };
}
