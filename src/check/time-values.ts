/** Values that say how long, or until when: told apart, though both may be text. */
import type { YamlNode } from '../document/yaml-tree.ts';
import { parseDuration } from '../expression/duration.ts';
import { evaluate, newBudget } from '../expression/evaluate.ts';
import { type Atom, atomsOf, describe, mayBeAbsent } from '../expression/types.ts';
import { hasExpressions } from './expression-places.ts';
import { headOf } from './schema-pass.ts';
import type { ValueChecker, ValueScope } from './value-checker.ts';

/** Checks an expression that gives a duration; a written one is the durations' rule's. */
export function checkDuration(values: ValueChecker, node: YamlNode, scope: ValueScope): void {
  if (hasExpressions(node)) check(values, node, scope, 'a duration such as 30s', isDuration);
}

/** Checks an expression that gives a point in time. */
export function checkMoment(values: ValueChecker, node: YamlNode, scope: ValueScope): void {
  if (hasExpressions(node)) check(values, node, scope, 'a point in time', isMoment);
}

function check(
  values: ValueChecker,
  node: YamlNode,
  scope: ValueScope,
  expected: string,
  fits: (atom: Atom) => boolean,
): void {
  const type = values.typeOf(node, scope);
  const range = headOf(node);
  if (mayBeAbsent(type)) {
    const message = 'this may be absent, and has to be there';
    values.findings.push({ code: 'possibly-missing', range, message, hint: 'add .orValue(…)' });
    return;
  }
  const wrong = atomsOf(type).find((atom) => !fits(atom));
  if (wrong === undefined) return;
  const message = `expected ${expected}, found ${wordsFor(wrong)}`;
  values.findings.push({ code: 'type-mismatch', range, message });
}

function isDuration(atom: Atom): boolean {
  if (atom.kind === 'duration') return true;
  if (atom.kind !== 'string' || atom.format === 'date-time') return false;
  return atom.values?.every((text) => parseDuration(text).ok) ?? true;
}

function isMoment(atom: Atom): boolean {
  if (atom.kind === 'timestamp') return true;
  return atom.kind === 'string' && (atom.values?.every(isWrittenMoment) ?? true);
}

/** Whether a text is a point in time as `timestamp()` reads it, and so as a wait does. */
export function isWrittenMoment(text: string): boolean {
  return evaluate('timestamp(text)', { text }, newBudget()).ok;
}

function wordsFor(atom: Atom): string {
  if (atom.kind !== 'string') return describe(atom);
  if (atom.values !== undefined) return atom.values.map((text) => `'${text}'`).join(' or ');
  return atom.format === 'date-time' ? 'a point in time' : 'a string';
}
