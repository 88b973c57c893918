import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkGenerated, writeGenerated } from '../../codegen/files.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'estuary-codegen-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(files: { readonly [path: string]: string }): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const none = { changed: [], missing: [], surplus: [] };

describe('generated files', () => {
  const files = new Map([
    ['generated/a.ts', 'a'],
    ['generated/deep/er/b.ts', 'b'],
    ['generated/c.ts', 'c'],
  ]);

  test('are written where there are none, and are then up to date', async () => {
    expect(await writeGenerated(root, files)).toEqual({ ...none, missing: [...files.keys()].sort() });
    expect(await checkGenerated(root, files)).toEqual(none);
    expect(await readFile(join(root, 'generated/deep/er/b.ts'), 'utf8')).toBe('b');
  });

  test('are listed where they differ, and are then put right', async () => {
    await write({ 'generated/a.ts': 'edited', 'generated/c.ts': 'c', 'generated/old/d.ts': 'd' });
    const drift = {
      changed: ['generated/a.ts'],
      missing: ['generated/deep/er/b.ts'],
      surplus: ['generated/old/d.ts'],
    };
    expect(await checkGenerated(root, files)).toEqual(drift);
    expect(await writeGenerated(root, files)).toEqual(drift);
    expect(await checkGenerated(root, files)).toEqual(none);
  });
});
