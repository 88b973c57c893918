import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyProject, startEstuary } from './estuary.ts';

test('wf test --watch runs again after an edit, and ends with Ctrl-C', async () => {
  const project = copyProject();
  const running = startEstuary(['wf', 'test', 'payments/batch-payout', '--watch'], { cwd: project.root });
  try {
    await running.saw(/ passed in [\s\S]*waiting for edits/);
    writeFileSync(join(project.root, 'definitions/payments/batch-payout.test.yaml'), 'cases: []\n');
    await running.saw(/an empty list is not allowed[\s\S]*waiting for edits/);
  } finally {
    running.process.kill('SIGINT');
    project.remove();
  }
  expect((await running.ended).code).toBe(130);
});
