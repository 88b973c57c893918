/** The reference of the language: its pages, and what stands in them beside prose. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/estuary.ts';

/** Relative to the root. */
export const LANGUAGE_PAGES: readonly string[] = [
  'docs/language.md',
  ...readdirSync(join(ROOT, 'docs/language'))
    .sort()
    .map((name) => `docs/language/${name}`),
];

/** A heading of level two or three with all that stands below it, up to the next one. */
export interface Section {
  readonly page: string;
  readonly heading: string;
  readonly text: string;
  readonly tables: readonly Table[];
  /** The definitions that it shows. */
  readonly examples: readonly string[];
}

/** Cells as they are written, without the line below the head. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The sections of a page, in order. */
export function sectionsOf(page: string): Section[] {
  return readPage(page)
    .split(/^(?=##+ )/m)
    .slice(1)
    .map((text) => ({
      page,
      heading: /^##+ (.*)$/m.exec(text)![1]!,
      text,
      tables: tablesIn(text),
      examples: [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, example]) => example!),
    }));
}

/** How GitHub names the headings of a page in links. */
export function anchorsOf(page: string): string[] {
  const headings = [...withoutBlocks(readPage(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The text with each example as its files have it: `<!-- example: path -->` to `<!-- end -->`. */
export function withExamples(text: string): string {
  return text.replaceAll(
    /^<!-- example: (\S+) -->\n[\s\S]*?^<!-- end -->$/gm,
    (_, path: string) => `<!-- example: ${path} -->\n${exampleBlocks(path)}<!-- end -->`,
  );
}

/** The files of an example, as `<!-- example: … -->` names them. */
export function examplesIn(text: string): string[] {
  return [...text.matchAll(/^<!-- example: (\S+) -->$/gm)].map(([, path]) => path!);
}

/** A definition alone, or a scenario with its script and what then happens. */
function exampleBlocks(path: string): string {
  if (path.endsWith('.yaml')) return fenced('yaml', readPage(path));
  const script = readPage(`${path}/script.yaml`);
  const happens = readPage(`${path}/trace.txt`);
  return (
    fenced('yaml', readPage(`${path}/definition.yaml`)) +
    fenced('text', script === '{}\n' ? happens : `${script}\n${happens}`)
  );
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\`\`\`\n`;
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function tablesIn(text: string): Table[] {
  return [...withoutBlocks(text).matchAll(/(?:^\|.*\|\n)+/gm)].map(([table]) => {
    const [head, , ...rows] = table.trimEnd().split('\n').map(cellsOf);
    return { head: head!, rows };
  });
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
