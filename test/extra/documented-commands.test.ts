/**
 * Every command that the documents show in a block, as it stands there and in that order; the tutorial's have a test
 * of their own, and what comes of those in the README another, test/real/cli-embedded.test.ts.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blocksOf, commandsOf, PAGES } from '../docs/pages.ts';
import { copyWholeProject, type WholeProject } from '../docs/whole-project.ts';

/** What cannot be run here. */
const NOT_RUN = new Map([
  ['npm test', 'it would run this test'],
  ...[
    'estuary wf show march --state',
    'estuary wf signal march approved --input by=ada',
    'estuary wf signal march approved --input-file approval.yaml --json',
    'estuary wf update march amend --input min_amount=20',
    'estuary wf update march amend --input-file amendment.yaml --json',
    'estuary wf query march total',
    'estuary wf query march estuary.state --json',
    'estuary wf resume march',
    'estuary wf resume march --skip --yes',
  ].map((command) => [command, 'test/real/cli-steering.test.ts does, with a worker'] as const),
]);

/** What goes on until it is stopped, and what it says once it is there. */
const FOREGROUND = new Map([
  ['estuary worker start --task-queue default', /Serving task queue default/],
  ['estuary worker start --task-queue payments --domains payments,bookings', /Serving task queue payments/],
  ['estuary dev', /Serving task queue default/],
]);

/** What must have been done before; the blocks of a page are examples, not one story. */
const FIRST = new Map([
  ['estuary db seed', 'estuary db migrate'],
  [
    'estuary schedule pause payments/batch-payout.nightly --note "the bank is closed"',
    'estuary schedule apply',
  ],
  // Two triggers within a second are one run to Temporal.
  ['estuary schedule trigger payments/batch-payout.nightly --json', 'estuary schedule list'],
]);

const COMMANDS = PAGES.filter((page) => page !== 'docs/tutorial.md').flatMap((page) =>
  blocksOf(page).flatMap((block) =>
    commandsOf(block).map(({ command }) => [`${page}:${block.line}`, command] as const),
  ),
);
const named = [...NOT_RUN.keys(), ...FOREGROUND.keys(), ...FIRST.keys()];

let project: WholeProject;
beforeAll(async () => {
  project = copyWholeProject();
  // What the examples name, and this project does not have.
  writeFileSync(join(project.root, 'march.yaml'), 'min_amount: 10\n');
  mkdirSync(join(project.root, 'definitions/bookings'));
  writeFileSync(join(project.root, 'definitions/bookings/count.yaml'), 'steps:\n  - set: { bookings: 0 }\n');
  const nightly = 'schedules:\n  - { name: nightly, cron: "0 1 * * *", overlap: allow_all }\n';
  appendFileSync(join(project.root, 'definitions/payments/batch-payout.yaml'), nightly);
  expect(await project.start('npm run codegen').ended).toMatchObject({ code: 0 });
});
afterAll(() => project.remove());

test('the commands that this test knows by name are in the documents', () => {
  const shown = COMMANDS.map(([, command]) => command);
  expect(named.filter((command) => !shown.includes(command))).toEqual([]);
});

test.each(COMMANDS.filter(([, command]) => !NOT_RUN.has(command)))('%s: %s', async (_, command) => {
  const first = FIRST.get(command);
  if (first !== undefined) expect(await project.start(first).ended).toMatchObject({ code: 0 });
  const running = project.start(command);
  const ready = FOREGROUND.get(command);
  if (ready !== undefined) {
    await running.saw(ready);
    running.stop();
  }
  const { code, output } = await running.ended;
  expect({ code, output }).toMatchObject({ code: 0 });
  if (ready !== undefined) expect(output).toMatch(ready);
});
