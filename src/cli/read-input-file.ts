import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { MAX_YAML_BYTES } from '../document/yaml.ts';
import type { JsonObject } from '../plan/plan.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { parseInputFile } from './read-input.ts';

/**
 * Reads `--input-file`: a JSON or YAML object from a file, or from stdin for `-`.
 * @throws CommandFailure `invalid-input` if it cannot be read, is larger than 512 KB, or holds no object
 */
export async function readInputFile(path: string, stdin: Readable = process.stdin): Promise<JsonObject> {
  const name = path === '-' ? 'stdin' : path;
  const text = await readText(path === '-' ? stdin : createReadStream(path), name);
  const parsed = parseInputFile(text, name);
  if (parsed.ok) return parsed.input;
  throw invalid(`the input file is not valid:\n  ${parsed.problems.join('\n  ')}`);
}

async function readText(stream: Readable, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      chunks.push(Buffer.from(chunk));
      bytes += chunks.at(-1)!.length;
      // Beyond this only its size matters: a file that never ends is not read to its end.
      if (bytes > MAX_YAML_BYTES) break;
    }
  } catch (error) {
    throw invalid(`cannot read ${name}: ${reasonOf(error as NodeJS.ErrnoException)}`);
  }
  if (bytes > MAX_YAML_BYTES) throw invalid(`${name} is larger than ${MAX_YAML_BYTES / 1024} KB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw invalid(`${name} is not UTF-8 text`);
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'not permitted';
  return message;
}

function invalid(message: string): CommandFailure {
  return new CommandFailure('invalid-input', message, {
    exit: EXIT.usage,
    hint: '--input-file takes a JSON or YAML object, key: value',
  });
}
