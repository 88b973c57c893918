import { codeFrame, type FrameLine, visible } from './code-frame.ts';
import type { Diagnostic, SourceRange } from './diagnostic.ts';
import { positionOf } from './position.ts';

/** How to colour: each function wraps a text. picocolors' `createColors()` is one. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const same = (text: string): string => text;

/** No colours: for files, tests, and terminals that asked for none. */
export const plainPalette: Palette = { bold: same, dim: same, red: same, yellow: same, cyan: same };

/** The text of the files that findings point into, by the findings' `file`. */
export type Sources = ReadonlyMap<string, string>;

/**
 * Findings as text for people: each with its place, severity, code, message, code frame, hint and related
 * places, in the order of file and place. A file missing from `sources` gets no frame. Ends with a newline,
 * empty if there are no findings.
 */
export function renderText(
  findings: readonly Diagnostic[],
  sources: Sources,
  palette: Palette = plainPalette,
): string {
  return sortFindings(findings)
    .map((finding) => renderOne(finding, sources, palette))
    .join('\n');
}

/** `3 errors, 1 warning in 2 files`; `no problems` if there is nothing. */
export function summarize(findings: readonly Diagnostic[]): string {
  if (findings.length === 0) return 'no problems';
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  const warnings = findings.length - errors;
  const counts = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''];
  const files = new Set(findings.map((finding) => finding.file)).size;
  return `${counts.filter(Boolean).join(', ')} in ${count(files, 'file')}`;
}

/** By file, then by place; what is found at one place stays in its order. */
export function sortFindings(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...findings].sort((a, b) =>
    a.file === b.file ? a.range.start - b.range.start || b.range.end - a.range.end : a.file < b.file ? -1 : 1,
  );
}

function renderOne(finding: Diagnostic, sources: Sources, palette: Palette): string {
  const paint = finding.severity === 'error' ? palette.red : palette.yellow;
  const place = palette.bold(placeOf(finding.file, finding.range, sources));
  const lines = [
    `${place} ${paint(finding.severity)} ${palette.dim(finding.code)}: ${visible(finding.message)}`,
  ];
  lines.push(...frame(finding.file, finding.range, sources, paint, palette));
  if (finding.hint !== undefined) lines.push(`  ${palette.cyan('hint:')} ${visible(finding.hint)}`);
  for (const related of finding.related ?? []) {
    lines.push(
      `  ${palette.cyan('see')} ${placeOf(related.file, related.range, sources)}: ${visible(related.message)}`,
    );
    lines.push(...frame(related.file, related.range, sources, palette.cyan, palette));
  }
  return `${lines.join('\n')}\n`;
}

function placeOf(file: string, range: SourceRange, sources: Sources): string {
  const source = sources.get(file);
  if (source === undefined) return file;
  const { line, column } = positionOf(source, range.start);
  return `${file}:${line}:${column}`;
}

function frame(
  file: string,
  range: SourceRange,
  sources: Sources,
  paint: (text: string) => string,
  palette: Palette,
): readonly string[] {
  const source = sources.get(file);
  if (source === undefined) return [];
  const frameLines = codeFrame(source, range);
  const width = Math.max(4, ...frameLines.map((line) => String(line.line).length + 2));
  const bar = palette.dim('|');
  return frameLines.flatMap(({ line, text, carets }: FrameLine) => [
    `${palette.dim(String(line).padStart(width))} ${bar} ${text}`,
    `${' '.repeat(width)} ${bar} ${carets.replace(/\^+/, paint)}`,
  ]);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
