import { compile } from 'json-schema-to-typescript';
import type { Json, JsonObject, JsonSchema } from '../src/plan/plan.ts';

/**
 * TypeScript declarations for several schemas of one file.
 *
 * @param parts self-contained schemas by the name that each one's type shall have; what they share under `$defs`
 *   is declared once
 * @returns exported declarations, formatted; the same schemas give the same text
 */
export async function declareTypes(parts: { readonly [name: string]: JsonSchema }): Promise<string> {
  const definitions = mergeDefinitions(parts);
  const root: JsonSchema = {
    type: 'object',
    properties: Object.fromEntries(Object.keys(parts).map((name) => [name, { $ref: `#/$defs/${name}` }])),
    $defs: definitions,
  };
  const text = await compile(root as Parameters<typeof compile>[0], ROOT, {
    bannerComment: '',
    additionalProperties: false,
    style: { singleQuote: true, printWidth: 110 },
    // By default it would fetch what a `$ref` names.
    $refOptions: { resolve: { http: false, file: false, external: false } },
  });
  return text.replace(ROOT_DECLARATION, '').trim();
}

const ROOT = 'EstuaryCodegenRoot';
const ROOT_DECLARATION = new RegExp(`^export interface ${ROOT} \\{\\n[\\s\\S]*?\\n\\}\\n`);

/** All parts and what stands under their `$defs` side by side; of two different schemas of one name, one is renamed. */
function mergeDefinitions(parts: { readonly [name: string]: JsonSchema }): { [name: string]: JsonSchema } {
  const merged: { [name: string]: JsonSchema } = { ...parts };
  for (const [part, schema] of Object.entries(parts)) {
    if (typeof schema === 'boolean') continue;
    const { $defs = {}, title: _, ...own } = schema;
    const locals = Object.entries($defs as { [name: string]: JsonSchema });
    const names = new Map(locals.map(([name, local]) => [name, freeName(merged, name, local)]));
    const rename = (inner: JsonSchema): JsonSchema => rewriteReferences(inner, part, names) as JsonSchema;
    for (const [name, local] of locals) merged[names.get(name)!] = rename(local);
    merged[part] = rename(own);
  }
  return merged;
}

/** `name`, unless another schema has it already. */
function freeName(merged: { readonly [name: string]: JsonSchema }, name: string, schema: JsonSchema): string {
  let free = name;
  for (let count = 2; Object.hasOwn(merged, free); count++) {
    if (JSON.stringify(merged[free]) === JSON.stringify(schema)) return free;
    free = `${name}${count}`;
  }
  return free;
}

/** The schema with its references to itself and to its `$defs` pointing at where those stand after the merge. */
function rewriteReferences(value: Json, part: string, names: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => rewriteReferences(item, part, names));
  if (value === null || typeof value !== 'object') return value;
  const copy: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    copy[key] =
      key === '$ref' && typeof inner === 'string'
        ? rewriteReference(inner, part, names)
        : rewriteReferences(inner, part, names);
  }
  return copy;
}

function rewriteReference(reference: string, part: string, names: ReadonlyMap<string, string>): string {
  const local = /^#\/\$defs\/([^/]+)(.*)$/.exec(reference);
  if (local) return `#/$defs/${names.get(local[1]!) ?? local[1]}${local[2]}`;
  return reference.replace(/^#/, `#/$defs/${part}`);
}
