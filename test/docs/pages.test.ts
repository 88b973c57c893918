import { describe, expect, test } from 'vitest';
import { blocksOf, commandsOf, PAGES } from './pages.ts';

const block = (language: string, text: string) => ({ line: 1, language, text, before: '' });

describe('the commands of a block', () => {
  test('of sh are its lines without comments', () => {
    expect(commandsOf(block('sh', 'npm test   # all\n\n# none\nestuary dev\n'))).toEqual([
      { command: 'npm test', output: '' },
      { command: 'estuary dev', output: '' },
    ]);
  });

  test('of a console stand behind $, with what they print', () => {
    expect(commandsOf(block('console', '$ one\na\n\nb $ c\n$ two\n'))).toEqual([
      { command: 'one', output: 'a\n\nb $ c\n' },
      { command: 'two', output: '' },
    ]);
  });

  test('of anything else are none', () => {
    expect(commandsOf(block('text', 'a ─▶ b\n'))).toEqual([]);
  });
});

describe.each(PAGES)('%s', (page) => {
  test('has its commands in blocks that are run', () => {
    const blocks = blocksOf(page);
    const known = ['sh', 'console', 'text', 'yaml', 'ts', 'toml', 'json'];
    expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
    const empty = blocks.filter(
      (one) => ['sh', 'console'].includes(one.language) && commandsOf(one).length === 0,
    );
    expect(empty).toEqual([]);
  });
});
