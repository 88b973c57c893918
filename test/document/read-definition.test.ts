import { expect, test } from 'vitest';
import { toJson } from '../../src/document/json.ts';
import { definitionName, readDefinition } from '../../src/document/read-definition.ts';
import { parseYaml } from '../../src/document/yaml.ts';
import { parseDuration } from '../../src/expression/duration.ts';

function read(text: string) {
  const { tree, findings } = parseYaml(text, 'definitions/shop/a.yaml');
  expect(findings).toEqual([]);
  return readDefinition(tree!, 'definitions/shop/a.yaml', text);
}

test('reads every part with its place', () => {
  const text = [
    'description: All of it.',
    'input: { n: { type: integer } }',
    'steps:',
    '  - { id: a, activity: shop/charge, with: { n: 1 }, retry: { maximum_attempts: 2 }, timeout: 3s, summary: s }',
    '  - { id: b, needs: [a], if: true, set: { m: 2 } }',
    '  - { for_each: [1], as: x, key: k, concurrency: 2, steps: [{ set: {} }], output: o, catch: ignore }',
    '  - { steps: [{ set: {} }], output: p, catch: [{ errors: [E, F], steps: [{ set: {} }] }, { output: q }] }',
    'output: r',
  ].join('\n');
  const definition = read(text);
  expect(definition).toMatchObject({
    name: 'shop/a',
    description: { value: 'All of it.' },
    input: [{ name: { value: 'n' } }],
    root: {
      output: { value: 'r' },
      steps: [
        {
          id: { value: 'a' },
          action: { kind: 'activity', activity: { value: 'shop/charge' } },
          timeout: { value: '3s' },
        },
        {
          id: { value: 'b' },
          needs: { ids: [{ value: 'a' }] },
          if: { value: true },
          action: { kind: 'set' },
        },
        {
          action: {
            kind: 'for_each',
            as: { value: 'x' },
            key: { value: 'k' },
            concurrency: { value: 2 },
            block: { output: { value: 'o' } },
          },
          catch: { kind: 'ignore' },
        },
        {
          action: { kind: 'group', block: { output: { value: 'p' } } },
          catch: {
            kind: 'cases',
            cases: [
              { errors: [{ value: 'E' }, { value: 'F' }] },
              { block: { steps: [], output: { value: 'q' } } },
            ],
          },
        },
      ],
    },
  });
  const { range } = definition.root.steps[0]!.id!;
  expect(text.slice(range.start, range.end)).toBe('a');
});

test.each<[step: string, action: object]>([
  ['workflow: a/b, with: { n: 1 }, detach: true', { workflow: { value: 'a/b' }, detach: { value: true } }],
  [
    'switch: [{ when: true, steps: [{ set: {} }], output: 1 }, { else: [{ set: {} }, { set: {} }] }]',
    { cases: [{ when: {}, block: { steps: [{}], output: {} } }, { block: { steps: [{}, {}] } }] },
  ],
  [
    'for_each: { pages: a/b, with: {} }, tolerate: all, steps: [{ set: {} }]',
    { items: { kind: 'pages', activity: { value: 'a/b' }, with: {} }, tolerate: { value: 'all' } },
  ],
  [
    'repeat: { state: {}, until: true, every: 1s, max: 3 }, steps: [{ set: {} }], output: {}',
    { state: {}, until: {}, every: { value: '1s' }, max: { value: 3 }, block: { steps: [{}], output: {} } },
  ],
  [
    'race: { a: [{ set: {} }], b: { steps: [], output: 1, then: { steps: [{ set: {} }] } } }, tolerate: {}',
    {
      branches: [
        { name: { value: 'a' }, block: { steps: [{}] } },
        // biome-ignore lint/suspicious/noThenProperty: a branch's key in the YAML, and never a function.
        { name: { value: 'b' }, block: { steps: [], output: {} }, then: { steps: [{}] } },
      ],
      tolerate: {},
    },
  ],
  [
    'all: { a: { steps: [{ set: {} }], catch: ignore, finally: [{ set: {} }] } }',
    { branches: [{ block: { steps: [{}], catch: { kind: 'ignore' }, finally: { steps: [{}] } } }] },
  ],
  ['wait: 3s', { duration: { value: '3s' } }],
  ['wait: { until: x }', { until: { value: 'x' } }],
  ['await: go', { name: { value: 'go' } }],
  ['signal: a/b.c, to: x, with: {}', { signal: { value: 'a/b.c' }, to: { value: 'x' }, with: {} }],
  ['fail: { type: A }', { failure: { kind: 'mapping' } }],
  ['return: null, from: a', { value: { value: null }, from: { value: 'a' } }],
])('reads { %s }', (step, action) => {
  const kind = step.slice(0, step.indexOf(':'));
  expect(read(`steps: [{ ${step} }]`).root.steps[0]!.action).toMatchObject({ kind, ...action });
});

test('reads what a step may add', () => {
  const text = `steps:
  - activity: a/b
    local: true
    task_queue: q
    priority: 2
    fairness: { key: k }
    finally: { steps: [{ set: {} }] }
    compensate: { activity: a/undo, with: { n: 1 }, retry: {}, timeout: 1s, task_queue: q, priority: 1, fairness: f }
    search_attributes: { A: 1 }
    commit: true
`;
  expect(read(text).root.steps[0]).toMatchObject({
    local: { value: true },
    taskQueue: { value: 'q' },
    priority: { value: 2 },
    fairness: { kind: 'mapping' },
    finally: { steps: [{ action: { kind: 'set' } }] },
    compensate: {
      activity: { value: 'a/undo' },
      with: {},
      retry: {},
      timeout: { value: '1s' },
      taskQueue: { value: 'q' },
      priority: { value: 1 },
      fairness: { value: 'f' },
    },
    searchAttributes: {},
    commit: { value: true },
  });
});

test('reads what a workflow says beside its steps', () => {
  const text = `deprecated: old
input_schema: { type: object }
output_schema: { type: string }
id: { key: k, on_conflict: fail }
timeout: 1d
signals: { go: { by: { type: string } } }
updates: { change: { input: { n: {} }, accept: [{ when: true, else: no }, 3] } }
queries: { q: 1 }
schedules: [{ name: a, cron: c, time_zone: z, overlap: skip, catchup: 1h, input: {} }, { name: b, every: 1h }]
search_attributes: { A: 1 }
memo: { m: 1 }
defaults: { retry: {}, timeout: 1s, local: true }
steps: [{ set: {} }]
catch: [{ output: 1 }]
finally: [{ set: {} }]
`;
  expect(read(text)).toMatchObject({
    deprecated: { value: 'old' },
    inputSchema: { kind: 'mapping' },
    outputSchema: { kind: 'mapping' },
    id: { key: { value: 'k' }, onConflict: { value: 'fail' } },
    signals: [{ name: { value: 'go' }, input: [{ name: { value: 'by' } }] }],
    updates: [
      {
        name: { value: 'change' },
        input: [{ name: { value: 'n' } }],
        accept: [{ when: { value: true }, else: { value: 'no' } }],
      },
    ],
    queries: [{ name: { value: 'q' }, value: { value: 1 } }],
    schedules: [
      {
        name: { value: 'a' },
        cron: { value: 'c' },
        timeZone: { value: 'z' },
        overlap: { value: 'skip' },
        catchup: { value: '1h' },
        input: {},
      },
      { name: { value: 'b' }, every: { value: '1h' } },
    ],
    searchAttributes: { kind: 'mapping' },
    memo: { kind: 'mapping' },
    defaults: { retry: {}, timeout: { value: '1s' }, local: { value: true } },
    root: {
      timeout: { value: '1d' },
      catch: { kind: 'cases', cases: [{ block: { output: { value: 1 } } }] },
      finally: { steps: [{}] },
    },
  });
});

test.each([
  '[]',
  'text',
  'steps: [{ race: [] }, { all: 3 }, { switch: {} }, { repeat: 1 }, { await: 3 }, { signal: {} }, { wait: {} }]',
  'steps: [{ workflow: [], compensate: 3, finally: x, commit: maybe }]\nsignals: 3\nid: x\nschedules: {}',
  'steps: 3',
  'steps: [3, { id: [] }, { needs: x, catch: 7, set: 1, activity: 2 }]\ninput: []',
])('reads what it can of %j', (text) => {
  expect(read(text).root.steps.every(({ action }) => action === undefined)).toBe(true);
});

test('keeps a key called __proto__ where it is', () => {
  const { tree } = parseYaml('{"__proto__": {"a": 1}}', 'a.yaml');
  const json = toJson(tree!) as object;
  expect(Object.keys(json)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
});

test.each([
  ['definitions/payments/batch-payout.yaml', 'payments/batch-payout'],
  ['apps/one/definitions/payments/refund.yml', 'payments/refund'],
])('the name of %s is %s', (file, name) => {
  expect(definitionName(file)).toBe(name);
});

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1.5d', 129_600_000],
  ['2w', 1_209_600_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['0s', 0],
  ['3650d', 315_360_000_000],
])('%s are %i ms', (text, ms) => {
  expect(parseDuration(text)).toEqual({ ok: true, ms });
});

test.each(['', '30', 's', '30 s', '-1s', '1y', '30m1h', '1s1s', '1e3s', '3651d', '9'.repeat(70)])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      problem: expect.stringContaining(`'${text.slice(0, 60)}`),
    });
  },
);
