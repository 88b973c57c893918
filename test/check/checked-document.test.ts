import { expect, test } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { checkSignature } from '../../src/check/check-signature.ts';
import { catalogue, fixture, readFixture } from './shop.ts';

test('a checked document has the whole input schema and the signatures that it calls', () => {
  const { checked } = checkDefinition(
    fixture('ok/whole-schema.yaml'),
    'definitions/shop/whole-schema.yaml',
    catalogue,
  );
  expect(checked?.inputSchema).toMatchObject({
    type: 'object',
    required: ['orders'],
    additionalProperties: false,
    properties: { payment: { $ref: '#/$defs/money' } },
    $defs: { money: { type: 'object' } },
  });
  expect([...(checked?.signatures.keys() ?? [])]).toEqual(['shop/score']);
});

test('a definition without input takes an empty object alone', () => {
  const { checked } = checkDefinition('steps: [{ set: {} }]', 'definitions/shop/a.yaml', catalogue);
  expect(checked?.inputSchema).toEqual({ type: 'object', properties: {}, additionalProperties: false });
});

test('a signature has its defaults, and what the fixture says', () => {
  expect(catalogue.signatures.get('shop/charge')).toMatchObject({
    name: 'shop/charge',
    file: 'schemas/activities/shop/charge.yaml',
    description: "Charge a customer's card.",
    effect: 'external',
    timeoutMs: 30_000,
    errors: { CardDeclined: { retryable: false }, NetworkDown: { retryable: true } },
    input: { required: ['order_id', 'method'] },
  });
  expect(catalogue.signatures.get('shop/notify')?.timeoutMs).toBe(60_000);
});

const text = fixture('schemas/activities/shop/archive.yaml');
const hashOf = (changed: string) => {
  const { signature, findings } = checkSignature(
    changed,
    'schemas/activities/shop/archive.yaml',
    readFixture,
  );
  expect(findings).toEqual([]);
  return signature!.hash;
};

test.each([
  ['other words', text.replace('Set an order aside.', 'Put an order away.')],
  [
    'a description of a property',
    text.replace('order_id: { type: string }', 'order_id: { type: string, description: Whose. }'),
  ],
  ['another order of keys', text.replace(/(input:\n.*\n.*\n)(output:\n.*\n)/, '$2$1')],
  ['another timeout', `${text}timeout: 5m\n`],
])('the hash of a signature stays with %s', (_what, changed) => {
  expect(changed).not.toBe(text);
  expect(hashOf(changed)).toBe(hashOf(text));
});

test.each([
  ['another effect', text.replace('effect: write', 'effect: read')],
  ['another input', text.replace('reason: { type: string, default: done }', 'reason: { type: string }')],
  ['another output', text.replace('type: boolean', 'type: string')],
  ['another error', `${text}errors: { Gone: {} }\n`],
  ['an error that may be retried', `${text}errors: { Gone: { retryable: true } }\n`],
])('the hash of a signature changes with %s', (_what, changed) => {
  expect(hashOf(changed)).not.toBe(hashOf(text));
  expect(hashOf(changed)).toMatch(/^[0-9a-f]{16}$/);
});
