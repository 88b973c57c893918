import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseInputFile, readInput } from '../../src/cli/read-input.ts';
import { readInputFile } from '../../src/cli/read-input-file.ts';
import { MAX_YAML_BYTES } from '../../src/document/yaml.ts';
import type { JsonObject, JsonSchema } from '../../src/plan/plan.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    amount: { type: 'number', exclusiveMinimum: 0 },
    note: { type: 'string' },
    customer: { $ref: '#/$defs/customer' },
    ids: { type: 'array', items: { type: 'integer' } },
    labels: { type: 'object', additionalProperties: { type: 'integer' } },
    anything: {},
  },
  required: ['amount'],
  additionalProperties: false,
  $defs: {
    customer: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        address: { type: 'object', properties: { zip: { type: 'string' } } },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
};

describe('--input', () => {
  test.each<[assignments: string[], input: object, file?: JsonObject]>([
    [['amount=10'], { amount: 10 }],
    [['amount=1', 'amount=2'], { amount: 2 }],
    [['amount=1', 'note=a=b'], { amount: 1, note: 'a=b' }],
    [['amount=1', 'note=x:=1'], { amount: 1, note: 'x:=1' }],
    [['amount=1', 'note='], { amount: 1, note: '' }],
    [['amount:=1.5'], { amount: 1.5 }],
    [['amount=1', 'note:="10"'], { amount: 1, note: '10' }],
    [['amount=1', 'ids:=[1, 2]'], { amount: 1, ids: [1, 2] }],
    [['amount=1', 'ids=[1]'], { amount: 1, ids: [1] }],
    [['amount=1', 'customer.name=7'], { amount: 1, customer: { name: '7' } }],
    [
      ['amount=1', 'customer.name=A', 'customer.address.zip=01234'],
      { amount: 1, customer: { name: 'A', address: { zip: '01234' } } },
    ],
    [['amount=1', 'customer:={"name": "A"}', 'customer.name=B'], { amount: 1, customer: { name: 'B' } }],
    [['amount=1', 'labels.red=3'], { amount: 1, labels: { red: 3 } }],
    [['amount=1', 'labels.constructor=3'], { amount: 1, labels: { constructor: 3 } }],
    [['amount=1', 'anything.deep.down=true'], { amount: 1, anything: { deep: { down: true } } }],
    [[], { amount: 3 }, { amount: 3 }],
    [['amount=4'], { amount: 4, note: 'kept' }, { amount: 3, note: 'kept' }],
    [
      ['customer.name=B'],
      { amount: 3, customer: { name: 'B', address: { zip: '1' } } },
      { amount: 3, customer: { name: 'A', address: { zip: '1' } } },
    ],
  ])('%j is %j', (assignments, input, file) => {
    const before = structuredClone(file);
    expect(readInput(assignments, SCHEMA, file && { file })).toEqual({ ok: true, input });
    expect(file).toEqual(before);
  });

  test.each<[assignments: string[], problems: string[], file?: JsonObject]>([
    [['amount=x'], ["amount: 'x' is not a number > 0"]],
    [['amount=-1'], ['amount: -1 is not > 0']],
    [['amount:=x'], ["amount: 'x' is not JSON"]],
    [['amount:="1"'], ["amount: '1' is not a number > 0"]],
    [['amount=1', 'amont=1'], ["unknown input 'amont'; did you mean 'amount'?"]],
    [['amount=1', 'customer.nme=A'], ["unknown input 'customer.nme'; did you mean 'name'?"]],
    [['amount=1', 'customer.address.zip=1'], ["customer: 'name' is missing (string)"]],
    [['amount=1', 'note.x=1'], ["note: has no keys like 'x'; it takes string"]],
    [
      ['amount=1', 'ids.0=1'],
      ["ids: has no keys like '0'; it takes list of whole numbers, written as JSON: ids:=[…]"],
    ],
    [['amount=1', '=1'], ["--input takes key=value, got '=1'"]],
    [['amount=1', ':=1'], ["--input takes key=value, got ':=1'"]],
    [['amount=1', 'note'], ["--input takes key=value, got 'note'"]],
    [['amount=1', 'customer..name=1'], ["--input takes key=value, got 'customer..name=1'"]],
    [['amount=1', 'labels.__proto__=1'], ["--input takes key=value, got 'labels.__proto__=1'"]],
    [['amount=1e999'], ["amount: '1e999' is not a number > 0"]],
    [['amount:=1e999'], ['amount: 1e999 is not a number that JSON can hold']],
    [['amount=NaN'], ["amount: 'NaN' is not a number > 0"]],
    [['amount:=NaN'], ["amount: 'NaN' is not JSON"]],
    [['amount=12345678901234567890'], ['amount: 12345678901234567890 is too large to be kept exactly']],
    [['amount=1', 'anything:={"a": 1, "a": 2}'], ["anything: the key 'a' is already there"]],
    [['amount=1', 'anything={"a": 1, "a": 2}'], ["anything: the key 'a' is already there"]],
    [['amount=1', 'anything:={"__proto__": {"admin": true}}'], ["anything: '__proto__' cannot be a key"]],
    [['amount=1', 'customer={"__proto__": {"admin": true}}'], ["customer: '__proto__' cannot be a key"]],
    [
      ['amount=1', `anything:=${'['.repeat(1000)}${']'.repeat(1000)}`],
      ['anything: this is nested more than 64 levels deep'],
    ],
    [
      ['amount=1', 'anything:=["\\ud800"]'],
      ['anything[0]: half a character (a lone surrogate) cannot be sent'],
    ],
    [['amount=1', 'labels.red=x'], ["labels.red: 'x' is not a whole number"]],
    [[], ["unknown key 'amont'; did you mean 'amount'?"], { amount: 1, amont: 2 }],
    [
      ['ids:=[1, "x"]', 'amount=y'],
      ["amount: 'y' is not a number > 0", "ids[1]: 'x' is not a whole number"],
    ],
  ])('%j is wrong: %j', (assignments, problems, file) => {
    expect(readInput(assignments, SCHEMA, file && { file })).toEqual({ ok: false, problems });
  });

  test('says what is missing if nothing else is wrong', () => {
    const missing = { ok: false, problems: ["'amount' is missing (number > 0)"], missing: ['amount'] };
    expect(readInput([], SCHEMA)).toEqual(missing);
    expect(readInput(['note=x'], SCHEMA)).toEqual(missing);
    expect(readInput(['ids:=3'], SCHEMA)).not.toHaveProperty('missing');
  });
});

describe('an input file', () => {
  test.each<[text: string, input: object]>([
    ['{"amount": 10, "ids": [1]}', { amount: 10, ids: [1] }],
    ['{\n\t"amount": 10\n}\n', { amount: 10 }],
    ['amount: 10\ncustomer:\n  name: Ann\n', { amount: 10, customer: { name: 'Ann' } }],
    ['\ufeff{"amount": 10}\r\n', { amount: 10 }],
    ['{}', {}],
  ])('%j', (text, input) => expect(parseInputFile(text, 'in.yaml')).toEqual({ ok: true, input }));

  test.each<[text: string, problem: string]>([
    ['', 'in.yaml: the file is empty'],
    ['[1, 2]', 'in.yaml: a list is not an object of inputs'],
    ['7', 'in.yaml: 7 is not an object of inputs'],
    ['null', 'in.yaml: null is not an object of inputs'],
    ['{"amount": ', 'in.yaml:1:12: flow map must end with a }'],
    ['amount: 1\namount: 2\n', "in.yaml:2:1: the key 'amount' is already there"],
    ['{"__proto__": {}}', "in.yaml:1:2: '__proto__' cannot be a key"],
    ['amount: 12345678901234567890', 'in.yaml:1:9: 12345678901234567890 is too large to be kept exactly'],
    [`a: ${'['.repeat(80)}`, 'in.yaml:1:69: this is nested more than 64 levels deep'],
  ])('%j is wrong', (text, problem) =>
    expect(parseInputFile(text, 'in.yaml')).toEqual({ ok: false, problems: [problem] }),
  );

  test('comes from stdin for -', async () => {
    expect(await readInputFile('-', Readable.from(['{"amount"', ': 10}']))).toEqual({ amount: 10 });
  });

  test.each<[what: string, path: string, stdin: Iterable<Buffer | string>, message: RegExp]>([
    [
      'a file that is not there',
      '/nowhere/in.json',
      [],
      /^cannot read \/nowhere\/in\.json: there is no such file$/,
    ],
    ['a folder', import.meta.dirname, [], /^cannot read .*: it is a folder$/],
    ['what is not text', '-', [Buffer.from([0xff, 0xfe, 0])], /^stdin is not UTF-8 text$/],
    ['what never ends', '-', endless(), /^stdin is larger than 512 KB$/],
    [
      'a file without an object',
      '-',
      ['[]'],
      /^the input file is not valid:\n {2}stdin: an empty list is not/,
    ],
  ])('%s is refused', async (_, path, stdin, message) => {
    await expect(readInputFile(path, Readable.from(stdin))).rejects.toMatchObject({
      code: 'invalid-input',
      exit: 2,
      message: expect.stringMatching(message),
    });
  });

  test('the limit is that of YAML', () => expect(MAX_YAML_BYTES).toBe(512 * 1024));
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(64 * 1024, ' ');
}
