import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkGenerated, writeGenerated } from '../../codegen/files.ts';
import { generateCode } from '../../codegen/generate.ts';
import { readProject } from '../../codegen/read-project.ts';

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

describe('a project', () => {
  test('is read from its schemas and definitions, tests apart', async () => {
    await write({
      'schemas/size.yaml': 'enum: [small, large]\n',
      'schemas/activities/shop/send.yaml': 'effect: write\ninput: { size: { $ref: ../../size.yaml } }\n',
      'definitions/shop/order.yaml':
        'input: { n: { type: integer, default: 1 }, size: { $ref: ../../schemas/size.yaml } }\nsteps: []\n',
      'definitions/shop/order.test.yaml': 'cases: []\n',
    });
    const { project, findings } = readProject(root);
    expect(findings).toEqual([]);
    const files = await generateCode(project);
    expect(files.get('generated/activities/shop/send.ts')).toContain("export type Size = 'small' | 'large';");
    expect(files.get('generated/workflows/shop/order.ts')).toContain('  n?: number;\n  size: Size;\n');
    expect([...files.keys()].filter((path) => path.includes('test'))).toEqual([]);
  });

  test('gives findings for what cannot be read, and the rest all the same', async () => {
    await write({
      'schemas/activities/shop/send.yaml': 'effect: write\ninput: { size: { $ref: ../../none.yaml } }\n',
      'schemas/activities/shop/stop.yaml': 'effect: write\n',
      'definitions/shop/order.yaml': 'input: { size: { $ref: ../../schemas/none.yaml } }\nsteps: []\n',
      'definitions/shop/broken.yaml': 'input: {\n',
    });
    const { project, findings } = readProject(root);
    expect([...new Set(findings.map(({ file }) => file))].sort()).toEqual([
      'definitions/shop/broken.yaml',
      'definitions/shop/order.yaml',
      'schemas/activities/shop/send.yaml',
    ]);
    expect(project.signatures.map(({ name }) => name)).toEqual(['shop/stop']);
  });

  test('may be empty', () => {
    expect(readProject(root)).toEqual({ project: { signatures: [], workflows: [] }, findings: [] });
  });
});

test('the generated files of this repository are up to date', async () => {
  const repository = join(import.meta.dirname, '../..');
  const { project, findings } = readProject(repository);
  expect(findings).toEqual([]);
  expect(await checkGenerated(repository, await generateCode(project))).toEqual(none);
});
