/**
 * What definitions compile to. Each `cases/*.yaml` has its plan beside it, as YAML; write them anew with `-u`, and
 * read the difference: a plan is a wire format, which running workflows carry.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { compile } from '../../src/compile/compile.ts';
import { compileSchedules } from '../../src/compile/compile-schedules.ts';
import { canonicalJson } from '../../src/plan/canonical.ts';
import type { BlockPlan, Json, Plan, StepPlan } from '../../src/plan/plan.ts';
import { catalogue, fixture, fixtures } from '../check/shop.ts';

const cases = new URL('cases/', import.meta.url);

function planOf(text: string): Plan {
  const { checked, findings } = checkDefinition(text, 'definitions/shop/case.yaml', catalogue);
  if (checked === undefined) throw new Error(findings.map(({ message }) => message).join('\n'));
  return compile(checked);
}

function namesIn(folder: URL): readonly string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.plan.yaml'));
}

test.each(namesIn(cases))('the plan of %s', async (name) => {
  const { hash, signatures, ...plan } = planOf(readFileSync(new URL(name, cases), 'utf8'));
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const golden = new URL(name.replace('.yaml', '.plan.yaml'), cases);
  const effects = Object.entries(signatures).map(([activity, { effect }]) => [activity, effect]);
  const shown = { ...plan, signatures: Object.fromEntries(effects) };
  await expect(stringify(shown, { lineWidth: 0 })).toMatchFileSnapshot(golden.pathname);
});

describe.each(namesIn(new URL('ok/', fixtures)))('the plan of the fixture %s', (name) => {
  const plan = planOf(fixture(`ok/${name}`));
  const steps = plan.blocks.flatMap((block) => block.steps);

  test('uses every block but the root once', () => {
    const used = steps.flatMap(blocksOf).sort((a, b) => a - b);
    expect(used).toEqual(plan.blocks.map((_, index) => index).slice(1));
  });

  test('has ids of its own for all steps, and needs that lead to siblings', () => {
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
    for (const block of plan.blocks) expect(badNeeds(block)).toEqual([]);
  });

  test('has the signature of every activity that may be called, and no other', () => {
    expect(Object.keys(plan.signatures).sort()).toEqual([...new Set(steps.flatMap(activitiesOf))].sort());
  });

  test('is JSON, and its hash is that of its content', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(canonicalJson(plan as unknown as Json)).not.toContain('undefined');
  });
});

test('schedules have what they leave out', () => {
  const { checked } = checkDefinition(
    `input: { day: { type: string, default: today } }
schedules:
  - { name: nightly, cron: "0 2 * * 1-5" }
  - { name: daily, cron: "0 0 * * *", time_zone: Europe/Prague, overlap: buffer_one, catchup: 1h }
  - { name: often, every: 1h30m, input: { day: "$\${{ literally" } }
steps: [{ set: {} }]
`,
    'definitions/shop/case.yaml',
    catalogue,
  );
  expect(compileSchedules(checked!)).toEqual([
    { name: 'nightly', when: { cron: '0 2 * * 1-5', timeZone: 'UTC' }, overlap: 'skip', input: {} },
    {
      name: 'daily',
      when: { cron: '0 0 * * *', timeZone: 'Europe/Prague' },
      overlap: 'buffer_one',
      catchupMs: 3_600_000,
      input: {},
    },
    { name: 'often', when: { everyMs: 5_400_000 }, overlap: 'skip', input: { day: '${{ literally' } },
  ]);
});

test('the hash is of what the definition says, not of how it is written', () => {
  const text = 'steps:\n  - set: { a: 1 }\n  - set: { b: 2 }\n';
  expect(planOf('steps:\n  - set: {a: 1}\n  - set:\n      b: 2\n').blocks).not.toEqual([]);
  expect(planOf(`${text}# said\n`).hash).toBe(planOf(text).hash);
  expect(planOf(text.replace('2', '3')).hash).not.toBe(planOf(text).hash);
});

function blocksOf(step: StepPlan): number[] {
  const handlers = [...(step.catch ?? []).map(({ block }) => block), step.finally];
  return [...handlers, ...actionBlocks(step)].filter((index) => index !== undefined);
}

function actionBlocks(step: StepPlan): (number | undefined)[] {
  if ('block' in step) return [step.block];
  if (step.kind === 'switch') return step.cases.map(({ block }) => block);
  if (step.kind === 'race') return step.branches.flatMap(({ block, then: next }) => [block, next]);
  return step.kind === 'all' ? step.branches.map(({ block }) => block) : [];
}

function badNeeds({ steps }: BlockPlan): number[] {
  return steps.flatMap(({ needs }, index) =>
    needs.filter((needed) => steps[needed] === undefined || needed === index),
  );
}

function activitiesOf(step: StepPlan): string[] {
  const called = step.kind === 'activity' ? [step.activity] : [];
  const pages = step.kind === 'for_each' && 'pages' in step.items ? [step.items.pages] : [];
  return [...called, ...pages, ...(step.compensate ? [step.compensate.activity] : [])];
}
