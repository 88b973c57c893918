/** The activities of the engine's tests: each misbehaves, or waits, in a way that a test asks for. */
import type { Knex } from 'knex';
import type { TestActivity } from './engine-project.ts';

const echo: TestActivity = {
  signature: `
description: Give back what it got.
effect: pure
input: { value: {} }
output: { value: {} }
`,
  code: 'export default async ({ value }) => ({ value });',
};

const note: TestActivity = {
  signature: `
description: Write a text down.
effect: write
input: { text: { type: string } }
output: {}
`,
  code: `
export default async ({ text }, context) => {
  await context.database.raw('insert into notes (text) values (?)', [text]);
  return {};
};`,
};

const waitAtGate = `
export default async ({ name }, context) => {
  await context.database.raw('insert into gate_calls (name, attempt) values (?, ?)', [name, context.attempt]);
  for (;;) {
    if (context.signal.aborted) {
      await context.database.raw('insert into gate_cancels (name) values (?)', [name]);
      throw context.signal.reason;
    }
    const { rows } = await context.database.raw('select name from gates where name = ?', [name]);
    if (rows.length > 0) return { name };
    context.heartbeat();
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};`;

export const ACTIVITIES = {
  'lab/echo': echo,
  'other/echo': echo,

  /** Waits until a test opens the gate of this name; see `prepareGates`. Notices cancellation at heartbeats. */
  'lab/gate': {
    signature: `
description: Wait until the gate is open.
effect: read
input: { name: { type: string } }
output: { name: { type: string } }
errors: { Refused: { retryable: false } }
timeout: 3s
`,
    code: waitAtGate,
  },

  /** The same, as something that undoes. */
  'lab/undo-at-gate': {
    signature: `
description: Undo something outside when the gate is open.
effect: external
input: { name: { type: string } }
output: { name: { type: string } }
`,
    code: waitAtGate,
  },

  /** Fails as it is told to, up to an attempt. */
  'lab/fail': {
    signature: `
description: Fail.
effect: read
input:
  how: { enum: [refused, busy, string, nothing, type-error, nonsense, undeclared, hang] }
  until_attempt: { type: integer, default: 1000 }
output: { attempt: { type: integer } }
errors:
  Refused: { retryable: false, details: { code: { type: integer } } }
  Busy: { retryable: true }
timeout: 30s
`,
    code: `
export default async ({ how, until_attempt }, context) => {
  if (context.attempt >= until_attempt) return { attempt: context.attempt };
  switch (how) {
    case 'refused': throw context.error('Refused', 'it is refused', { code: 7 });
    case 'busy': throw context.error('Busy', 'it is busy');
    case 'string': throw 'only a string';
    case 'nothing': throw undefined;
    case 'type-error': return undefined.length;
    case 'nonsense': return { attempt: 'one', more: true };
    case 'undeclared': throw context.error('Unheard', 'nobody declared this');
    case 'hang': return new Promise(() => {});
  }
};`,
  },

  /** Writes the text down; see `notes`. */
  'lab/note': note,
  'other/note': note,

  /** Writes the text down outside, unless the gate of this name is closed. */
  'lab/undo': {
    signature: `
description: Undo something outside.
effect: external
input: { text: { type: string }, gate: { type: string } }
output: {}
errors: { Refused: { retryable: false } }
`,
    code: `
export default async ({ text, gate }, context) => {
  const { rows } = await context.database.raw('select name from gates where name = ?', [gate]);
  if (rows.length === 0) throw context.error('Refused', 'it cannot be undone');
  await context.database.raw('insert into notes (text) values (?)', [text]);
  return {};
};`,
  },

  /** Takes its time. */
  'lab/slow': {
    signature: `
description: Take so long.
effect: pure
input: { milliseconds: { type: integer } }
output: { attempt: { type: integer } }
`,
    code: `
export default async ({ milliseconds }, { attempt }) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return { attempt };
};`,
  },

  /** Fails once, and says that the next attempt may come at once. */
  'lab/advise': {
    signature: `
description: Fail once, with advice on when to try again.
effect: read
input: {}
output: { attempt: { type: integer } }
`,
    code: `
export default async (_, { attempt }) => {
  if (attempt === 1) throw Object.assign(new Error('too many requests'), { retryAfterMs: 10 });
  return { attempt };
};`,
  },

  /** The numbers below `total`, `size` at a time. */
  'lab/pages': {
    signature: `
description: Give a page of numbers.
effect: pure
input: { size: { type: integer }, total: { type: integer }, cursor: { type: integer, optional: true } }
output: { items: { type: array, items: { type: integer } }, next_cursor: { type: integer, optional: true } }
`,
    code: `
export default async ({ size, total, cursor = 0 }) => {
  const end = Math.min(cursor + size, total);
  const items = Array.from({ length: end - cursor }, (_, index) => cursor + index);
  return end < total ? { items, next_cursor: end } : { items };
};`,
  },

  /** Answers with a text of so many bytes, three of them a character. */
  'lab/inflate': {
    signature: `
description: Give back a text of a size.
effect: pure
input: { bytes: { type: integer } }
output: { text: { type: string } }
`,
    code: "export default async ({ bytes }) => ({ text: '€'.repeat(bytes / 3) });",
  },
} satisfies { readonly [name: string]: TestActivity };

/** The tables that the activities read and write. */
export async function prepareGates(knex: Knex): Promise<void> {
  await knex.raw(`
    create table gates (name text primary key);
    create table gate_calls (name text, attempt integer);
    create table gate_cancels (name text);
    create table notes (id serial primary key, text text)`);
}

export async function openGate(knex: Knex, name: string): Promise<void> {
  await knex.raw('insert into gates values (?)', [name]);
}

/** What `lab/note` and `lab/undo` have written, in order. */
export async function notesOf(knex: Knex): Promise<string[]> {
  const { rows } = await knex.raw('select text from notes order by id');
  return rows.map(({ text }: { text: string }) => text);
}

/** How many calls have come to the gate. */
export async function callsAt(knex: Knex, name: string): Promise<number> {
  const { rows } = await knex.raw('select count(*)::integer as calls from gate_calls where name = ?', [name]);
  return rows[0].calls;
}
