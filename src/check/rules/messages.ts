import type { Action } from '../../document/definition.ts';
import { didYouMean } from '../../json-schema/suggest.ts';
import type { Catalogue, Finding, Rule, Subject } from '../subject.ts';
import { isMessageName } from './names.ts';

/** Signals that are sent have a receiver that takes them; those that are awaited are declared, and the reverse. */
export const messages: Rule = (subject) => {
  const actions = subject.graph.steps.flatMap(({ step: { action } }) =>
    action === undefined ? [] : [action],
  );
  return [
    ...actions.flatMap((action): Finding[] => {
      if (action.kind === 'signal') return sent(action, subject.catalogue);
      return action.kind === 'await' ? awaited(action, subject) : [];
    }),
    ...neverAwaited(subject, actions),
  ];
};

function sent(
  { signal: { value, range } }: Extract<Action, { kind: 'signal' }>,
  catalogue: Catalogue,
): Finding[] {
  const [, workflow = '', name = ''] = /^([^.]+)\.([^.]+)$/.exec(value) ?? [];
  if (workflow === '') {
    const message = `'${value}' names no signal; expected domain/name.signal`;
    return [{ code: 'unknown-signal', range, message }];
  }
  const receiver = catalogue.workflows.get(workflow);
  if (receiver === undefined) {
    if (catalogue.brokenWorkflows?.has(workflow)) return [];
    const hint = didYouMean(workflow, catalogue.workflows.keys());
    return [{ code: 'unknown-workflow', range, message: `no workflow '${workflow}'`, hint }];
  }
  if (receiver.signals.has(name)) return [];
  if (receiver.updates.has(name)) {
    const message = `'${name}' of '${workflow}' is an update, and a step sends signals alone`;
    return [{ code: 'unknown-signal', range, message }];
  }
  const hint = didYouMean(name, receiver.signals.keys()) ?? 'it declares no signals';
  return [{ code: 'unknown-signal', range, message: `'${workflow}' has no signal '${name}'`, hint }];
}

function awaited(
  { name: { value, range } }: Extract<Action, { kind: 'await' }>,
  subject: Subject,
): Finding[] {
  const { signals, updates } = subject.interface;
  if (signals.has(value) || updates.has(value)) return [];
  const message = `this definition declares no signal or update '${value}'`;
  const hint = /[/.]/.test(value)
    ? 'a run awaits what is sent to itself, by the name under signals or updates'
    : (didYouMean(value, [...signals.keys(), ...updates.keys()]) ?? `declare it: signals: { ${value}: {} }`);
  return [{ code: 'unknown-signal', range, message, hint }];
}

/** Whoever sends it would wait for nothing to happen; but after a misspelt `await` that is the same mistake. */
function neverAwaited({ definition, graph }: Subject, actions: readonly Action[]): Finding[] {
  // One that cannot be read may be the one that awaits.
  if (graph.steps.some(({ step: { action } }) => action === undefined)) return [];
  const awaitedNames = actions.flatMap((action) => (action.kind === 'await' ? [action.name.value] : []));
  const declared = [
    ...definition.signals.map(({ name }) => ({ name, kind: 'signal' })),
    ...definition.updates.map(({ name }) => ({ name, kind: 'update' })),
  ];
  const names = declared.map(({ name }) => name.value);
  const misspelt = awaitedNames.filter((name) => !names.includes(name));
  return declared.flatMap(({ name, kind }): Finding[] => {
    if (awaitedNames.includes(name.value) || !isMessageName(name.value)) return [];
    if (misspelt.some((slip) => didYouMean(slip, names) === `did you mean '${name.value}'?`)) return [];
    const message = `no step awaits the ${kind} '${name.value}', so it is taken and never used`;
    return [{ code: 'never-awaited', severity: 'warning', range: name.range, message }];
  });
}
