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
  readonly outcome: Pick<RunOutcome, 'status'> & { readonly output?: unknown; readonly failure?: object };
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
};
