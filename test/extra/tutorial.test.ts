/** docs/tutorial.md, done as it is written. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Block, blocksOf, commandsOf } from '../docs/pages.ts';
import { expectSameRun } from '../docs/transcript.ts';
import { copyWholeProject, type WholeProject } from '../docs/whole-project.ts';

let project: WholeProject;
beforeAll(() => {
  project = copyWholeProject();
});
afterAll(() => project.remove());

const pathIn = (text: string): string => {
  const path = /`([\w./-]+)`:$/.exec(text)?.[1];
  if (!path) throw new Error(`no path before the file: '${text}'`);
  return path;
};

/** Writes the file that the paragraph before the block names, or its last line. */
function writeFile({ text, before }: Block): void {
  const path = join(project.root, pathIn(before));
  if (/the last line of `[^`]+`:$/.test(before)) {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    return writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n${text}`);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { flag: 'wx' });
}

/** Every command in turn: its output is what the page shows, or, where it shows none, it goes well. */
async function runCommands(block: Block): Promise<void> {
  for (const { command, output: expected } of commandsOf(block)) {
    const { code, output } = await project.start(command).ended;
    if (expected === '') expect({ command, code, output }).toMatchObject({ command, code: 0 });
    else expectSameRun(output, expected);
  }
}

// One after the other: each needs what those before it have done.
test.each(blocksOf('docs/tutorial.md').map((block) => [block.line, block] as const))(
  'line %i',
  async (_, block) => {
    if (block.language === 'console') await runCommands(block);
    else writeFile(block);
  },
);
