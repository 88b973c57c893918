import { createInterface } from 'node:readline/promises';
import { describeSchema } from '../json-schema/describe-schema.ts';
import type { JsonObject, JsonSchema } from '../plan/plan.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { readInput } from './read-input.ts';
import { readInputFile } from './read-input-file.ts';

/** Where people are asked; both ends are terminals. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

export interface RunInputOptions {
  /** The workflow, for messages. */
  readonly name: string;
  readonly schema: JsonSchema;
  /** `--input`. */
  readonly assignments: readonly string[];
  /** `--input-file`. */
  readonly file: string | undefined;
  /** What is taken where neither says anything. */
  readonly base?: JsonObject | undefined;
  /** Where to ask for what is missing; without it that is an error. */
  readonly terminal: Terminal | undefined;
}

/**
 * The input of a run from flags, file, and answers.
 * @throws CommandFailure `invalid-input`, with all that is wrong; `interrupted` if a question gets no answer
 */
export async function readRunInput(options: RunInputOptions): Promise<JsonObject> {
  const { name, schema, assignments, terminal } = options;
  const file = options.file === undefined ? (options.base ?? {}) : await readInputFile(options.file);
  const read = readInput(assignments, schema, { file });
  if (read.ok) return read.input;
  if (read.missing !== undefined && terminal !== undefined) {
    return askForMissing(options, file, read.missing, terminal);
  }
  throw new CommandFailure(
    'invalid-input',
    `the input of ${name} is not valid:\n  ${read.problems.join('\n  ')}`,
    {
      exit: EXIT.usage,
      hint: `\`estuary wf list --domain ${name.slice(0, name.indexOf('/'))}\` shows the inputs`,
    },
  );
}

/** Asks for one input after the other; again for one whose answer will not do. */
async function askForMissing(
  { schema, assignments }: RunInputOptions,
  file: JsonObject,
  missing: readonly string[],
  terminal: Terminal,
): Promise<JsonObject> {
  const questions = createInterface({ ...terminal, terminal: true });
  const closed = new Promise<undefined>((resolve) => questions.once('close', () => resolve(undefined)));
  const properties = (typeof schema === 'object' ? schema.properties : {}) as { [name: string]: JsonSchema };
  let given = assignments;
  let asked = missing;
  try {
    for (;;) {
      const key: string = asked[0]!;
      const question = `${key} (${describeSchema(properties[key]!, schema)}): `;
      const answer = await Promise.race([questions.question(question), closed]);
      if (answer === undefined) {
        throw new CommandFailure('interrupted', 'nothing was started', { exit: EXIT.interrupted });
      }
      if (answer.trim() === '') continue;
      const more: readonly string[] = [...given, `${key}=${answer}`];
      const read = readInput(more, schema, { file });
      if (read.ok) return read.input;
      if (read.missing === undefined) terminal.output.write(`  ${read.problems.join('\n  ')}\n`);
      else {
        given = more;
        asked = read.missing;
      }
    }
  } finally {
    questions.close();
  }
}
