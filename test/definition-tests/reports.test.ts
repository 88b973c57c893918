/**
 * What is told of tests: a folder a case, with a `definition.yaml`, its `tests.yaml`, and the golden `report.txt` with
 * results, coverage and findings. UPDATE_FIXTURES=1 writes the reports anew.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cases, read, reportOf } from './report.ts';

const names = readdirSync(cases).sort();

test.each(names)('%s', (name) => {
  const report = reportOf(name);
  if (process.env.UPDATE_FIXTURES) writeFileSync(new URL(`${name}/report.txt`, cases), report);
  expect(report).toBe(read(`${name}/report.txt`));
});
