/** What becomes of a run at Ctrl-C and SIGTERM. */
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { askAboutRun, type Choice, heedInterrupts, readChoice } from '../../src/cli/interruption.ts';

test.each<[answer: string, choice: Choice | undefined]>([
  ['', 'stay'],
  [' ', 'stay'],
  ['s', 'stay'],
  ['Stay', 'stay'],
  ['l', 'leave'],
  ['LEAVE ', 'leave'],
  ['c', 'cancel'],
  ['cancel', 'cancel'],
  ['can', undefined],
  ['yes', undefined],
])('the answer %j means %s', (answer, choice) => expect(readChoice(answer)).toBe(choice));

/** A terminal at which these keys are pressed, one entry at each question. */
function typing(...keys: string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on('data', (chunk) => {
    if (String(chunk).includes('(l)')) input.write(keys.shift() ?? '');
  });
  return { input, output };
}

test.each<[what: string, keys: string[], choice: Choice]>([
  ['an answer', ['c\n'], 'cancel'],
  ['an answer that is none, and then one', ['perhaps\n', 'l\n'], 'leave'],
  ['nothing but return', ['\n'], 'stay'],
  ['Ctrl-C at the question', ['\u0003'], 'leave'],
  ['the end of what is typed', ['\u0004'], 'leave'],
])('%s', async (_, keys, choice) => {
  expect(await askAboutRun(typing(...keys), new AbortController().signal)).toBe(choice);
});

test('a question about a run that ends meanwhile is taken back', async () => {
  const ended = new AbortController();
  const asked = askAboutRun(typing(), ended.signal);
  ended.abort();
  expect(await asked).toBe('stay');
  expect(await askAboutRun(typing(), ended.signal)).toBe('stay');
});

/** Signals by hand, and answers to come. */
function heeded(withTerminal: boolean) {
  const source = new EventEmitter();
  const answers: ((choice: Choice) => void)[] = [];
  const [cancel, leave] = [vi.fn(async () => {}), vi.fn()];
  const ask = (ended: AbortSignal) =>
    new Promise<Choice>((resolve) => {
      answers.push(resolve);
      ended.addEventListener('abort', () => resolve('stay'));
    });
  const { release } = heedInterrupts({ ask: withTerminal ? ask : undefined, cancel, leave }, source);
  return { source, answers, cancel, leave, release };
}

test.each(['SIGINT', 'SIGTERM'])('without a terminal %s leaves the run, once', (signal) => {
  const { source, leave, cancel } = heeded(false);
  source.emit(signal);
  source.emit(signal);
  expect(leave.mock.calls).toEqual([[signal]]);
  expect(cancel).not.toHaveBeenCalled();
  // The next signal is the system's again.
  expect(source.listenerCount(signal)).toBe(0);
});

test('SIGTERM asks nobody, not even while the question stands', async () => {
  const { source, leave, answers } = heeded(true);
  source.emit('SIGINT');
  expect(leave).not.toHaveBeenCalled();
  source.emit('SIGTERM');
  expect([answers.length, leave.mock.calls]).toEqual([1, [['SIGTERM']]]);
});

test('staying asks again the next time; cancelling goes on waiting; leaving leaves', async () => {
  const { source, answers, cancel, leave } = heeded(true);
  for (const [index, choice] of (['stay', 'cancel', 'leave'] as const).entries()) {
    source.emit('SIGINT');
    expect(answers).toHaveLength(index + 1);
    answers[index]!(choice);
    await new Promise(setImmediate);
    expect([cancel.mock.calls.length, leave.mock.calls.length]).toEqual([
      index >= 1 ? 1 : 0,
      index >= 2 ? 1 : 0,
    ]);
  }
});

test('a second SIGINT at the question leaves the run', () => {
  const { source, leave } = heeded(true);
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect(leave.mock.calls).toEqual([['SIGINT']]);
});

test('release waits until the question is off the screen, and heeds nothing more', async () => {
  const { source, leave, release } = heeded(true);
  source.emit('SIGINT');
  await release();
  source.emit('SIGINT');
  expect([leave.mock.calls.length, source.listenerCount('SIGINT')]).toEqual([0, 0]);
});
