/** The search attributes that the engine and the definitions upsert: one that is not registered would stick a run. */
import type { NativeConnection } from '@temporalio/worker';
import type { Plan, SearchAttributeType } from '../plan/plan.ts';
import { STATUS_ATTRIBUTE } from '../plan/worker-contract.ts';

/** Types by name. */
export interface SearchAttributes {
  readonly [name: string]: SearchAttributeType;
}

/** How what is registered differs from what is required, in the order of the latter. */
export interface SearchAttributeDifference {
  readonly missing: readonly { readonly name: string; readonly type: SearchAttributeType }[];
  readonly otherType: readonly {
    readonly name: string;
    readonly type: SearchAttributeType;
    /** The type that is registered, `?` where it is one that we do not know. */
    readonly registered: string;
  }[];
}

/** What must be registered in the namespace for these plans to run: all that they set, and what the engine sets itself. */
export function requiredSearchAttributes(plans: Iterable<Plan>): SearchAttributes {
  const types: { [name: string]: SearchAttributeType } = { [STATUS_ATTRIBUTE]: 'Keyword' };
  for (const plan of plans) {
    const steps = plan.blocks.flatMap((block) => block.steps);
    for (const set of [plan, ...steps]) {
      for (const [name, { type }] of Object.entries(set.searchAttributes ?? {})) types[name] = type;
    }
  }
  return types;
}

/** Compares required search attributes with the registered ones, given as Temporal's numbers of types by name. */
export function compareSearchAttributes(
  required: SearchAttributes,
  registered: { readonly [name: string]: number },
): SearchAttributeDifference {
  const entries = Object.entries(required).map(([name, type]) => ({ name, type }));
  const isThere = (name: string): boolean => Object.hasOwn(registered, name);
  return {
    missing: entries.filter(({ name }) => !isThere(name)),
    otherType: entries
      .filter(({ name, type }) => isThere(name) && registered[name] !== NUMBERS[type])
      .map((entry) => ({ ...entry, registered: typeOf(registered[entry.name]!) })),
  };
}

/** The commands that register what is missing. */
function createCommand(
  missing: SearchAttributeDifference['missing'],
  { address, namespace }: { readonly address: string; readonly namespace: string },
): string {
  const attributes = missing.map(({ name, type }) => `--name ${name} --type ${type}`).join(' ');
  return `temporal operator search-attribute create --address ${address} --namespace ${namespace} ${attributes}`;
}

/** Where they are to be registered. */
export interface SearchAttributeTarget {
  readonly operatorService: NativeConnection['operatorService'];
  readonly namespace: string;
  /** Of the server, for the command that people are to run. */
  readonly address: string;
}

/** Documented in docs/what-breaks.md. */
export const SEARCH_ATTRIBUTE_ERROR_CODES = ['search-attributes-missing', 'search-attribute-type'] as const;

/** What is in the way of serving, and what to do about it. */
export interface SearchAttributeProblem {
  readonly code: (typeof SEARCH_ATTRIBUTE_ERROR_CODES)[number];
  readonly message: string;
  readonly hint: string;
}

/** What differs and what to do about it; undefined if nothing does. */
export function problemOf(
  { missing, otherType }: SearchAttributeDifference,
  target: Pick<SearchAttributeTarget, 'address' | 'namespace'>,
): SearchAttributeProblem | undefined {
  const { address, namespace } = target;
  if (otherType.length > 0) {
    const differences = otherType.map(
      ({ name, type, registered }) => `${name} is registered as ${registered}, expected ${type}`,
    );
    const names = otherType.map(({ name }) => `--name ${name}`).join(' ');
    return {
      code: 'search-attribute-type',
      message: `search attributes of namespace ${namespace}: ${differences.join('; ')}`,
      hint: `use another namespace, or, if nobody needs it as it is: temporal operator search-attribute remove --address ${address} --namespace ${namespace} ${names}`,
    };
  }
  if (missing.length === 0) return undefined;
  const names = missing.map(({ name, type }) => `${name} (${type})`).join(', ');
  return {
    code: 'search-attributes-missing',
    message: `namespace ${namespace} lacks search attributes: ${names}`,
    hint: `run: ${createCommand(missing, target)}`,
  };
}

/**
 * Makes sure that the required search attributes are registered, and registers those that are missing where that is
 * allowed.
 * @returns the problem that is left; undefined if there is none
 * @throws the connection's error where what is registered cannot be listed
 */
export async function haveSearchAttributes(
  target: SearchAttributeTarget,
  required: SearchAttributes,
): Promise<SearchAttributeProblem | undefined> {
  const { operatorService, namespace } = target;
  const difference = await findDifference(target, required);
  const { missing, otherType } = difference;
  if (missing.length === 0 || otherType.length > 0) return problemOf(difference, target);
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, NUMBERS[type]]));
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes });
    return undefined;
  } catch (error) {
    // Another worker that starts at the same time may have been quicker; whether it was, the list tells.
    const problem = problemOf(await findDifference(target, required), target);
    if (problem === undefined) return undefined;
    const reason = (error as Error).message;
    return { ...problem, message: `${problem.message}; they could not be registered: ${reason}` };
  }
}

/** How the namespace differs from what is required. Throws the connection's error. */
export async function findDifference(
  { operatorService, namespace }: Omit<SearchAttributeTarget, 'address'>,
  required: SearchAttributes,
): Promise<SearchAttributeDifference> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  return compareSearchAttributes(required, customAttributes);
}

/** The numbers of Temporal's `IndexedValueType`. */
const NUMBERS: { readonly [type in SearchAttributeType]: number } = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

function typeOf(number: number): string {
  return Object.entries(NUMBERS).find(([, one]) => one === number)?.[0] ?? '?';
}
