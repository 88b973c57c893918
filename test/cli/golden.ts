import { join } from 'node:path';
import { expect } from 'vitest';

/** Compares with `test/cli/golden/<name>`; `vitest -u` writes it anew. */
export async function expectGolden(name: string, text: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', name));
}
