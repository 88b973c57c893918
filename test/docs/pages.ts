/** The fenced blocks of the documents: the commands that they show, and the files that the tutorial writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/estuary.ts';

/** Every page with commands, relative to the root. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export interface Block {
  /** Of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The paragraph before it. */
  readonly before: string;
}

export interface Command {
  readonly command: string;
  /** What the page shows below it; empty where it shows nothing. */
  readonly output: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const above = text.slice(0, match.index).trimEnd();
    return {
      line: text.slice(0, match.index).split('\n').length,
      language: match[1]!,
      text: match[2]!,
      before: above.slice(above.lastIndexOf('\n') + 1),
    };
  });
}

/** The commands of a block: the lines of `sh`, and what follows `$ ` elsewhere. None where the block is no console. */
export function commandsOf({ language, text }: Block): Command[] {
  if (language === 'sh')
    return text
      .split('\n')
      .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
      .filter((command) => command !== '')
      .map((command) => ({ command, output: '' }));
  if (!text.startsWith('$ ')) return [];
  return text.split(/^\$ /m).flatMap((part) => {
    const [command = '', ...output] = part.split('\n');
    return command === '' ? [] : [{ command, output: output.join('\n') }];
  });
}

/** The block of the README that begins with `$ command`, without that line. */
export function readmeOutput(command: string): string {
  const found = blocksOf('README.md')
    .flatMap(commandsOf)
    .find((one) => one.command === command && one.output !== '');
  if (!found) throw new Error(`the README shows no output of '${command}'`);
  return found.output;
}
