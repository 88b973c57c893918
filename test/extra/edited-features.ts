/**
 * A definition for each feature of the language, of which a run stands still somewhere in its middle while its
 * definition is edited. What tells one version from another is spelt `old` in all of them: ids, values, gates.
 */
import type { Json } from '../../src/plan/plan.ts';

export interface EditedFeature {
  readonly definition: string;
  /** Where a run stands still, as its state tells. */
  readonly stands: Standing;
  /** What lets it go on, one after the other; where it stands at a gate, that is opened. */
  readonly goes?: readonly Action[];
  readonly outcome: { readonly status: string; readonly output?: Json; readonly failure?: object };
  /** What it has written down by then. */
  readonly notes?: readonly string[];
  /** What its query `what` answers while it stands. */
  readonly answer?: Json;
}

export type Standing =
  /** At the gate `old-<feature>`: an activity is in flight. */
  | 'gate'
  | 'parked'
  /** At a timer, or at an activity between two attempts: it goes on by itself. */
  | 'time'
  /** So many of its steps await the signal `go`. */
  | { readonly awaiting: number };

export type Action =
  | 'cancel'
  | { readonly signal: string; readonly payload?: Json }
  | { readonly update: string; readonly payload: Json };

const AWAITS_GO: Standing = { awaiting: 1 };
const GO: Action = { signal: 'go' };
const SIGNALS = 'signals: { go: {} }';

const completed = (output: Json): EditedFeature['outcome'] => ({ status: 'completed', output });
const failed = (type: string, more: object = {}): EditedFeature['outcome'] => ({
  status: 'failed',
  failure: { type, ...more },
});

const gate = (name: string, more = ''): string =>
  `{ activity: lab/gate, with: { name: old-${name} }, timeout: { start_to_close: 60s, heartbeat: 500ms }, retry: { initial_interval: 50ms }${more} }`;

/** Definitions that only other features start. */
export const CHILDREN: { readonly [name: string]: string } = {
  'plain-child': `
input: { name: { type: string } }
steps:
  - ${gate('child')}
  - { id: old_say, activity: lab/echo, with: { value: 'old \${{ input.name }}' } }
output: { said: '\${{ steps.old_say.output.value }}' }
`,
  'failing-child': `
steps:
  - ${gate('child_fails')}
  - fail: { type: AccountClosed, message: old, details: { by: old } }
`,
  'keyed-child': `
input: { id: { type: string } }
id: { key: '\${{ input.id }}' }
steps:
  - ${gate('child_joined')}
  - { id: old_say, activity: lab/echo, with: { value: old } }
output: '\${{ steps.old_say.output.value }}'
`,
  'detached-child': `
${SIGNALS}
steps:
  - { id: old_got, await: go }
  - { activity: lab/note, with: { text: 'old-signal child' } }
`,
  'cancelled-child': `
steps:
  - activity: lab/note
    with: { text: 'old-child_cancelled charge' }
    compensate: { activity: lab/note, with: { text: 'old-child_cancelled refund' } }
  - ${gate('child_cancelled')}
`,
};

export const EDITED_FEATURES: { readonly [name: string]: EditedFeature } = {
  activity: {
    definition: `
input: { name: { type: string, default: old } }
steps:
  - { id: old_before, activity: lab/echo, with: { value: old } }
  - { id: old_gate, ${gate('activity').slice(2)}
  - { id: old_after, activity: lab/echo, with: { value: '\${{ input.name }}!' } }
output: ['\${{ steps.old_before.output.value }}', '\${{ steps.old_gate.output.name }}', '\${{ steps.old_after.output.value }}']
`,
    stands: 'gate',
    outcome: completed(['old', 'old-activity', 'old!']),
  },
  retry: {
    definition: `
steps:
  - id: old_work
    activity: lab/fail
    with: { how: busy, until_attempt: 8 }
    retry: { initial_interval: 1s, backoff_coefficient: 1 }
output: { old: '\${{ steps.old_work.output.attempt }}' }
`,
    stands: 'time',
    outcome: completed({ old: 8 }),
  },
  activity_fails: {
    definition: `
steps:
  - id: old_work
    catch:
      - errors: [Timeout]
        output: { old: '\${{ error.type }}' }
    activity: lab/fail
    with: { how: hang }
    timeout: 12s
    retry: { maximum_attempts: 1 }
output: '\${{ steps.old_work.output }}'
`,
    stands: 'time',
    outcome: completed({ old: 'Timeout' }),
  },
  if: {
    definition: `
${SIGNALS}
steps:
  - { id: old_go, await: go }
  - { id: old_yes, if: '\${{ steps.old_go.status == "completed" }}', set: { said: old } }
  - { id: old_no, if: '\${{ steps.old_yes.output.?said == optional.none() }}', set: { said: 'old no' } }
output: ['\${{ steps.old_yes.output.?said.orValue("") }}', '\${{ steps.old_no.status }}']
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed(['old', 'skipped']),
  },
  group: {
    definition: `
${SIGNALS}
steps:
  - id: old_group
    steps:
      - { id: old_one, set: { n: old } }
      - { await: go }
      - { id: old_two, activity: lab/echo, with: { value: '\${{ steps.old_one.output.n }}' } }
    output: { inner: '\${{ steps.old_two.output.value }}' }
output: '\${{ steps.old_group.output }}'
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed({ inner: 'old' }),
  },
  switch: {
    definition: `
${SIGNALS}
steps:
  - id: old_choice
    switch:
      - when: \${{ 2 > 1 }}
        steps: [{ await: go }, { id: old_case, activity: lab/echo, with: { value: old } }]
        output: { is: '\${{ steps.old_case.output.value }}' }
      - else: [{ fail: { type: Wrong, message: the other case } }]
output: '\${{ steps.old_choice.output }}'
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed({ is: 'old' }),
  },
  for_each: {
    definition: `
${SIGNALS}
steps:
  - id: old_each
    for_each: [old-a, old-b, old-c]
    as: old_item
    key: \${{ old_item }}
    concurrency: 2
    steps:
      - { await: go }
      - { id: old_say, activity: lab/echo, with: { value: '\${{ index }} \${{ old_item }}' } }
    output: '\${{ steps.old_say.output.value }}'
output: '\${{ steps.old_each.output }}'
`,
    stands: { awaiting: 2 },
    goes: [GO, GO, GO],
    outcome: completed(['0 old-a', '1 old-b', '2 old-c']),
  },
  tolerate: {
    definition: `
${SIGNALS}
steps:
  - id: old_each
    for_each: [1, 2, 3]
    as: n
    key: \${{ n }}
    tolerate: { count: 1 }
    steps:
      - { if: '\${{ n == 1 }}', fail: { type: Refused, message: old } }
      - { await: go }
      - { if: '\${{ n == 3 }}', fail: { type: Refused, message: old } }
`,
    stands: AWAITS_GO,
    goes: [GO, GO],
    outcome: failed('ToleranceExceeded', { details: { succeeded: 1, failed: 2 }, step: 'old_each' }),
  },
  pages: {
    definition: `
${SIGNALS}
steps:
  - id: old_each
    for_each: { pages: lab/pages, with: { size: 2, total: 5 } }
    as: n
    key: \${{ n }}
    steps:
      - { if: '\${{ n == 2 }}', await: go }
      - { id: old_say, activity: lab/echo, with: { value: 'old \${{ n }}' } }
    output: '\${{ steps.old_say.output.value }}'
output: '\${{ steps.old_each.output }}'
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed(['old 0', 'old 1', 'old 2', 'old 3', 'old 4']),
  },
  repeat: {
    definition: `
${SIGNALS}
steps:
  - id: old_poll
    repeat: { state: { old_n: 0, by: '' }, until: '\${{ state.old_n >= 2 }}', every: 10ms, max: 3 }
    steps: [{ await: go }, { id: old_next, set: { n: '\${{ state.old_n + 1 }}' } }]
    output: { old_n: '\${{ steps.old_next.output.n }}', by: old }
output: '\${{ steps.old_poll.output }}'
`,
    stands: AWAITS_GO,
    goes: [GO, GO],
    outcome: completed({ old_n: 2, by: 'old' }),
  },
  repeat_every: {
    definition: `
steps:
  - id: old_poll
    repeat: { state: { by: old }, until: '\${{ index > 5 }}', every: 8s, max: 2 }
    steps: [{ activity: lab/note, with: { text: old-repeat_every round } }]
    output: {}
`,
    stands: 'time',
    outcome: failed('Exhausted', { step: 'old_poll' }),
    notes: ['round', 'round'],
  },
  race: {
    definition: `
${SIGNALS}
steps:
  - id: old_first
    race:
      quick:
        steps: [{ await: go }]
        output: { value: old }
        then: [{ activity: lab/note, with: { text: 'old-race \${{ steps.old_first.winner }}' } }]
      slow: [{ wait: 1h }]
output: ['\${{ steps.old_first.winner }}', '\${{ steps.old_first.output.?value.orValue("") }}']
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed(['quick', 'old']),
    notes: ['quick'],
  },
  race_then: {
    definition: `
steps:
  - id: old_first
    race:
      quick:
        steps: [{ id: old_say, activity: lab/echo, with: { value: old } }]
        output: { value: '\${{ steps.old_say.output.value }}' }
        then:
          - ${gate('race_then')}
          - { activity: lab/note, with: { text: 'old-race_then \${{ steps.old_first.winner }}' } }
      slow: [{ wait: 1h }]
output: '\${{ steps.old_first.winner }}'
`,
    stands: 'gate',
    outcome: completed('quick'),
    notes: ['quick'],
  },
  all: {
    definition: `
${SIGNALS}
steps:
  - id: old_all
    all:
      a: { steps: [{ id: old_a, ${gate('all').slice(2)}], output: '\${{ steps.old_a.output.name }}' }
      b: { steps: [{ await: go }], output: old }
      c: { steps: [{ id: old_c, activity: lab/echo, with: { value: old } }], output: '\${{ steps.old_c.output.value }}' }
output: '\${{ steps.old_all.output }}'
`,
    stands: 'gate',
    goes: [GO],
    outcome: completed({ a: 'old-all', b: 'old', c: 'old' }),
  },
  wait: {
    definition: `
steps:
  - wait: 8s
  - { id: old_say, activity: lab/echo, with: { value: old } }
output: '\${{ steps.old_say.output.value }}'
`,
    stands: 'time',
    outcome: completed('old'),
  },
  wait_until: {
    definition: `
steps:
  - wait: { until: '\${{ timestamp(workflow.started_at) + duration("10s") }}' }
  - { id: old_say, activity: lab/echo, with: { value: old } }
output: '\${{ steps.old_say.output.value }}'
`,
    stands: 'time',
    outcome: completed('old'),
  },
  await: {
    definition: `
signals: { go: { by: { type: string, default: old } } }
queries: { what: '\${{ "old " + steps.old_first.status }}' }
steps:
  - { id: old_first, await: go }
  - { id: old_second, await: go }
output: ['\${{ steps.old_first.output.by }}', '\${{ steps.old_second.output.by }}']
`,
    stands: AWAITS_GO,
    goes: [{ signal: 'go', payload: { by: 'Ada' } }, { signal: 'go', payload: { by: 7 } }, GO],
    answer: 'old pending',
    outcome: completed(['Ada', 'old']),
  },
  update: {
    definition: `
updates:
  amend:
    input: { size: { type: integer }, by: { type: string, default: old } }
    accept: [{ when: '\${{ payload.size < 100 }}', else: too large }]
${SIGNALS}
steps:
  - { await: go, timeout: 1h }
  - { id: old_amended, await: amend }
  - { id: old_say, activity: lab/echo, with: { value: '\${{ steps.old_amended.output.size }}' } }
output: ['\${{ steps.old_say.output.value }}', '\${{ steps.old_amended.output.by }}']
`,
    stands: AWAITS_GO,
    goes: [{ update: 'amend', payload: { size: 9 } }, GO],
    outcome: completed([9, 'old']),
  },
  child: {
    definition: `
steps:
  - { id: old_child, workflow: lab/plain-child, with: { name: old Ada } }
output: '\${{ steps.old_child.output }}'
`,
    stands: 'gate',
    outcome: completed({ said: 'old old Ada' }),
  },
  child_fails: {
    definition: `
steps:
  - id: old_child
    workflow: lab/failing-child
    catch: [{ errors: [AccountClosed], output: { old: '\${{ error.?details }}' } }]
output: '\${{ steps.old_child.output }}'
`,
    stands: 'gate',
    outcome: completed({ old: { by: 'old' } }),
  },
  child_joined: {
    definition: `
steps:
  - { id: old_first, workflow: lab/keyed-child, with: { id: 'old-\${{ workflow.id }}' } }
  - { id: old_second, needs: [], workflow: lab/keyed-child, with: { id: 'old-\${{ workflow.id }}' } }
  - { id: old_both, needs: [old_first, old_second], set: { all: ['\${{ steps.old_first.output }}', '\${{ steps.old_second.output }}'] } }
output: '\${{ steps.old_both.output.all }}'
`,
    stands: 'gate',
    outcome: completed(['old', 'old']),
  },
  child_cancelled: {
    definition: `
steps:
  - { id: old_child, workflow: lab/cancelled-child, catch: ignore, finally: [{ activity: lab/note, with: { text: old-child_cancelled finally } }] }
`,
    stands: 'gate',
    goes: ['cancel'],
    outcome: { status: 'cancelled' },
    notes: ['charge', 'refund', 'finally'],
  },
  signal: {
    definition: `
${SIGNALS}
steps:
  - { id: old_child, workflow: lab/detached-child, detach: true }
  - { await: go }
  - { id: old_sent, signal: lab/detached-child.go, to: '\${{ steps.old_child.output.workflow_id }}' }
  - id: old_nobody
    signal: lab/detached-child.go
    to: nobody-is-there
    catch: [{ errors: [WorkflowNotFound], output: old }]
output: ['\${{ steps.old_sent.status }}', '\${{ steps.old_nobody.output }}']
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed(['completed', 'old']),
    notes: ['child'],
  },
  catch: {
    definition: `
${SIGNALS}
steps:
  - id: old_work
    steps:
      - { await: go }
      - { activity: lab/fail, with: { how: refused } }
    catch:
      - { errors: [Timeout], output: wrong }
      - errors: [Refused]
        steps: [{ id: old_note, activity: lab/echo, with: { value: 'old \${{ error.message }}' } }]
        output: '\${{ steps.old_note.output.value }}'
output: '\${{ steps.old_work.output }}'
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed('old it is refused'),
  },
  catching: {
    definition: `
${SIGNALS}
steps:
  - id: old_work
    activity: lab/fail
    with: { how: refused }
    catch:
      - steps: [{ await: go }, { fail: '\${{ error }}' }]
catch:
  - errors: [Refused]
    output: { old: '\${{ error.?step }}' }
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed({ old: 'old_work' }),
  },
  finally: {
    definition: `
steps:
  - id: old_work
    activity: lab/fail
    with: { how: refused }
    catch: ignore
    finally:
      - ${gate('finally')}
      - { activity: lab/note, with: { text: old-finally always } }
output: '\${{ steps.old_work.status }}'
`,
    stands: 'gate',
    outcome: completed('caught'),
    notes: ['always'],
  },
  compensate: {
    definition: `
${SIGNALS}
steps:
  - id: old_work
    catch: ignore
    steps:
      - activity: lab/note
        with: { text: old-compensate reserve }
        compensate: { activity: lab/note, with: { text: old-compensate release } }
      - activity: lab/note
        with: { text: old-compensate charge }
        compensate: { activity: lab/note, with: { text: old-compensate refund } }
      - { await: go }
      - fail: { type: Refused, message: old }
output: 'old \${{ steps.old_work.status }}'
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed('old caught'),
    notes: ['reserve', 'charge', 'refund', 'release'],
  },
  compensating: {
    definition: `
steps:
  - activity: lab/note
    with: { text: old-compensating reserve }
    compensate: { activity: lab/note, with: { text: old-compensating release } }
  - activity: lab/note
    with: { text: old-compensating charge }
    compensate: ${gate('compensating').replace('lab/gate', 'lab/undo-at-gate')}
  - fail: { type: Refused, message: old }
`,
    stands: 'gate',
    outcome: failed('Refused', { message: 'old' }),
    notes: ['reserve', 'charge', 'release'],
  },
  commit: {
    definition: `
${SIGNALS}
steps:
  - id: old_work
    commit: true
    steps:
      - activity: lab/note
        with: { text: old-commit reserve }
        compensate: { activity: lab/note, with: { text: old-commit never } }
  - { await: go }
  - fail: { type: Refused, message: old }
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: failed('Refused', { message: 'old' }),
    notes: ['reserve'],
  },
  parked: {
    definition: `
steps:
  - activity: lab/note
    with: { text: old-parked charge }
    compensate: { activity: lab/undo, with: { text: old-parked refund, gate: old-parked } }
  - fail: { type: NoStock, message: old }
`,
    stands: 'parked',
    goes: [{ signal: 'estuary.resume' }],
    outcome: failed('NoStock', { message: 'old' }),
    notes: ['charge', 'refund'],
  },
  parked_skipped: {
    definition: `
steps:
  - activity: lab/note
    with: { text: old-parked_skipped reserve }
    compensate: { activity: lab/note, with: { text: old-parked_skipped release } }
  - activity: lab/note
    with: { text: old-parked_skipped charge }
    compensate: { activity: lab/undo, with: { text: old-parked_skipped never, gate: closed } }
  - fail: { type: NoStock, message: old }
`,
    stands: 'parked',
    goes: [{ signal: 'estuary.resume', payload: { skip: true } }],
    outcome: failed('NoStock', { message: 'old' }),
    notes: ['reserve', 'charge', 'release'],
  },
  block_timeout: {
    definition: `
${SIGNALS}
steps:
  - id: old_block
    timeout: 8s
    steps: [{ await: go }]
    catch: [{ errors: [Timeout], output: old }]
output: '\${{ steps.old_block.output }}'
`,
    stands: 'time',
    outcome: completed('old'),
  },
  workflow_timeout: {
    definition: `
${SIGNALS}
timeout: 10s
steps:
  - activity: lab/note
    with: { text: old-workflow_timeout charge }
    compensate: { activity: lab/note, with: { text: old-workflow_timeout refund } }
  - { await: go }
finally: [{ activity: lab/note, with: { text: old-workflow_timeout finally } }]
`,
    stands: 'time',
    outcome: failed('Timeout'),
    notes: ['charge', 'refund', 'finally'],
  },
  return: {
    definition: `
${SIGNALS}
steps:
  - id: old_search
    for_each: [1, 2, 3]
    as: n
    key: \${{ n }}
    steps:
      - { if: '\${{ n == 2 }}', await: go }
      - { if: '\${{ n == 2 }}', return: 'old \${{ n }}', from: old_search }
  - { if: '\${{ steps.old_search.output == "old 2" }}', return: { found: '\${{ steps.old_search.output }}' } }
  - fail: { type: Wrong, message: it goes on }
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed({ found: 'old 2' }),
  },
  local: {
    definition: `
${SIGNALS}
defaults: { local: true }
steps:
  - { id: old_one, activity: lab/echo, with: { value: old } }
  - { await: go }
  - { id: old_two, activity: lab/fail, with: { how: busy, until_attempt: 2 }, retry: { initial_interval: 10ms } }
  - { id: old_three, activity: lab/echo, with: { value: old } }
output: ['\${{ steps.old_one.output.value }}', '\${{ steps.old_two.output.attempt }}', '\${{ steps.old_three.output.value }}']
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed(['old', 2, 'old']),
  },
  described: {
    definition: `
${SIGNALS}
search_attributes: { TestName: old }
memo: { name: old }
defaults: { priority: 2 }
steps:
  - { await: go }
  - { id: old_say, activity: lab/echo, with: { value: old }, fairness: { key: old, weight: 2 }, search_attributes: { TestName: old said }, summary: old }
output: '\${{ steps.old_say.output.value }}'
output_schema: { enum: [old] }
`,
    stands: AWAITS_GO,
    goes: [GO],
    outcome: completed('old'),
  },
  cancel: {
    definition: `
${SIGNALS}
steps:
  - activity: lab/note
    with: { text: old-cancel charge }
    compensate: { activity: lab/note, with: { text: old-cancel refund } }
  - id: old_waits
    all:
      activity: [${gate('cancel')}]
      timer: [{ wait: 1h }]
      message: [{ await: go }]
    finally: [{ activity: lab/note, with: { text: old-cancel finally } }]
`,
    stands: 'gate',
    goes: ['cancel'],
    outcome: { status: 'cancelled' },
    notes: ['charge', 'finally', 'refund'],
  },
};
