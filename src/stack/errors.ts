/** Codes of what can keep the embedded stack from starting or stopping; documented in docs/what-breaks.md. */
export const STACK_ERROR_CODES = [
  'data-directory-unusable',
  'disk-full',
  'locked',
  'no-temporal-cli',
  'temporal-cli-unusable',
  'temporal-start-failed',
  'postgres-missing',
  'postgres-as-root',
  'postgres-start-failed',
  'not-ours-to-stop',
] as const;

export type StackErrorCode = (typeof STACK_ERROR_CODES)[number];

/** The machine does not allow what was asked. `message` is for people and complete: what, why, what to do. */
export class StackError extends Error {
  readonly code: StackErrorCode;

  constructor(code: StackErrorCode, message: string) {
    super(message);
    this.name = 'StackError';
    this.code = code;
  }
}

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);
const UNUSABLE: { readonly [code: string]: string } = {
  EACCES: 'this user may not write it',
  EPERM: 'this user may not write it',
  EROFS: 'its file system is read-only',
  ENOTDIR: 'a file stands where a folder has to be',
  EEXIST: 'a file stands where a folder has to be',
};

/** Gives a file system's refusal under `directory` its plain words; anything else is returned as it is. */
export function explainFileError(error: unknown, directory: string): unknown {
  const { code = '', path, syscall = '' } = error as NodeJS.ErrnoException;
  // A program that may not be run is no matter of the folder.
  if (syscall.startsWith('spawn')) return error;
  const where = path ?? directory;
  if (DISK_FULL.has(code)) {
    return new StackError(
      'disk-full',
      `The disk is full: '${where}' could not be written. Free some space and try again.`,
    );
  }
  const reason = UNUSABLE[code];
  if (reason !== undefined) {
    return new StackError(
      'data-directory-unusable',
      `'${where}' cannot be written: ${reason} (${code}). The embedded stack keeps its data in '${directory}'; make it writable.`,
    );
  }
  return error;
}

/** Why a server did not start, by what it has written: `code`, unless it was for want of space. */
export function startFailure(code: StackErrorCode, message: string): StackError {
  return /no space left|disk is full|disk quota exceeded/i.test(message)
    ? new StackError('disk-full', `${message}\nThe disk is full: free some space and try again.`)
    : new StackError(code, message);
}
