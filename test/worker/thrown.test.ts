import { describe, expect, test } from 'vitest';
import { describeThrown } from '../../src/worker/thrown.ts';

const cyclic: Record<string, unknown> = { a: 1 };
cyclic.self = cyclic;

describe('what is no error', () => {
  test.each<[string, unknown, string | RegExp]>([
    ['a text', 'only a string', 'threw only a string'],
    ['nothing', undefined, 'threw undefined'],
    ['null', null, 'threw null'],
    ['a number', 42, 'threw 42'],
    ['an object', { code: 7 }, 'threw { code: 7 }'],
    ['a cycle', cyclic, /^threw <ref \*1> \{ a: 1, self: \[Circular \*1\] \}$/],
    ['what has no text', Object.create(null), 'threw [Object: null prototype] {}'],
    ['a promise', Promise.resolve(1), 'threw Promise { 1 }'],
    ['what is long', 'x'.repeat(5_000_000), /^threw x{9994}… \(5000006 characters\)$/],
  ])('%s', (_, thrown, message) => {
    expect(describeThrown(thrown)).toEqual({
      type: 'Error',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });
});

describe('an error', () => {
  test('keeps its name, message, stack and causes', () => {
    const error = new TypeError('no such thing', { cause: new RangeError('too far') });
    const { type, message, cause } = describeThrown(error);
    expect({ type, message }).toEqual({ type: 'TypeError', message: 'no such thing' });
    expect(cause).toMatchObject({ stack: error.stack, cause: { name: 'RangeError', message: 'too far' } });
  });

  test('that is its own cause ends', () => {
    const error = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let at: unknown = describeThrown(error).cause; at instanceof Error; at = at.cause) depth++;
    expect(depth).toBe(6);
  });

  test('with megabytes of message is shortened, and its stack keeps its frames', () => {
    const { message, cause } = describeThrown(new Error('$&'.repeat(2_500_000)));
    expect(message.length).toBeLessThan(10_050);
    expect(cause?.stack?.length).toBeLessThan(12_000);
  });

  test('whose name and message are none has some', () => {
    const error = Object.assign(new Error(), { name: '', message: 7 as unknown as string });
    expect(describeThrown(error)).toMatchObject({ type: 'Error', message: '7' });
  });
});
