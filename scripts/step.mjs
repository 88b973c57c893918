import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const LOGS = join(ROOT, '.estuary', 'logs');

/** A failure that the user can do something about: shown as it is, without a stack trace. */
export class StepError extends Error {}

/**
 * Runs one long part of the set-up: its output goes to a log, a line shows that it is still going on, and a
 * failure shows the end of the log. Throws StepError.
 */
export async function runStep({ what, log, command, args, env, timeoutMs }) {
  const path = join(LOGS, log);
  const output = openLog(path);
  const begun = Date.now();
  const seconds = () => `${Math.round((Date.now() - begun) / 1000)} s`;
  const stopShowing = show(what, seconds);
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', output, output] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const outcome = await ended(child);
  clearTimeout(timer);
  closeSync(output);
  stopShowing();
  if (outcome === 0) {
    console.error(`${what}: done (${seconds()})`);
    return;
  }
  const timedOut = Date.now() - begun >= timeoutMs;
  const how = timedOut ? `not finished after ${Math.round(timeoutMs / 1000)} s` : `failed (${outcome})`;
  throw new StepError(`${what}: ${how}. The end of ${path}:\n${tail(path)}`);
}

/** Runs a command with our own terminal and gives its exit code; ended by a signal, 128 and the signal's number. */
export async function runInForeground(command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
  // Ctrl-C reaches the command too, which ends in its own way; we wait for it.
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const outcome = await ended(child);
  process.off('SIGINT', ignore);
  if (typeof outcome === 'number') return outcome;
  return outcome in constants.signals ? 128 + constants.signals[outcome] : 1;
}

/** Runs the main function of a script: shows a StepError, and sets the exit code. */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof StepError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** The exit code, or the signal's name, or why it could not be run. */
function ended(child) {
  return new Promise((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('exit', (code, signal) => settle(code === null ? signal : code));
  });
}

function openLog(path) {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'w');
  } catch (error) {
    if (error.code === 'ENOSPC') throw new StepError(`The disk is full: '${path}' cannot be written.`);
    throw new StepError(
      `'${path}' cannot be written (${error.code}); Estuary keeps its logs and data there.`,
    );
  }
}

/** A line that grows older in a terminal; elsewhere, a line now and every ten seconds. */
function show(what, seconds) {
  const terminal = process.stderr.isTTY;
  const line = () => process.stderr.write(terminal ? `\r${what} … ${seconds()}` : `${what} … ${seconds()}\n`);
  line();
  const timer = setInterval(line, terminal ? 1000 : 10_000);
  return () => {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\x1b[K');
  };
}

function tail(path) {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-30)
    .map((line) => `  ${line}`)
    .join('\n');
}
