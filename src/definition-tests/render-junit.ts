import type { Sources } from '../diagnostics/render-text.ts';
import { renderFile } from './render-text.ts';
import type { FileResult } from './run-tests.ts';

/** Results as JUnit XML: a suite a file, a failure with all that the text says of it. */
export function renderJunit(results: readonly FileResult[], sources: Sources): string {
  const all = results.flatMap(({ cases }) => cases);
  const suites = results.map((result) => {
    const { tests, cases } = result;
    const lines = cases.map((one) => {
      const { test, mismatches, tookMs } = one;
      const head = `    <testcase classname="${xmlText(tests.definition.name)}" name="${xmlText(test.name)}" file="${xmlText(tests.file)}" time="${seconds(tookMs)}"`;
      const [first] = mismatches;
      if (first === undefined) return `${head}/>`;
      const text = renderFile({ tests, cases: [one] }, sources);
      return `${head}>\n      <failure message="${xmlText(first.message)}">${xmlText(text)}</failure>\n    </testcase>`;
    });
    return `  <testsuite name="${xmlText(tests.file)}" ${counts(cases)}>\n${lines.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(all)}>\n${suites.join('\n')}\n</testsuites>\n`;
}

function counts(cases: FileResult['cases']): string {
  const failed = cases.filter(({ mismatches }) => mismatches.length > 0).length;
  const took = cases.reduce((sum, { tookMs }) => sum + tookMs, 0);
  return `tests="${cases.length}" failures="${failed}" errors="0" time="${seconds(took)}"`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** Controls, which XML cannot hold at all, have been made visible in the text; in names they go. */
function xmlText(text: string): string {
  const named: { readonly [character: string]: string } = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => named[character]!).replace(/(?![\n\t])\p{Cc}/gu, '\ufffd');
}
