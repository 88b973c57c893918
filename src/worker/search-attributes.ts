import type { NativeConnection } from '@temporalio/worker';
import type { Plan, SearchAttributeType } from '../plan/plan.ts';
import { STATUS_ATTRIBUTE } from '../plan/worker-contract.ts';

/** Temporal's numbers of the types. */
const TYPE_NUMBERS: { readonly [Type in SearchAttributeType]: number } = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

export interface MissingAttribute {
  readonly name: string;
  /** Why runs do without it, in a sentence. */
  readonly problem: string;
}

/**
 * Makes sure that the namespace has what these plans set, and registers what it has not, where that is allowed.
 * @returns what runs must not set: the server would refuse their workflow tasks for ever
 */
export async function registerSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  plans: Iterable<Plan>,
): Promise<readonly MissingAttribute[]> {
  const wanted = attributesOf(plans);
  const { operatorService } = connection;
  const present = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { customAttributes, systemAttributes } = await operatorService.listSearchAttributes({ namespace });
    return { ...systemAttributes, ...customAttributes };
  };
  let found: Readonly<Record<string, unknown>>;
  try {
    found = await present();
  } catch {
    // Who may not list them may well set them, and most namespaces are set up before their workers start.
    return [];
  }
  const missing = Object.entries(wanted).filter(([name]) => !Object.hasOwn(found, name));
  let refusal = '';
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, TYPE_NUMBERS[type]]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes }).catch((error: unknown) => {
      // Another worker that starts at the same time may have been first.
      refusal = error instanceof Error ? error.message : String(error);
    });
    found = await present();
  }
  return findMissing(wanted, found, refusal);
}

/** What is not there, or there with another type. */
export function findMissing(
  wanted: { readonly [name: string]: SearchAttributeType },
  found: Readonly<Record<string, unknown>>,
  refusal: string,
): readonly MissingAttribute[] {
  return Object.entries(wanted).flatMap(([name, type]) => {
    if (!Object.hasOwn(found, name))
      return [{ name, problem: `the namespace does not have it, and it cannot be registered: ${refusal}` }];
    if (found[name] === TYPE_NUMBERS[type]) return [];
    const other = Object.entries(TYPE_NUMBERS).find(([, number]) => number === found[name])?.[0];
    return [{ name, problem: `the namespace has it as ${other ?? 'another type'}, not as ${type}` }];
  });
}

/** All that plans set, and what the engine sets itself. */
function attributesOf(plans: Iterable<Plan>): { readonly [name: string]: SearchAttributeType } {
  const types: { [name: string]: SearchAttributeType } = { [STATUS_ATTRIBUTE]: 'Keyword' };
  for (const plan of plans) {
    const steps = plan.blocks.flatMap((block) => block.steps);
    for (const set of [plan, ...steps]) {
      for (const [name, { type }] of Object.entries(set.searchAttributes ?? {})) types[name] = type;
    }
  }
  return types;
}
