import { posix } from 'node:path';
import { isSchema, mapSubschemas } from '../json-schema/subschemas.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { toJson } from './json.ts';
import { parseYaml } from './yaml.ts';

/** The text of a file of the project, by its path from the project's root; `undefined` if there is none. */
export type ReadFile = (path: string) => string | undefined;

/** What is wrong with a `$ref`; `at` is the path to it in the schema. */
export interface ReferenceProblem {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

const MOST_FILES = 64;

/**
 * A schema that needs no other file: what its `$ref`s name in other files stands under `$defs`, each file once,
 * by its path below `schemas/` (`schemas/money.yaml` is `money`). Reads only files below `schemas/`, never a
 * URL, and no more than 64.
 *
 * @param file where the schema stands; `$ref`s are relative to it
 */
export function bundleSchema(
  schema: JsonSchema,
  file: string,
  readFile: ReadFile,
): { readonly schema: JsonSchema; readonly problems: readonly ReferenceProblem[] } {
  const bundler = new Bundler(schema, readFile);
  return bundler.bundle(schema, file);
}

class Bundler {
  readonly #problems: ReferenceProblem[] = [];
  readonly #names = new Map<string, string>();
  readonly #definitions: { [name: string]: Json } = {};
  readonly #readFile: ReadFile;
  readonly #taken: ReadonlySet<string>;

  constructor(schema: JsonSchema, readFile: ReadFile) {
    this.#readFile = readFile;
    const own = typeof schema === 'object' ? schema.$defs : undefined;
    this.#taken = new Set(own !== null && typeof own === 'object' ? Object.keys(own) : []);
  }

  bundle(schema: JsonSchema, file: string) {
    const own = this.#rewrite(schema, { file, prefix: '#', site: undefined }, []);
    if (typeof own === 'boolean' || Object.keys(this.#definitions).length === 0) {
      return { schema: own, problems: this.#problems };
    }
    const definitions = isSchema(own.$defs) && typeof own.$defs === 'object' ? own.$defs : {};
    return { schema: { ...own, $defs: { ...definitions, ...this.#definitions } }, problems: this.#problems };
  }

  #rewrite(schema: JsonSchema, from: Origin, at: readonly (string | number)[]): JsonSchema {
    if (typeof schema === 'boolean') return schema;
    const copy = mapSubschemas(schema, (part, path) => this.#rewrite(part, from, [...at, ...path]));
    if (typeof copy.$ref !== 'string') return copy;
    const target = this.#target(copy.$ref, from, from.site ?? [...at, '$ref']);
    if (target !== undefined) return { ...copy, $ref: target };
    const { $ref: _, ...rest } = copy;
    return rest;
  }

  #target(reference: string, from: Origin, site: readonly (string | number)[]): string | undefined {
    const [path = '', fragment = ''] = reference.split('#', 2);
    if (path === '') return from.prefix + fragment;
    const wrong = (message: string): undefined => {
      const where = from.site === undefined ? '' : `${from.file}: `;
      this.#problems.push({ at: site, message: where + message });
    };
    if (/^[a-z][a-z0-9+.-]*:/i.test(path) || path.startsWith('//')) {
      return wrong(`'${reference}' is a URL; a reference names a file below schemas/`);
    }
    const target = posix.normalize(posix.join(posix.dirname(from.file), path));
    if (path.startsWith('/') || path.includes('\\') || !/^schemas\/.+\.(?:ya?ml|json)$/.test(target)) {
      return wrong(`'${reference}' does not name a YAML or JSON file below schemas/`);
    }
    const known = this.#names.get(target);
    if (known !== undefined) return `#/$defs/${known}${fragment}`;
    if (this.#names.size >= MOST_FILES)
      return wrong(`'${reference}' is one file too many; at most ${MOST_FILES}`);
    const text = this.#readFile(target);
    if (text === undefined) return wrong(`'${reference}' leads to ${target}, which does not exist`);
    const { tree, findings } = parseYaml(text, target);
    const json = tree === undefined ? undefined : toJson(tree);
    if (findings.length > 0 || !isSchema(json)) {
      return wrong(`${target} is not a JSON Schema: ${findings[0]?.message ?? 'an object is expected'}`);
    }
    const name = this.#nameFor(target);
    this.#names.set(target, name);
    this.#definitions[name] = true;
    const { $schema: _, ...body } = typeof json === 'object' ? json : { $schema: '', allOf: [json] };
    this.#definitions[name] = this.#rewrite(body, { file: target, prefix: `#/$defs/${name}`, site }, []);
    return `#/$defs/${name}${fragment}`;
  }

  #nameFor(file: string): string {
    const base = file
      .replace(/^schemas\//, '')
      .replace(/\.\w+$/, '')
      .replace(/[^A-Za-z0-9_-]/g, '_');
    let name = base;
    for (let count = 2; this.#taken.has(name) || Object.hasOwn(this.#definitions, name); count++)
      name = `${base}_${count}`;
    return name;
  }
}

/** Where the schema being rewritten came from: `site` is the reference in the first file that led there. */
interface Origin {
  readonly file: string;
  readonly prefix: string;
  readonly site: readonly (string | number)[] | undefined;
}
