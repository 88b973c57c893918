/** What the shells offer at the Tab key, each asked itself: bash, which is everywhere, and the others where they are. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHELLS, type Shell } from '../../src/cli/completion.ts';
import { copyProject, estuary } from './estuary.ts';

let project: ReturnType<typeof copyProject>;
let scripts: string;
beforeAll(async () => {
  project = copyProject();
  writeFileSync(join(project.root, 'definitions/payments/batch-payout.test.yaml'), '');
  scripts = mkdtempSync(join(tmpdir(), 'estuary-completion-'));
  for (const shell of SHELLS) {
    const { code, stdout, stderr } = await estuary(['completion', shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    writeFileSync(join(scripts, shell), stdout);
  }
});
afterAll(() => {
  project.remove();
  rmSync(scripts, { recursive: true });
});

const ASK_BASH = `source "$1"
shift
complete -p estuary >/dev/null || exit
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_estuary
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** What bash offers for the last word of a line. */
function offeredByBash(line: string): string[] {
  const args = ['--norc', '-c', ASK_BASH, 'bash', join(scripts, 'bash'), ...line.split(' ')];
  return wordsOf(execFileSync('bash', args, { cwd: join(project.root, 'definitions'), encoding: 'utf8' }));
}

function offeredByFish(line: string): string[] {
  const ask = `source ${join(scripts, 'fish')}; complete -C '${line}'`;
  const offered = execFileSync('fish', ['--no-config', '-c', ask], {
    cwd: join(project.root, 'definitions'),
    encoding: 'utf8',
  });
  return wordsOf(offered.replaceAll(/\t.*/g, ''));
}

const wordsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((word) => word !== '')
    .sort();

const WF_COMMANDS = [
  'cancel',
  'list',
  'query',
  'resume',
  'run',
  'show',
  'signal',
  'simulate',
  'test',
  'update',
  'validate',
];
const WORKFLOWS = ['payments/batch-payout', 'payments/practitioner-payout'];
const has = (shell: Shell): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe.each<[Shell, (line: string) => string[]]>([
  ['bash', offeredByBash],
  ['fish', offeredByFish],
])('%s', (shell, offered) => {
  test.skipIf(shell !== 'bash' && !has(shell)).each<[line: string, words: readonly string[]]>([
    ['estuary w', ['wf', 'worker']],
    ['estuary wf ', WF_COMMANDS],
    ['estuary dev ', ['stop']],
    ['estuary completion ', ['bash', 'fish', 'zsh']],
    ['estuary wf run ', WORKFLOWS],
    ['estuary wf run payments/b', ['payments/batch-payout']],
    ['estuary wf test payments/b', ['payments/batch-payout']],
    ['estuary wf run --json payments/p', ['payments/practitioner-payout']],
    ['estuary wf run --in', ['--input', '--input-file']],
    ['estuary wf list -d ', ['payments']],
    ['estuary worker start --domains p', ['payments']],
    ['estuary nonsense --', ['--help']],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });
});

test('bash offers nothing of ours where a flag wants a value that nobody can know', () => {
  for (const line of ['estuary wf run --id ', 'estuary wf run --input min_amount = 1'])
    expect(offeredByBash(line)).toEqual([]);
});

test('bash offers the domains and leaves paths to itself where both are meant', () => {
  expect(offeredByBash('estuary wf validate ')).toEqual(['payments']);
  expect(offeredByBash('estuary wf validate definitions/')).toEqual([]);
});

test('outside of a project no workflow is offered, and nothing is said', () => {
  const args = ['--norc', '-c', ASK_BASH, 'bash', join(scripts, 'bash'), 'estuary', 'wf', 'run', ''];
  const { stdout, stderr } = spawnSync('bash', args, { cwd: '/', encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '\n', stderr: '' });
});

/** As the zsh function that completes as bash does calls it; what does not begin with the last word zsh itself sorts out. */
const ASK_ZSH = `source "$1"
shift
print -r -- $_comps[estuary]
setopt ksharrays
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_estuary
print -rl -- "\${COMPREPLY[@]}"`;

test.skipIf(!has('zsh')).each<[line: string, words: readonly string[]]>([
  ['estuary wf ', WF_COMMANDS],
  ['estuary wf run ', WORKFLOWS],
  ['estuary worker start --domains ', ['payments']],
])('zsh: %s', (line, words) => {
  const args = ['-f', '-c', ASK_ZSH, 'zsh', join(scripts, 'zsh'), ...line.split(' ')];
  const [completer, ...offered] = execFileSync('zsh', args, { cwd: project.root, encoding: 'utf8' }).split(
    '\n',
  );
  expect(completer).toMatch(/_bash_complete.*_estuary/);
  expect(wordsOf(offered.join('\n'))).toEqual(words);
});
