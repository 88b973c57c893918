/**
 * The grammars of `schemas/`, with keywords of our own that stand for what JSON Schema says only with many
 * branches, and then reports once a branch: each of ours gives one error a mistake.
 */
import type { ErrorObject, SchemaValidateFunction, ValidateFunction } from 'ajv';
import { createAjv } from '../json-schema/compile-schema.ts';
import { loadGrammar } from './load-grammar.ts';

const grammars = new Map<string, ValidateFunction>();

/**
 * The function that holds a value against a grammar, and leaves every mistake in its `errors`.
 *
 * @param name the file: `workflow.schema.json` or `signature.schema.json`
 */
export function grammarOf(name: string): ValidateFunction {
  let validate = grammars.get(name);
  if (validate === undefined) {
    const ajv = createAjv();
    for (const [keyword, type, find] of KEYWORDS) {
      const check: SchemaValidateFunction = (argument, value, parentSchema, place) => {
        const found = find(argument as never, value as never);
        check.errors = found.map(({ item, ...mistake }) => ({
          ...mistake,
          ...(parentSchema && { parentSchema }),
          ...(item === undefined ? {} : { instancePath: `${place?.instancePath}/${item}` }),
        }));
        return found.length === 0;
      };
      ajv.addKeyword({ keyword, type, errors: true, validate: check });
    }
    validate = ajv.compile(loadGrammar(name));
    grammars.set(name, validate);
  }
  return validate;
}

type Mistake = Pick<ErrorObject, 'keyword' | 'params' | 'message'> & {
  /** Of a list: the item that it is about. */
  readonly item?: number;
};

/** Each keyword, the type of value that it looks at, and what it finds there. */
const KEYWORDS = [
  ['exactlyOneOf', 'object', exactlyOneOf],
  ['besideOneOf', 'object', besideOneOf],
  ['notBeside', 'object', notBeside],
  ['onlyLast', 'array', onlyLast],
] as const;

/**
 * `exactlyOneOf: {of: what this is, keys: {key: [keys that it brings along]}}`: an object has exactly one of the
 * keys. What makes a step is a mistake of its own kind, `exactlyOneOf`; elsewhere it is a choice of keys.
 */
function exactlyOneOf(
  { of, keys }: { readonly of: string; readonly keys: { readonly [key: string]: readonly string[] } },
  value: object,
): Mistake[] {
  const present = Object.keys(keys).filter((key) => Object.hasOwn(value, key));
  const brought = new Set(present.flatMap((key) => keys[key] ?? []));
  const [first, second] = present.filter((key) => !brought.has(key));
  if (first !== undefined && second === undefined) return [];
  if (first === undefined) {
    const message = `a ${of} needs exactly one of ${Object.keys(keys).join(', ')}`;
    return [{ keyword: of === 'step' ? 'exactlyOneOf' : 'missingChoice', params: {}, message }];
  }
  const message = `'${first}' and '${second}' cannot stand in one ${of}`;
  return [{ keyword: of === 'step' ? 'exactlyOneOf' : 'surplusChoice', params: { key: second }, message }];
}

/** `besideOneOf: {key: [others]}`: the key stands only where one of the others does. */
function besideOneOf(places: { readonly [key: string]: readonly string[] }, value: object): Mistake[] {
  return Object.entries(places).flatMap(([key, others]): Mistake[] => {
    if (!Object.hasOwn(value, key) || others.some((other) => Object.hasOwn(value, other))) return [];
    const message = `'${key}' needs ${listed(others, 'or')} beside it`;
    return [{ keyword: 'besideOneOf', params: { key }, message }];
  });
}

/** `notBeside: {key: [others]}`: the key stands only where none of the others does. */
function notBeside(places: { readonly [key: string]: readonly string[] }, value: object): Mistake[] {
  return Object.entries(places).flatMap(([key, others]): Mistake[] => {
    const other = others.find((name) => Object.hasOwn(value, name));
    if (!Object.hasOwn(value, key) || other === undefined) return [];
    return [{ keyword: 'notBeside', params: { key }, message: `'${key}' cannot stand beside '${other}'` }];
  });
}

/** `onlyLast: key`: of the objects in a list, only the last may have the key. */
function onlyLast(key: string, list: readonly unknown[]): Mistake[] {
  const early = list.findIndex(
    (item) => typeof item === 'object' && item !== null && Object.hasOwn(item, key),
  );
  if (early === -1 || early === list.length - 1) return [];
  const message = `'${key}' has to come last: what follows it never runs`;
  return [{ keyword: 'onlyLast', params: { key }, message, item: early }];
}

function listed(names: readonly string[], word: string): string {
  const quoted = names.map((name) => `'${name}'`);
  return quoted.length === 1 ? quoted[0]! : `${quoted.slice(0, -1).join(', ')} ${word} ${quoted.at(-1)}`;
}
