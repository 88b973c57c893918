import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

/** Everything that a module imports at run time, itself included; packages by their name. */
function importGraph(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  const source = readFileSync(file, 'utf8');
  for (const [, clause, specifier] of source.matchAll(
    /^(?:import|export)\s+(type\s[^'"]*|[^'";]*)from\s+['"]([^'"]+)['"]/gm,
  )) {
    if (clause?.startsWith('type')) continue;
    if (specifier?.startsWith('.')) importGraph(new URL(specifier, file), seen);
    else seen.add(`package ${specifier}`);
  }
  return seen;
}

test.each(['evaluate.ts', 'template.ts', 'duration.ts'])(
  '%s brings nothing into the sandbox that does not belong there',
  (name) => {
    const graph = [...importGraph(new URL(`../../src/expression/${name}`, import.meta.url))];
    const packages = graph.filter((entry) => entry.startsWith('package '));
    expect(packages).toEqual(name === 'evaluate.ts' ? ['package @marcbachmann/cel-js'] : []);
    const files = graph.filter((entry) => entry.startsWith('file:'));
    expect(files.every((file) => file.includes('/src/expression/'))).toBe(true);
    const checker = /^(?:check|types|assignable|signatures|narrowing|finding)/;
    expect(files.map((file) => basename(file)).filter((file) => checker.test(file))).toEqual([]);
    for (const file of files) {
      const source = readFileSync(new URL(file), 'utf8');
      expect(source).not.toMatch(
        /\b(?:Intl|toLocale\w+|localeCompare|Date\.now|Math\.random|new Date\(\)|process|Buffer)\b/,
      );
    }
  },
);
