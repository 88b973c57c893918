import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from './estuary.ts';

test('oclif.manifest.json is what `oclif manifest` makes of the commands', async () => {
  // Elsewhere: oclif would take the commands from the manifest itself if it lay there.
  const root = mkdtempSync(join(tmpdir(), 'estuary-manifest-'));
  try {
    for (const path of ['package.json', 'dist'])
      cpSync(join(ROOT, path), join(root, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
    const oclif = join(ROOT, 'node_modules', 'oclif', 'bin', 'run.js');
    const env = { ...process.env, OCLIF_SKIP_NEW_VERSION_CHECK: 'true' };
    await promisify(execFile)(process.execPath, [oclif, 'manifest'], { cwd: root, env });
    expect(readManifest(ROOT), 'run `npm run manifest`').toEqual(readManifest(root));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

function readManifest(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'oclif.manifest.json'), 'utf8'));
}
