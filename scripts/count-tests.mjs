/**
 * Counts what vitest's JSON reporter wrote (undefined: it wrote nothing). A file that could not be loaded counts as
 * one failed test, and so does a run that ended badly although no test failed, for instance by an unhandled error.
 */
export function countTests(results, exitCode) {
  const files = results?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (status) => tests.filter((test) => test.status === status).length;
  const unloadable = files.filter((file) => {
    return file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed');
  }).length;
  const passed = count('passed');
  const failed = count('failed') + unloadable;
  const ranBadly = failed === 0 && exitCode !== 0;
  return { passed, failed: ranBadly ? 1 : failed, skipped: tests.length - passed - count('failed') };
}

export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
