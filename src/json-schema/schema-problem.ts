import type { ErrorObject } from 'ajv';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { decodePointerPart, describeSchema, resolveRef, typesOf } from './describe-schema.ts';
import { didYouMean, nearest } from './suggest.ts';

/** What is wrong with a value, in words. */
export interface SchemaProblem {
  /** `payouts[3].amount`; empty for the value as a whole. */
  readonly path: string;
  /** The same as keys and indexes. */
  readonly at: readonly (string | number)[];
  /** Which keyword failed: `required`, `type`, `additionalProperties`, … */
  readonly keyword: string;
  /** The key that is missing or unknown, where the problem is one. */
  readonly key?: string;
  /** Quotes the offender and says what was expected; does not repeat the path. */
  readonly message: string;
  readonly hint?: string;
}

/** One line a problem: `payouts[3].amount: 'ten' is not a number`. */
export function formatProblem(problem: SchemaProblem): string {
  const where = problem.path === '' ? '' : `${problem.path}: `;
  return `${where}${problem.message}${problem.hint === undefined ? '' : `; ${problem.hint}`}`;
}

/** `payouts[3].amount` for keys and indexes; keys that are no names stand in brackets and quotes. */
export function formatPath(at: readonly (string | number)[]): string {
  return at
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[A-Za-z_$][\w$-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}

/** ajv's errors (of `allErrors` and `verbose`) in words, without those that only follow from others. */
export function problemsOf(errors: readonly ErrorObject[], root: JsonSchema): readonly SchemaProblem[] {
  const choices = errors
    .filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
    .map((error) => ({ error, branch: meantBranch(error, root) }));
  const problems: SchemaProblem[] = [];
  for (const [index, error] of errors.entries()) {
    if (error.keyword === 'if') continue;
    // A choice comes after what its branches say, an outer choice after an inner one.
    const told = choices.some((choice) =>
      choice.error === error
        ? choice.branch !== undefined
        : errors.indexOf(choice.error) > index && isToldBy(choice.error, choice.branch, error),
    );
    if (told) continue;
    const problem = problemOf(error, root);
    if (!problems.some((other) => other.path === problem.path && other.message === problem.message)) {
      problems.push(problem);
    }
  }
  return problems;
}

/** The branch of a choice that alone takes objects or lists, when the value is one: its findings say more. */
function meantBranch(choice: ErrorObject, root: JsonSchema): JsonSchema | undefined {
  const kind = Array.isArray(choice.data) ? 'array' : typeof choice.data;
  if (choice.data === null || (kind !== 'array' && kind !== 'object')) return undefined;
  const fitting = (choice.schema as JsonSchema[])
    .map((branch) => resolveRef(branch, root))
    .filter((branch) => typeof branch === 'object' && typesOf(branch).includes(kind));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Whether an error inside a choice is one that the choice says itself, or that its meant branch does not say. */
function isToldBy(choice: ErrorObject, branch: JsonSchema | undefined, error: ErrorObject): boolean {
  if (error.instancePath === choice.instancePath)
    return branch === undefined || error.parentSchema !== branch;
  return branch === undefined && error.instancePath.startsWith(`${choice.instancePath}/`);
}

/** Where an ajv error points, as keys and indexes into the value. */
function pathOf(error: ErrorObject): readonly (string | number)[] {
  const parts = error.instancePath.split('/').slice(1).map(decodePointerPart);
  return parts.map((part) => (/^(?:0|[1-9]\d*)$/.test(part) ? Number(part) : part));
}

function problemOf(error: ErrorObject, root: JsonSchema): SchemaProblem {
  const at = pathOf(error);
  const known = { path: formatPath(at), at, keyword: error.keyword };
  const params = error.params as { readonly [name: string]: Json };
  const properties = (error.parentSchema?.properties ?? {}) as { [name: string]: JsonSchema };
  switch (error.keyword) {
    case 'required': {
      const key = String(params.missingProperty);
      const expected = Object.hasOwn(properties, key)
        ? ` (${describeSchema(properties[key]!, root)})`.replace(' (anything)', '')
        : '';
      return { ...known, key, message: `'${key}' is missing${expected}` };
    }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params.additionalProperty ?? params.unevaluatedProperty);
      const hint = didYouMean(key, Object.keys(properties));
      return { ...known, key, message: `unknown key '${key}'`, ...(hint === undefined ? {} : { hint }) };
    }
    case 'enum': {
      const values = error.schema as Json[];
      const best = typeof error.data === 'string' ? nearest(error.data, values.map(String)) : undefined;
      const [only] = values;
      const expected = values.length === 1 ? quote(only) : describeSchema({ enum: values });
      const message = `${quote(error.data)} is not ${expected}`;
      return { ...known, message, ...(best === undefined ? {} : { hint: `did you mean '${best}'?` }) };
    }
    default: {
      const { key } = params;
      return {
        ...known,
        ...(typeof key === 'string' ? { key } : {}),
        message: messageOf(error, params, root),
      };
    }
  }
}

function messageOf(error: ErrorObject, params: { readonly [name: string]: Json }, root: JsonSchema): string {
  const offender = quote(error.data);
  const parent = (error.parentSchema ?? {}) as { [keyword: string]: Json };
  switch (error.keyword) {
    case 'type':
      return `${offender} is not ${article(titleOf(parent) ?? describeSchema({ ...parent, type: params.type! }, root))}`;
    case 'anyOf':
    case 'oneOf': {
      const expected = titleOf(parent) ?? describeSchema(parent, root);
      if (error.keyword === 'oneOf' && params.passingSchemas)
        return `${offender} fits more than one of: ${expected}`;
      return `${offender} is not ${article(expected)}`;
    }
    case 'const':
      return `${offender} is not ${JSON.stringify(params.allowedValue)}`;
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${offender} is not ${sign(String(params.comparison))} ${params.limit}`;
    case 'multipleOf':
      return `${offender} is not a multiple of ${params.multipleOf}`;
    case 'format':
      return `${offender} is not ${article(String(params.format))}`;
    case 'pattern':
      return `${offender} does not match ${params.pattern}`;
    case 'minLength':
      return params.limit === 1
        ? 'an empty string is not allowed'
        : `${offender} is shorter than ${params.limit} characters`;
    case 'maxLength':
      return `${offender} is longer than ${params.limit} characters`;
    case 'minItems':
      return params.limit === 1
        ? 'an empty list is not allowed'
        : `a list of ${(error.data as Json[]).length} is too short; at least ${params.limit}`;
    case 'minProperties':
      return params.limit === 1
        ? 'an empty object is not allowed'
        : `${offender} has fewer than ${params.limit} keys`;
    case 'maxItems':
      return `a list of ${(error.data as Json[]).length} is too long; at most ${params.limit}`;
    case 'uniqueItems':
      return `items ${params.j} and ${params.i} are equal`;
    case 'false schema':
      return 'nothing may stand here';
    // The grammars' own keywords, which come with their words.
    case 'exactlyOneOf':
    case 'missingChoice':
    case 'surplusChoice':
    case 'besideOneOf':
    case 'notBeside':
    case 'onlyLast':
      return error.message ?? '';
    default:
      return `${offender} ${error.message ?? 'is not valid'}`;
  }
}

/** A schema may say in its title what it takes, better than its keywords do. */
function titleOf({ title }: { readonly [keyword: string]: Json }): string | undefined {
  return typeof title === 'string' ? title : undefined;
}

/** A value as a message quotes it: strings in quotes, long ones shortened, objects and lists by their kind. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value !== null && typeof value === 'object') return 'an object';
  return String(value);
}

function article(phrase: string): string {
  if (/^(?:one of|anything|nothing|a |an |null\b|[^a-z])/.test(phrase)) return phrase;
  return /^(?:[aeio]|ur|un)/.test(phrase) && !/^one\b/.test(phrase) ? `an ${phrase}` : `a ${phrase}`;
}

function sign(comparison: string): string {
  return { '>=': '≥', '<=': '≤' }[comparison] ?? comparison;
}
