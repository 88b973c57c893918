import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findingsOf, loadProject } from '../../src/project/project.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'estuary-project-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(files: { readonly [path: string]: string }): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

const SEND = `description: Send something.
effect: write
input: { size: { $ref: ../../size.yaml } }
output: {}
`;

it('is read from its schemas and definitions, tests apart', async () => {
  await write({
    'schemas/size.yaml': 'enum: [small, large]\n',
    'schemas/activities/shop/send.yaml': SEND,
    'definitions/shop/order.yaml': `input: { size: { $ref: ../../schemas/size.yaml } }
steps:
  - activity: shop/send
    with: { size: "\${{ input.size }}" }
`,
    'definitions/shop/order.test.yaml': 'cases: []\n',
  });
  const project = loadProject(root);
  expect(findingsOf(project)).toEqual([]);
  expect([...project.signatures.keys()]).toEqual(['shop/send']);
  expect([...project.definitions.keys()]).toEqual(['shop/order']);
  expect(Object.keys(project.definitions.get('shop/order')!.runnable!.plan.signatures)).toEqual([
    'shop/send',
  ]);
});

it('keeps what is right beside what is broken, and says of each what is wrong', async () => {
  await write({
    'schemas/activities/shop/send.yaml': SEND,
    'definitions/shop/broken.yaml': 'steps: {\n',
    'definitions/shop/calls-broken.yaml': 'steps:\n  - activity: shop/send\n    with: { size: small }\n',
    'definitions/shop/right.yaml': 'steps:\n  - set: { n: 1 }\n',
  });
  const project = loadProject(root);
  expect(findingsOf(project).map(({ file, code }) => `${file} ${code}`)).toEqual([
    'schemas/activities/shop/send.yaml bad-reference',
    'definitions/shop/broken.yaml yaml-syntax',
    'definitions/shop/calls-broken.yaml broken-signature',
  ]);
  const runnable = [...project.definitions.values()].filter((definition) => definition.runnable);
  expect(runnable.map(({ name }) => name)).toEqual(['shop/right']);
});

it('knows how its workflows are called, whatever is wrong with their steps', async () => {
  await write({
    'definitions/shop/order.yaml': `input: { n: { type: integer } }
id: { key: "order/\${{ input.n }}" }
signals: { go: { by: { type: string } } }
steps:
  - id: ship
    workflow: shop/ship
    with: { order: "\${{ input.n }}" }
  - workflow: shop/unreadable
output: \${{ steps.ship.output.tracking }}
`,
    'definitions/shop/ship.yaml': `input: { order: { type: integer } }
steps: [{ activity: shop/nowhere }]
output: { tracking: "1" }
output_schema: { type: object, properties: { tracking: { type: string } }, required: [tracking] }
`,
    'definitions/shop/unreadable.yaml': 'steps: {\n',
  });
  const project = loadProject(root);
  expect(findingsOf(project).map(({ file, code }) => `${file} ${code}`)).toEqual([
    'definitions/shop/order.yaml broken-workflow',
    'definitions/shop/order.yaml never-awaited',
    'definitions/shop/ship.yaml unknown-activity',
    'definitions/shop/unreadable.yaml yaml-syntax',
  ]);
  const { workflows, brokenWorkflows } = project.catalogue;
  expect([...workflows.keys()]).toEqual(['shop/order', 'shop/ship']);
  expect([...brokenWorkflows!]).toEqual(['shop/unreadable']);
  expect(workflows.get('shop/order')).toMatchObject({
    inputSchema: { type: 'object', required: ['n'] },
    id: { onConflict: 'join' },
  });
  expect(workflows.get('shop/order')!.signals.get('go')).toMatchObject({ properties: { by: {} } });
});

it('may be empty', () => {
  const project = loadProject(root);
  expect(project.definitions.size + project.signatures.size + findingsOf(project).length).toBe(0);
});
