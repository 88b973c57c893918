import { expect, test } from 'vitest';
import { references } from '../../src/expression/references.ts';

const CASES: readonly (readonly [source: string, parts: readonly string[]])[] = [
  ['1 + 2', []],
  ['input.a + input.b.c', ['input.a', 'input.b.c']],
  ['steps["open"].output.?x', ['steps["open"].output.?x']],
  ['steps.open.output.payouts[0].id', ['steps.open.output.payouts']],
  ['xs[input.i].y', ['xs', 'input.i']],
  ['steps.a.output.filter(x, x.y > input.z).map(p, p)', ['steps.a.output', 'input.z']],
  ['xs.map(x, x.ys.map(y, x + y + z))', ['xs', 'z']],
  ['x.map(x, x.a)', ['x']],
  ['cel.bind(v, input.a, v + v)', ['input.a']],
  ['has(steps.a.output.x) || !has(b.c)', ['steps.a.output.x', 'b.c']],
  ['input.name.startsWith(prefix)', ['input.name', 'prefix']],
  ['optional.of(a).orValue(b)', ['a', 'b']],
  ['{"k": a, b: [c, -d, !e]}', ['a', 'b', 'c', 'd', 'e']],
  ['a ? b : c', ['a', 'b', 'c']],
  ['a +', []],
];

test.each(CASES)('%s', (source, parts) => {
  expect(references(source).map(({ start, end }) => source.slice(start, end))).toEqual(parts);
});

test('paths are names, however they are written', () => {
  expect(references('steps["open"].output.?payouts').map(({ path }) => path)).toEqual([
    ['steps', 'open', 'output', 'payouts'],
  ]);
});
