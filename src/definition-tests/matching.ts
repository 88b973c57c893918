/** What a test expects of a value: at least what it writes, with expressions as conditions. */
import { evaluate, evaluateText, newBudget } from '../expression/evaluate.ts';
import { parseTemplate } from '../expression/template.ts';
import type { Json } from '../plan/plan.ts';

/** The condition that a key is not there at all. */
export const ABSENT = 'absent';

/**
 * Whether a value is what is expected. Of an object, the keys that are written; a list item by item; a string that is
 * one expression is a condition on `value`; `${{ absent }}` stands for a key that is not there.
 */
export function matches(expected: Json, actual: Json | undefined): boolean {
  if (typeof expected === 'string') {
    const condition = conditionOf(expected);
    return condition === undefined ? actual === unescaped(expected) : holds(condition, actual);
  }
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, index) => matches(item, actual[index]))
    );
  }
  if (expected !== null && typeof expected === 'object') {
    if (!isObject(actual)) return false;
    return Object.entries(expected).every(([key, value]) =>
      Object.hasOwn(actual, key) ? matches(value, actual[key]) : matchesNothing(value),
    );
  }
  return actual === expected;
}

/** Whether a step's path is the one that is written; `[*]` stands for any item. */
export function matchesPath(pattern: string, path: string): boolean {
  if (!pattern.includes('[*]')) return pattern === path;
  const parts = pattern.split('[*]').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('\\[[^\\]]*\\]')}$`).test(path);
}

/**
 * The value that a script gives, its expressions computed.
 * @throws Error if one fails
 */
export function fillIn(value: Json, scope: { readonly [name: string]: Json }): Json {
  return fill(value, scope) ?? null;
}

/** Whether any string of a value holds an expression. */
export function hasExpression(value: Json): boolean {
  if (typeof value === 'string') return value.includes('${{');
  if (value === null || typeof value !== 'object') return false;
  return Object.values(value).some(hasExpression);
}

/**
 * Both sides of a value that is not what was expected, a line each: `-` is expected, `+` was there.
 * Only what the expectation speaks of is shown.
 */
export function diffLines(expected: Json, actual: Json | undefined): readonly string[] {
  return diff(expected, actual, '', '');
}

function diff(expected: Json, actual: Json | undefined, head: string, indent: string): string[] {
  if (actual !== undefined && matches(expected, actual)) {
    return [`  ${indent}${head}${inline(actual, expected)}`];
  }
  if (isObject(expected) && isObject(actual) && Object.keys(expected).length > 0) {
    const inner = head === '' ? indent : `${indent}  `;
    return [
      ...(head === '' ? [] : [`  ${indent}${head.trimEnd()}`]),
      ...Object.entries(expected).flatMap(([key, value]) =>
        diff(value, Object.hasOwn(actual, key) ? actual[key] : undefined, `${key}: `, inner),
      ),
    ];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const inner = head === '' ? indent : `${indent}  `;
    const length = Math.max(expected.length, actual.length);
    return [
      ...(head === '' ? [] : [`  ${indent}${head.trimEnd()}`]),
      ...Array.from({ length }, (_, index) =>
        index >= expected.length
          ? [`+ ${inner}[${index}]: ${inline(actual[index]!)}`]
          : diff(expected[index]!, actual[index], `[${index}]: `, inner),
      ).flat(),
    ];
  }
  return [
    `- ${indent}${head}${inline(expected)}`,
    ...(actual === undefined ? [] : [`+ ${indent}${head}${inline(actual)}`]),
  ];
}

/** Where a value fits, only the keys that were asked for tell something. */
function inline(value: Json, expected?: Json): string {
  const shown = expected === undefined ? value : restricted(value, expected);
  return JSON.stringify(shown);
}

function restricted(value: Json, expected: Json): Json {
  if (isObject(value) && isObject(expected)) {
    const keys = Object.keys(expected).filter((key) => Object.hasOwn(value, key));
    return Object.fromEntries(keys.map((key) => [key, restricted(value[key]!, expected[key]!)]));
  }
  if (Array.isArray(value) && Array.isArray(expected)) {
    return value.map((item, index) => restricted(item, expected[index] ?? true));
  }
  return value;
}

function conditionOf(text: string): string | undefined {
  if (!text.includes('${{')) return undefined;
  const parsed = parseTemplate(text);
  if (!parsed.ok || parsed.template.kind !== 'expression') return undefined;
  return parsed.template.expression.source;
}

function holds(condition: string, value: Json | undefined): boolean {
  if (value === undefined) return false;
  const result = evaluate(condition, { value }, newBudget());
  return result.ok && result.value === true;
}

function matchesNothing(expected: Json): boolean {
  return typeof expected === 'string' && conditionOf(expected) === ABSENT;
}

function unescaped(text: string): string {
  if (!text.includes('${{')) return text;
  const parsed = parseTemplate(text);
  return parsed.ok && parsed.template.kind === 'literal' ? parsed.template.text : text;
}

function fill(value: Json, scope: { readonly [name: string]: Json }): Json | undefined {
  if (typeof value === 'string') return fillText(value, scope);
  if (Array.isArray(value)) {
    return value.map((item) => fill(item, scope)).filter((item): item is Json => item !== undefined);
  }
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, fill(member, scope)] as const)
      .filter((entry): entry is readonly [string, Json] => entry[1] !== undefined),
  );
}

function fillText(text: string, scope: { readonly [name: string]: Json }): Json | undefined {
  if (!text.includes('${{')) return text;
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { template } = parsed;
  if (template.kind === 'literal') return template.text;
  const result =
    template.kind === 'expression'
      ? evaluate(template.expression.source, scope, newBudget())
      : evaluateText(
          template.parts.map((part) => (typeof part === 'string' ? part : { expression: part.source })),
          scope,
          newBudget(),
        );
  if (!result.ok) throw new Error(`${result.error.message} in \`${text}\``);
  return result.value;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
