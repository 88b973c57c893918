import { describe, expect, test } from 'vitest';
import { explainFileError, StackError, startFailure } from '../../src/stack/errors.ts';

const refused = (code: string, about: object = {}): Error =>
  Object.assign(new Error(code), { code, path: '/data/dev/lock.1', ...about });

describe('a refusal of the file system', () => {
  test.each([
    ['EACCES', 'data-directory-unusable', 'this user may not write it'],
    ['EPERM', 'data-directory-unusable', 'this user may not write it'],
    ['EROFS', 'data-directory-unusable', 'its file system is read-only'],
    ['ENOTDIR', 'data-directory-unusable', 'a file stands where a folder has to be'],
    ['EEXIST', 'data-directory-unusable', 'a file stands where a folder has to be'],
    ['ENOSPC', 'disk-full', 'The disk is full'],
    ['EDQUOT', 'disk-full', 'The disk is full'],
  ])('%s is %s', (code, expected, words) => {
    const explained = explainFileError(refused(code), '/data/dev');
    expect(explained).toBeInstanceOf(StackError);
    expect(explained).toMatchObject({ code: expected, message: expect.stringContaining(words) });
    expect((explained as StackError).message).toContain("'/data/dev/lock.1'");
  });

  test.each([
    ['of another kind', refused('EISDIR')],
    ['of a program that may not be run', refused('EACCES', { syscall: 'spawn /bin/temporal' })],
    ['that is none', new TypeError('x is not a function')],
  ])('%s stays as it is', (_, error) => {
    expect(explainFileError(error, '/data/dev')).toBe(error);
  });
});

describe('a server that did not start', () => {
  test.each([
    ['PANIC: could not write to file "pg_wal/xlogtemp.7": No space left on device', 'disk-full'],
    ['database or disk is full (13)', 'disk-full'],
    ['could not extend file: Disk quota exceeded', 'disk-full'],
    ['FATAL: could not load server certificate file', 'postgres-start-failed'],
  ])('with "%s" in its log is %s', (log, code) => {
    const message = `PostgreSQL ended at once. The end of its log:\n${log}`;
    expect(startFailure('postgres-start-failed', message)).toMatchObject({
      code,
      message: expect.stringContaining(log),
    });
  });
});
