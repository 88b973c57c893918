/**
 * A definition for each feature of the language, and what running it shows. Their histories are kept in
 * `test/histories`: what a run of today has recorded, every later engine must be able to go on with.
 */
import type { RunOutcome } from '../../src/client/runs.ts';

export interface Feature {
  readonly definition: string;
  readonly input?: unknown;
  /** Cancel the run once it waits at the gate of this name. */
  readonly cancelAt?: string;
  /** What is sent to the run, one after the other. */
  readonly messages?: readonly Message[];
  readonly outcome: Pick<RunOutcome, 'status'> & { readonly output?: unknown; readonly failure?: object };
}

export interface Message {
  readonly kind: 'signal' | 'update';
  readonly name: string;
  readonly payload: unknown;
  /** Sent when the run is parked; else at once. */
  readonly once?: 'parked';
}

const completed = (output: unknown): Feature['outcome'] => ({ status: 'completed', output });

export const FEATURES: { readonly [name: string]: Feature } = {
  activity: {
    definition: `
input: { name: { type: string, default: nobody } }
steps:
  - id: say
    activity: lab/echo
    summary: Say \${{ input.name }}
    with: { value: 'hello \${{ input.name }}' }
output: { said: '\${{ steps.say.output.value }}' }
`,
    outcome: completed({ said: 'hello nobody' }),
  },
  set: {
    definition: `
steps:
  - id: one
    set: { n: 2 }
  - id: two
    set: { n: '\${{ steps.one.output.n * 3 }}' }
output: { n: '\${{ steps.two.output.n }}' }
`,
    outcome: completed({ n: 6 }),
  },
  for_each: {
    definition: `
input: { names: { type: array, items: { type: string } } }
steps:
  - id: all
    for_each: \${{ input.names }}
    as: name
    key: \${{ name }}
    concurrency: 2
    steps:
      - id: say
        activity: lab/echo
        with: { value: '\${{ index }} \${{ name }}' }
      - id: again
        activity: lab/echo
        with: { value: '\${{ steps.say.output.value }}!' }
    output: \${{ steps.again.output.value }}
output: { said: '\${{ steps.all.output }}' }
`,
    input: { names: ['a', 'b', 'c', 'd', 'e'] },
    outcome: completed({ said: ['0 a!', '1 b!', '2 c!', '3 d!', '4 e!'] }),
  },
  group: {
    definition: `
steps:
  - id: both
    steps:
      - id: inner
        activity: lab/echo
        with: { value: 1 }
    output: { inner: '\${{ steps.inner.output.value }}' }
output: \${{ steps.both.output }}
`,
    outcome: completed({ inner: 1 }),
  },
  needs: {
    definition: `
steps:
  - { id: a, activity: lab/echo, with: { value: a } }
  - { id: b, needs: [], activity: lab/echo, with: { value: b } }
  - id: both
    needs: [a, b]
    activity: lab/echo
    with: { value: '\${{ string(steps.a.output.value) + string(steps.b.output.value) }}' }
output: { value: '\${{ steps.both.output.value }}' }
`,
    outcome: completed({ value: 'ab' }),
  },
  if: {
    definition: `
input: { big: { type: boolean } }
steps:
  - { id: large, if: '\${{ input.big }}', activity: lab/echo, with: { value: large } }
  - { id: small, if: '\${{ !input.big }}', activity: lab/echo, with: { value: small } }
output: { large: '\${{ steps.large.status }}', small: '\${{ steps.small.status }}' }
`,
    input: { big: false },
    outcome: completed({ large: 'skipped', small: 'completed' }),
  },
  retry: {
    definition: `
steps:
  - id: work
    activity: lab/fail
    with: { how: busy, until_attempt: 3 }
    retry: { initial_interval: 20ms, backoff_coefficient: 1, maximum_interval: 20ms, maximum_attempts: 5 }
output: \${{ steps.work.output }}
`,
    outcome: completed({ attempt: 3 }),
  },
  timeout: {
    definition: `
steps:
  - id: activity
    activity: lab/fail
    with: { how: hang }
    timeout: 200ms
    retry: { maximum_attempts: 1 }
    catch: ignore
  - id: block
    timeout: 200ms
    catch:
      - errors: [Timeout]
        steps: [{ id: late, set: { late: true } }]
        output: \${{ steps.late.output }}
    steps:
      - activity: lab/gate
        with: { name: never }
        timeout: { start_to_close: 30s, heartbeat: 500ms }
output: \${{ steps.block.output }}
`,
    outcome: completed({ late: true }),
  },
  catch: {
    definition: `
steps:
  - id: work
    activity: lab/fail
    with: { how: refused }
    catch:
      - errors: [Busy]
        steps: [{ set: { wrong: true } }]
      - errors: [Refused]
        steps:
          - id: note
            activity: lab/echo
            with: { value: '\${{ error.type }}: \${{ error.message }}' }
        output: { note: '\${{ steps.note.output.value }}' }
output: \${{ steps.work.output }}
`,
    outcome: completed({ note: 'Refused: it is refused' }),
  },
  failure: {
    definition: `
steps:
  - id: each
    for_each: [refused, hang]
    as: how
    key: \${{ how }}
    concurrency: 2
    steps:
      - id: work
        activity: lab/fail
        with: { how: '\${{ how }}' }
        timeout: { start_to_close: 1s }
        retry: { maximum_attempts: 1 }
`,
    outcome: { status: 'failed', failure: { type: 'Refused', step: 'each[refused]/work' } },
  },
  cancel: {
    definition: `
steps:
  - id: waits
    activity: lab/gate
    with: { name: cancel }
    timeout: { start_to_close: 30s, heartbeat: 500ms }
    catch: ignore
  - activity: lab/echo
    with: { value: never }
`,
    cancelAt: 'cancel',
    outcome: { status: 'cancelled' },
  },
  refusal: {
    definition: `
input: { n: { type: integer } }
steps: [{ set: { n: '\${{ input.n }}' } }]
`,
    input: { n: 'one' },
    outcome: { status: 'failed', failure: { type: 'InvalidInput' } },
  },
  switch: {
    definition: `
input: { size: { type: integer } }
steps:
  - id: choice
    switch:
      - when: \${{ input.size > 10 }}
        steps: [{ id: large, activity: lab/echo, with: { value: large } }]
        output: { is: '\${{ steps.large.output.value }}' }
      - else:
          steps: [{ id: small, activity: lab/echo, with: { value: small } }]
          output: { is: '\${{ steps.small.output.value }}' }
output: \${{ steps.choice.output }}
`,
    input: { size: 11 },
    outcome: completed({ is: 'large' }),
  },
  tolerate: {
    definition: `
steps:
  - id: each
    for_each: [refused, string, nonsense]
    as: how
    key: \${{ how }}
    concurrency: 3
    tolerate: all
    steps:
      - activity: lab/fail
        with: { how: '\${{ how }}' }
        retry: { maximum_attempts: 1 }
output: { failed: '\${{ steps.each.failed }}', succeeded: '\${{ steps.each.succeeded }}' }
`,
    outcome: completed({ failed: 3, succeeded: 0 }),
  },
  pages: {
    definition: `
steps:
  - id: each
    for_each: { pages: lab/pages, with: { size: 2, total: 5 } }
    as: n
    key: \${{ n }}
    steps: [{ id: say, activity: lab/echo, with: { value: '\${{ n }}' } }]
    output: \${{ steps.say.output.value }}
output: { all: '\${{ steps.each.output }}' }
`,
    outcome: completed({ all: [0, 1, 2, 3, 4] }),
  },
  repeat: {
    definition: `
steps:
  - id: poll
    repeat:
      state: { n: 0 }
      until: \${{ state.n >= 3 }}
      every: 10ms
      max: 5
    steps: [{ id: next, set: { n: '\${{ state.n + 1 }}' } }]
    output: { n: '\${{ steps.next.output.n }}' }
output: \${{ steps.poll.output }}
`,
    outcome: completed({ n: 3 }),
  },
  exhausted: {
    definition: `
steps:
  - id: poll
    repeat: { state: { n: 0 }, until: '\${{ state.n > 9 }}', every: 5ms, max: 2 }
    steps: [{ set: { n: 1 } }]
    output: { n: 1 }
`,
    outcome: { status: 'failed', failure: { type: 'Exhausted' } },
  },
  race: {
    definition: `
steps:
  - id: first
    race:
      quick:
        steps: [{ id: say, activity: lab/echo, with: { value: quick } }]
        output: { value: '\${{ steps.say.output.value }}' }
        then: [{ activity: lab/echo, with: { value: '\${{ steps.first.winner }}' } }]
      slow:
        steps:
          - activity: lab/gate
            with: { name: race }
            timeout: { start_to_close: 30s, heartbeat: 500ms }
        output: { value: slow }
output: { winner: '\${{ steps.first.winner }}', value: '\${{ steps.first.output.value }}' }
`,
    outcome: completed({ winner: 'quick', value: 'quick' }),
  },
  all: {
    definition: `
steps:
  - id: both
    all:
      a: { steps: [{ id: x, activity: lab/echo, with: { value: 1 } }], output: '\${{ steps.x.output.value }}' }
      b: { steps: [{ id: y, activity: lab/echo, with: { value: 2 } }], output: '\${{ steps.y.output.value }}' }
output: \${{ steps.both.output }}
`,
    outcome: completed({ a: 1, b: 2 }),
  },
  wait: {
    definition: `
steps:
  - wait: 20ms
  - wait: { until: '2020-01-01T00:00:00Z' }
  - wait: \${{ duration('10ms') }}
output: waited
`,
    outcome: completed('waited'),
  },
  await: {
    definition: `
signals: { approved: { by: { type: string } } }
steps:
  - { id: first, await: approved }
  - { id: second, await: approved }
  - { id: third, await: approved, timeout: 20ms, catch: ignore }
output: ['\${{ steps.first.output.by }}', '\${{ steps.second.output.by }}', '\${{ steps.third.status }}']
`,
    messages: [
      { kind: 'signal', name: 'approved', payload: { by: 'Ada' } },
      { kind: 'signal', name: 'approved', payload: { by: 7 } },
      { kind: 'signal', name: 'unheard', payload: {} },
      { kind: 'signal', name: 'approved', payload: { by: 'Bob' } },
    ],
    outcome: completed(['Ada', 'Bob', 'caught']),
  },
  update: {
    definition: `
updates:
  amend:
    input: { size: { type: integer } }
    accept: [{ when: '\${{ payload.size < 100 }}', else: 'too large' }]
queries: { size: '\${{ steps.amended.output.?size.orValue(0) }}' }
steps:
  - { id: amended, await: amend }
  - activity: lab/echo
    with: { value: '\${{ steps.amended.output.size }}' }
output: \${{ steps.amended.output.size }}
`,
    messages: [{ kind: 'update', name: 'amend', payload: { size: 9 } }],
    outcome: completed(9),
  },
  child: {
    definition: `
steps:
  - id: other
    workflow: lab/activity
    with: { name: Ada }
output: \${{ steps.other.output }}
`,
    outcome: completed({ said: 'hello Ada' }),
  },
  child_failure: {
    definition: `
steps:
  - id: other
    workflow: lab/fail-step
    catch:
      - errors: [AccountClosed]
        output: '\${{ error }}'
output: { type: '\${{ steps.other.output.type }}', details: '\${{ steps.other.output.details }}' }
`,
    outcome: completed({ type: 'AccountClosed', details: { account: 7 } }),
  },
  child_detached: {
    definition: `
steps:
  - id: other
    workflow: lab/activity
    with: { name: Ada }
    detach: true
output: \${{ steps.other.output.workflow_id.size() > 0 }}
`,
    outcome: completed(true),
  },
  child_joined: {
    definition: `
steps:
  - { id: first, workflow: lab/keyed, with: { id: 'joined-\${{ workflow.id }}' } }
  - { id: second, workflow: lab/keyed, with: { id: 'joined-\${{ workflow.id }}' } }
output: \${{ steps.first.output == steps.second.output }}
`,
    outcome: completed(true),
  },
  keyed: {
    definition: `
input: { id: { type: string, optional: true } }
id: { key: '\${{ input.?id.orValue("some") }}', on_conflict: join }
steps: [{ id: say, activity: lab/echo, with: { value: '\${{ workflow.root_run_id }}' } }]
output: { by: '\${{ steps.say.output.value }}' }
`,
    outcome: { status: 'failed', failure: { type: 'WorkflowIdMismatch' } },
  },
  signal: {
    definition: `
steps:
  - id: nobody
    signal: lab/await.approved
    to: nobody-is-there
    with: { by: Ada }
    catch:
      - errors: [WorkflowNotFound]
        output: { type: '\${{ error.type }}' }
  - id: receiver
    workflow: lab/receiver
    detach: true
  - id: somebody
    signal: lab/receiver.approved
    to: \${{ steps.receiver.output.workflow_id }}
    with: { by: Ada }
output: '\${{ steps.somebody.status }}'
`,
    outcome: completed('completed'),
  },
  receiver: {
    definition: `
signals: { approved: { by: { type: string } } }
steps: [{ id: got, await: approved, timeout: 5s, catch: ignore }]
output: \${{ steps.got.output.?by.orValue('nobody') }}
`,
    messages: [{ kind: 'signal', name: 'approved', payload: { by: 'Ada' } }],
    outcome: completed('Ada'),
  },
  fail_step: {
    definition: `
steps:
  - fail: { type: AccountClosed, message: It is closed, details: { account: 7 } }
`,
    outcome: { status: 'failed', failure: { type: 'AccountClosed', message: 'It is closed' } },
  },
  return: {
    definition: `
steps:
  - id: search
    for_each: [1, 2, 3]
    as: n
    key: \${{ n }}
    steps:
      - { activity: lab/echo, with: { value: '\${{ n }}' } }
      - { if: '\${{ n == 2 }}', return: '\${{ n }}', from: search }
  - { activity: lab/echo, with: { value: after } }
  - { if: '\${{ steps.search.output == 2 }}', return: { found: '\${{ steps.search.output }}' } }
  - { activity: lab/echo, with: { value: never } }
`,
    outcome: completed({ found: 2 }),
  },
  finally: {
    definition: `
steps:
  - id: work
    activity: lab/fail
    with: { how: refused }
    catch: ignore
    finally: [{ activity: lab/echo, with: { value: always } }]
output: '\${{ steps.work.status }}'
`,
    outcome: completed('caught'),
  },
  compensate: {
    definition: `
steps:
  - id: work
    catch: ignore
    steps:
      - activity: lab/note
        with: { text: reserve }
        compensate: { activity: lab/note, with: { text: release } }
      - activity: lab/note
        with: { text: charge }
        compensate: { activity: lab/note, with: { text: refund } }
      - fail: { type: Refused, message: no }
output: '\${{ steps.work.status }}'
`,
    outcome: completed('caught'),
  },
  commit: {
    definition: `
steps:
  - id: work
    commit: true
    steps:
      - activity: lab/note
        with: { text: reserve }
        compensate: { activity: lab/note, with: { text: never } }
  - fail: { type: Refused, message: no }
`,
    outcome: { status: 'failed', failure: { type: 'Refused' } },
  },
  parked: {
    definition: `
steps:
  - activity: lab/note
    with: { text: charge }
    compensate: { activity: lab/undo, with: { text: refund, gate: parked } }
  - fail: { type: NoStock, message: none left }
`,
    messages: [{ kind: 'signal', name: 'estuary.resume', payload: { skip: true }, once: 'parked' }],
    outcome: { status: 'failed', failure: { type: 'NoStock' } },
  },
  local: {
    definition: `
defaults: { local: true }
steps:
  - id: one
    activity: lab/echo
    with: { value: 1 }
  - id: two
    activity: lab/fail
    with: { how: busy, until_attempt: 2 }
    retry: { initial_interval: 10ms, maximum_attempts: 3 }
    catch: ignore
  - id: three
    activity: lab/fail
    with: { how: refused }
    catch: ignore
output: ['\${{ steps.one.output.value }}', '\${{ steps.two.status }}', '\${{ steps.three.status }}']
`,
    outcome: completed([1, 'completed', 'caught']),
  },
  search_attributes: {
    definition: `
input: { name: { type: string, default: Ada }, count: { type: integer, default: 3 } }
search_attributes:
  TestName: \${{ input.name }}
  TestCount: \${{ input.count }}
memo: { name: '\${{ input.name }}' }
steps:
  - activity: lab/echo
    with: { value: 1 }
    search_attributes: { TestName: changed }
output: done
`,
    outcome: completed('done'),
  },
  priority: {
    definition: `
defaults: { priority: 2 }
steps:
  - activity: lab/echo
    with: { value: 1 }
    fairness: { key: tenant, weight: 2 }
output: done
`,
    outcome: completed('done'),
  },
  workflow_timeout: {
    definition: `
timeout: 200ms
steps:
  - activity: lab/gate
    with: { name: never }
    timeout: { start_to_close: 30s, heartbeat: 500ms }
`,
    outcome: { status: 'failed', failure: { type: 'Timeout' } },
  },
  cancel_undoes: {
    definition: `
steps:
  - activity: lab/note
    with: { text: charge }
    compensate: { activity: lab/note, with: { text: refund } }
  - id: waits
    all:
      activity:
        - activity: lab/gate
          with: { name: cancel-undoes }
          timeout: { start_to_close: 30s, heartbeat: 500ms }
      timer: [{ wait: 1h }]
      child: [{ workflow: lab/patient }]
      message: [{ await: approved }]
    finally: [{ activity: lab/echo, with: { value: finally } }]
signals: { approved: {} }
`,
    cancelAt: 'cancel-undoes',
    outcome: { status: 'cancelled' },
  },
  patient: {
    definition: `
steps: [{ id: long, wait: 1h, timeout: 100ms, catch: ignore }, { wait: 5s }]
output: '\${{ steps.long.status }}'
`,
    outcome: completed('caught'),
  },
  ready_at_once: {
    definition: `
steps:
  - { id: a, activity: lab/echo, with: { value: 1 } }
  - { id: b, needs: [], wait: 10ms }
  - { id: c, needs: [], activity: other/echo, with: { value: 3 } }
  - { id: d, needs: [a, b, c], set: { sum: '\${{ steps.a.output.value + steps.c.output.value }}' } }
output: \${{ steps.d.output.sum }}
`,
    outcome: completed(4),
  },
  race_losers: {
    definition: `
steps:
  - id: first
    race:
      late: [{ wait: 1h }]
      busy:
        - activity: lab/gate
          with: { name: race-losers }
          timeout: { start_to_close: 30s, heartbeat: 500ms }
      quick: [{ activity: lab/echo, with: { value: 1 } }]
      later: [{ wait: 2h }]
output: \${{ steps.first.winner }}
`,
    outcome: completed('quick'),
  },
  in_time: {
    definition: `
steps:
  - id: block
    timeout: 1h
    steps: [{ id: say, activity: lab/echo, with: { value: 1 } }]
    output: { value: '\${{ steps.say.output.value }}' }
output: \${{ steps.block.output }}
`,
    outcome: completed({ value: 1 }),
  },
  compensate_in_reverse: {
    definition: `
steps:
  - id: work
    catch: [{ steps: [{ activity: lab/echo, with: { value: caught } }] }]
    finally: [{ activity: other/echo, with: { value: finally } }]
    steps:
      - activity: lab/note
        with: { text: reserve }
        compensate: { activity: lab/note, with: { text: release } }
      - activity: lab/note
        with: { text: charge }
        compensate: { activity: other/note, with: { text: refund } }
      - fail: { type: Refused, message: no }
output: '\${{ steps.work.status }}'
`,
    outcome: completed('caught'),
  },
  return_keeps: {
    definition: `
steps:
  - id: work
    steps:
      - activity: lab/note
        with: { text: reserve }
        compensate: { activity: lab/note, with: { text: never } }
      - { return: { kept: true }, from: work }
output: \${{ steps.work.output }}
`,
    outcome: completed({ kept: true }),
  },
  await_in_order: {
    definition: `
signals: { approved: { by: { type: string } } }
steps:
  - wait: 200ms
  - { id: first, await: approved }
  - { if: '\${{ steps.first.output.by == "Ada" }}', activity: lab/echo, with: { value: in order } }
  - { if: '\${{ steps.first.output.by != "Ada" }}', activity: other/echo, with: { value: out of order } }
  - { id: second, await: approved }
output: '\${{ steps.second.output.by }}'
`,
    messages: [
      { kind: 'signal', name: 'approved', payload: { by: 'Ada' } },
      { kind: 'signal', name: 'approved', payload: { by: 'Bob' } },
    ],
    outcome: completed('Bob'),
  },
  await_side_by_side: {
    definition: `
signals: { approved: {} }
steps:
  - id: both
    all:
      first: [{ await: approved }, { activity: lab/echo, with: { value: first } }]
      second: [{ await: approved }, { activity: other/echo, with: { value: second } }]
output: '\${{ steps.both.status }}'
`,
    messages: [
      { kind: 'signal', name: 'approved', payload: {} },
      { kind: 'signal', name: 'approved', payload: {} },
    ],
    outcome: completed('completed'),
  },
  for_each_goes_on: {
    definition: `
steps:
  - for_each: [1, 40, 1]
    as: milliseconds
    concurrency: 2
    steps: [{ activity: lab/slow, with: { milliseconds: '\${{ milliseconds }}' } }]
output: done
`,
    outcome: completed('done'),
  },
  child_in_time: {
    definition: `
steps:
  - { id: other, workflow: lab/activity, with: { name: Ada }, timeout: 1h }
output: \${{ steps.other.output }}
`,
    outcome: completed({ said: 'hello Ada' }),
  },
  losers_in_order: {
    definition: `
steps:
  - race:
      late: [{ wait: 1h }]
      busy:
        - activity: lab/gate
          with: { name: losers-in-order }
          timeout: { start_to_close: 30s, heartbeat: 500ms }
      quick: [{ activity: lab/echo, with: { value: 1 } }]
output: done
`,
    outcome: completed('done'),
  },
  torn_down_in_order: {
    definition: `
steps:
  - { id: late, wait: 1h }
  - id: busy
    needs: []
    activity: lab/gate
    with: { name: torn-down }
    timeout: { start_to_close: 30s, heartbeat: 500ms }
  - { id: quick, needs: [], activity: lab/fail, with: { how: refused } }
`,
    outcome: { status: 'failed', failure: { type: 'Refused' } },
  },
  loop_undone_before_catch: {
    definition: `
steps:
  - id: each
    for_each: [1, 2]
    as: n
    key: \${{ n }}
    steps:
      - { if: '\${{ n == 2 }}', fail: { type: Refused, message: no } }
      - activity: lab/note
        with: { text: reserve }
        compensate: { activity: lab/note, with: { text: release } }
    catch: [{ steps: [{ activity: lab/echo, with: { value: caught } }] }]
output: '\${{ steps.each.status }}'
`,
    outcome: completed('caught'),
  },
};
