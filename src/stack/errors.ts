/** Codes of what can keep the embedded stack from starting or stopping. */
export type StackErrorCode =
  | 'no-temporal-cli'
  | 'temporal-cli-unusable'
  | 'temporal-start-failed'
  | 'postgres-missing'
  | 'postgres-as-root'
  | 'postgres-start-failed'
  | 'data-directory-unusable'
  | 'disk-full'
  | 'locked'
  | 'not-ours-to-stop';

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
const UNUSABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

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
  if (UNUSABLE.has(code)) {
    const reason = code === 'EROFS' ? 'its file system is read-only' : `this user may not write it (${code})`;
    return new StackError(
      'data-directory-unusable',
      `'${where}' cannot be written: ${reason}. The embedded stack keeps its data in '${directory}'; make it writable.`,
    );
  }
  return error;
}
