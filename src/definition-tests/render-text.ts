/** Results as text for people: a line a case, and all that helps with one that failed. */
import { codeFrame, visible } from '../diagnostics/code-frame.ts';
import { positionOf } from '../diagnostics/position.ts';
import { type Palette, plainPalette, type Sources } from '../diagnostics/render-text.ts';
import { type Coverage, percentOf } from './coverage.ts';
import type { Mismatch } from './mismatch.ts';
import { type Place, placeInDefinition, placeInTest } from './places.ts';
import type { CaseResult, FileResult } from './run-tests.ts';
import { timelineLines } from './timeline.ts';

/** How to colour; picocolors' `createColors()` is one. */
export interface ResultPalette extends Palette {
  green(text: string): string;
}

const PLAIN: ResultPalette = { ...plainPalette, green: (text) => text };

/** Slower cases are worth a look. */
const SLOW_MS = 300;

/** The cases of a file, with all about those that failed. */
export function renderFile(
  { tests, cases }: FileResult,
  sources: Sources,
  palette: ResultPalette = PLAIN,
): string {
  const lines = cases.flatMap((result) => {
    const { test, mismatches, tookMs } = result;
    const time = tookMs > SLOW_MS ? palette.yellow(`  ${Math.round(tookMs)} ms`) : '';
    if (mismatches.length === 0) return [`  ${palette.green('✓')} ${visible(test.name)}${time}`];
    return [
      `  ${palette.red('✗')} ${palette.bold(visible(test.name))}${time}`,
      ...mismatches.flatMap((mismatch) => ['', ...describe(mismatch, result, sources, palette)]),
      ...timelineOf(result, palette),
      '',
    ];
  });
  return `${palette.bold(tests.file)}\n${lines.join('\n')}\n`;

  function describe(
    mismatch: Mismatch,
    { test }: CaseResult,
    texts: Sources,
    colours: ResultPalette,
  ): string[] {
    const inDefinition = placeInDefinition(tests.definition, mismatch, texts);
    return [
      `    ${colours.red(visible(mismatch.message))}`,
      ...(mismatch.diff ?? []).map((line) => `      ${colourOf(line, colours)}`),
      ...frame(placeInTest(tests, test, mismatch), texts, colours),
      ...(inDefinition === undefined ? [] : frame(inDefinition, texts, colours)),
    ];
  }
}

/** How much of each definition the tests reach, and what they miss. */
export function renderCoverage(
  coverages: readonly Coverage[],
  floor: number | undefined,
  palette: ResultPalette = PLAIN,
): string {
  const width = Math.max(0, ...coverages.map(({ file }) => file.length));
  const lines = coverages.flatMap((coverage) => {
    const { file, steps, branches, missed } = coverage;
    const percent = percentOf(coverage);
    const isLow = floor !== undefined && percent < floor;
    const paint = isLow ? palette.red : missed.length === 0 ? palette.green : palette.yellow;
    const share = paint(`${formatPercent(percent)} %`.padStart(7));
    const counts = `steps ${steps.covered}/${steps.total}, branches ${branches.covered}/${branches.total}`;
    const low = isLow ? palette.red(`  below the floor of ${floor} %`) : '';
    return [
      `  ${file.padEnd(width)}  ${share}  ${palette.dim(counts)}${low}`,
      ...missed.map(({ line, what }) => `    ${palette.dim(`${file}:${line}`)}  ${what}`),
    ];
  });
  return `${palette.bold('Coverage')}\n${lines.join('\n')}\n`;
}

/** `3 files, 12 cases: 11 passed, 1 failed` */
export function summarizeResults(results: readonly FileResult[]): string {
  const cases = results.flatMap((result) => result.cases);
  const failed = cases.filter(({ mismatches }) => mismatches.length > 0).length;
  const passed = cases.length - failed;
  const ended = [
    ...(passed > 0 || failed === 0 ? [`${passed} passed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${count(results.length, 'file')}, ${count(cases.length, 'case')}: ${ended.join(', ')}`;
}

/** Never 100 where something is missing. */
export function formatPercent(percent: number): string {
  return String(Math.floor(percent * 10) / 10);
}

function timelineOf({ mismatches, run }: CaseResult, palette: ResultPalette): string[] {
  const until = mismatches.some(({ untilMs }) => untilMs === undefined)
    ? undefined
    : Math.max(...mismatches.map(({ untilMs }) => untilMs!));
  const title = until === undefined ? 'what happened' : 'what happened until then';
  return [
    '',
    `    ${palette.cyan(title)}`,
    ...timelineLines(run, until).map((line) => `    ${palette.dim(line)}`),
  ];
}

function frame({ file, range }: Place, sources: Sources, palette: ResultPalette): string[] {
  const source = sources.get(file);
  if (source === undefined) return [`    ${palette.cyan('at')} ${file}`];
  const { line, column } = positionOf(source, range.start);
  const lines = codeFrame(source, range);
  const width = Math.max(4, ...lines.map((one) => String(one.line).length + 2));
  return [
    `    ${palette.cyan('at')} ${file}:${line}:${column}`,
    ...lines.flatMap(({ line: number, text, carets }) => [
      `    ${palette.dim(`${String(number).padStart(width)} |`)} ${text}`,
      `    ${' '.repeat(width)} ${palette.dim('|')} ${palette.red(carets)}`,
    ]),
  ];
}

function colourOf(line: string, palette: ResultPalette): string {
  const text = visible(line);
  if (text.startsWith('- ')) return palette.green(text);
  return text.startsWith('+ ') ? palette.red(text) : palette.dim(text);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
