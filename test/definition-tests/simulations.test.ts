import { describe, expect, it, test } from 'vitest';
import { coverageOfDefinition, testedDefinition } from '../../src/cli/definition-tests.ts';
import { explore, outcomeOf, simulateOnce } from '../../src/definition-tests/explore.ts';
import { generateValue, randomFrom } from '../../src/definition-tests/generate-value.ts';
import { compileSchema } from '../../src/json-schema/compile-schema.ts';
import type { JsonSchema } from '../../src/plan/plan.ts';
import { loadProject } from '../../src/project/project.ts';
import { catalogue } from '../check/shop.ts';
import { ROOT } from '../cli/estuary.ts';
import { read, runTexts } from './report.ts';

const project = loadProject(ROOT);
const payout = testedDefinition(project, 'payments/batch-payout')!;
const input = { min_amount: 50, payment_method: 'stripe' };

describe('a made-up value', () => {
  const schemas = [...project.signatures.values(), ...catalogue.signatures.values()].flatMap(
    ({ name, input: given, output }): [string, JsonSchema][] => [
      [`input of ${name}`, given],
      [`output of ${name}`, output],
    ],
  );
  test.each([
    ...schemas,
    ['a code', { type: 'string', pattern: '^[A-Z]{2}-\\d{3}[a-c]?$' }],
    ['a bounded number', { type: 'number', exclusiveMinimum: 0, maximum: 1 }],
    ['a bounded integer', { type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 5 }],
    ['a choice', { anyOf: [{ type: 'null' }, { type: 'string', format: 'date-time' }] }],
    ['a long text', { type: 'string', minLength: 20, maxLength: 22 }],
    ['a list', { type: 'array', items: { type: 'boolean' }, minItems: 5 }],
  ] as [string, JsonSchema][])('fits the schema of %s, the same for the same seed', (_, schema) => {
    for (let seed = 0; seed < 50; seed++) {
      const value = generateValue(schema, randomFrom(seed));
      expect(value).toBeDefined();
      expect(compileSchema(schema)(value!).ok).toBe(true);
      expect(generateValue(schema, randomFrom(seed))).toEqual(value);
    }
  });

  it('is none where the schema asks for too much', () => {
    expect(generateValue({ type: 'string', not: {} }, randomFrom(1))).toBeUndefined();
  });
});

describe('a simulation', () => {
  it('is the same for the same seed, and another for another', () => {
    const [one, again, other] = [1, 1, 2].map((seed) => simulateOnce(payout, { input, seed }));
    expect(again).toEqual(one);
    expect(other!.log).not.toEqual(one!.log);
  });

  it('is what exploring has found, with the same seed', () => {
    const { outcomes } = explore(payout, { input, seed: 1, runs: 100 });
    expect(outcomes.length).toBeGreaterThan(2);
    for (const { outcome, seed } of outcomes) {
      expect(outcomeOf(simulateOnce(payout, { input, seed, troubled: true }))).toBe(outcome);
    }
    expect(outcomes.reduce((sum, { runs }) => sum + runs, 0)).toBe(100);
  });

  it('reaches everything in the end', () => {
    const { observed } = explore(payout, { input, seed: 1, runs: 100 });
    expect(coverageOfDefinition(project, payout, observed).missed).toEqual([]);
  });

  it('finds waits, and ends by signals and updates', () => {
    const texts = { definition: read('passes/definition.yaml'), tests: read('passes/tests.yaml') };
    const { result } = runTexts('shop/passes', texts);
    const found = explore(result!.tests.definition, {
      input: { order_id: 'a', customer_id: 1 },
      seed: 1,
      runs: 200,
    });
    const ends = found.outcomes.map(({ outcome }) => outcome);
    expect(ends).toEqual(
      expect.arrayContaining(['completed', 'cancelled', 'failed with Withdrawn', 'failed with Timeout']),
    );
  });
});
