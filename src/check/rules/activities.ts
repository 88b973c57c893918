import type { Located, Pages } from '../../document/definition.ts';
import { resolveRef } from '../../json-schema/describe-schema.ts';
import { didYouMean } from '../../json-schema/suggest.ts';
import type { JsonObject, JsonSchema } from '../../plan/plan.ts';
import type { StepPlace } from '../step-graph.ts';
import type { Catalogue, Finding, Rule } from '../subject.ts';

/** What is called has a signature: the activity of a step, of a compensation, and the one that gives pages. */
export const activities: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap((place) => [
    ...namesOf(place).flatMap((name) => known(name, catalogue)),
    ...pagesOf(place, catalogue),
  ]);

function namesOf({ step: { action, compensate } }: StepPlace): readonly Located<string>[] {
  const called = action?.kind === 'activity' ? action.activity : pagesIn(action)?.activity;
  return [called, compensate?.activity].filter((name) => name !== undefined);
}

function known({ value, range }: Located<string>, catalogue: Catalogue): Finding[] {
  if (catalogue.signatures.has(value)) return [];
  if (catalogue.brokenSignatures?.has(value)) {
    return [
      { code: 'broken-signature', range, message: `the signature of '${value}' has errors of its own` },
    ];
  }
  const isWorkflow = catalogue.workflows.has(value);
  const hint = isWorkflow
    ? 'it is a workflow: call it with workflow in place of activity'
    : didYouMean(value, catalogue.signatures.keys());
  return [{ code: 'unknown-activity', range, message: `no activity '${value}'`, hint }];
}

/** An activity that gives pages takes `cursor`, and gives `items` and `next_cursor`. */
function pagesOf({ step: { action } }: StepPlace, { signatures }: Catalogue): Finding[] {
  const pages = pagesIn(action);
  const signature = pages && signatures.get(pages.activity.value);
  if (signature === undefined) return [];
  const { range } = pages!.activity;
  const report = (message: string): Finding => ({
    code: 'not-pages',
    range,
    message: `'${signature.name}' does not give pages: ${message}`,
    hint: 'pages come from an activity that takes cursor, and gives items and, but for the last, next_cursor',
  });
  const cursor = propertyOf(signature.input, 'cursor');
  const items = propertyOf(signature.output, 'items');
  const next = propertyOf(signature.output, 'next_cursor');
  if (cursor === undefined) return [report("its input has no 'cursor'")];
  if (cursor.required) return [report("its 'cursor' is required, and the first page has none")];
  if (items === undefined) return [report("its output has no 'items'")];
  if (!isList(items.schema)) return [report("its 'items' are no list")];
  return next === undefined ? [report("its output has no 'next_cursor'")] : [];
}

function pagesIn(action: StepPlace['step']['action']): Pages | undefined {
  return action?.kind === 'for_each' && action.items.kind === 'pages' ? action.items : undefined;
}

function propertyOf(root: JsonSchema, name: string) {
  const schema = resolveRef(root, root);
  if (typeof schema === 'boolean') return { schema: true, required: false };
  const properties = (schema.properties ?? {}) as JsonObject;
  if (!Object.hasOwn(properties, name)) return undefined;
  const required = Array.isArray(schema.required) && schema.required.includes(name);
  return { schema: resolveRef(properties[name] as JsonSchema, root), required };
}

function isList(schema: JsonSchema): boolean {
  return typeof schema === 'boolean' || schema.type === undefined || schema.type === 'array';
}
