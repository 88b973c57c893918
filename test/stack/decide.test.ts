import { describe, expect, test } from 'vitest';
import { decide } from '../../src/stack/decide.ts';
import { portWishes } from '../../src/stack/ports.ts';
import { judgeVersion } from '../../src/stack/temporal-cli.ts';

describe('what to do about a server', () => {
  const recorded = { pid: 7, identity: 'boot/100', port: 7233, log: 'x' };
  const start = (endFirst: number[], former: object | undefined) => ({ action: 'start', endFirst, former });
  type Row = [what: string, seen: Parameters<typeof decide>[0], decision: object];
  const rows: Row[] = [
    [
      'nothing known, nothing there',
      { recorded: undefined, identity: undefined, onOurData: [] },
      start([], undefined),
    ],
    ['it runs', { recorded, identity: 'boot/100', onOurData: [7] }, { action: 'reuse', server: recorded }],
    ['it died', { recorded, identity: undefined, onOurData: [] }, start([], recorded)],
    ['its pid is somebody else now', { recorded, identity: 'boot/200', onOurData: [] }, start([], recorded)],
    ['its pid is of another boot', { recorded, identity: 'later/100', onOurData: [] }, start([], recorded)],
    [
      'one started by who was killed before noting it',
      { recorded, identity: undefined, onOurData: [9] },
      start([9], recorded),
    ],
    [
      'the notes are lost',
      { recorded: undefined, identity: undefined, onOurData: [7, 9] },
      start([7, 9], undefined),
    ],
  ];
  test.each(rows)('%s', (_, seen, decision) => {
    expect(decide(seen)).toEqual(decision);
  });
});

describe('which CLI will do', () => {
  type Row = [printed: string, result: { path: string } | { reason: RegExp }];
  const ok = { path: '/t' };
  const rows: Row[] = [
    ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)\n', ok],
    ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)\n', ok],
    ['temporal version 2.0.0 (Server 2.0.0, UI 3)', ok],
    ['temporal version 1.1.0 (Server 1.25.0, UI 2.30.3)', ok],
    [
      'temporal version 0.10.7 (server 1.21.3) (ui 2.17.2)',
      { reason: /too old: it brings server 1\.21, needed is 1\.25/ },
    ],
    ['temporal version 1.9.9', { reason: /not the Temporal CLI.*'temporal version 1\.9\.9'/ }],
    ['some other program, server 9.9', { reason: /not the Temporal CLI/ }],
    ['', { reason: /not the Temporal CLI/ }],
  ];
  test.each(rows)('%j', (printed, result) => {
    const judged = judgeVersion('/t', printed);
    if ('path' in result) expect(judged).toEqual(result);
    else expect(judged).toEqual({ reason: expect.stringMatching(result.reason) });
  });
});

test.each<[asked: number | undefined, former: number | undefined, wishes: number[]]>([
  [undefined, undefined, [7233]],
  [undefined, 9000, [9000, 7233]],
  [8000, 9000, [8000]],
  [0, undefined, [0]],
  [0, 9000, [9000, 0]],
])('asked for port %s, formerly on %s: tries %j', (asked, former, wishes) => {
  expect(portWishes(asked, former, 7233)).toEqual(wishes);
});
