import type { Definition, Located } from '../../document/definition.ts';
import { parseExpression } from '../../expression/syntax.ts';
import { searchAttributesOf } from '../search-attributes.ts';
import type { StepGraph } from '../step-graph.ts';
import type { Finding, Rule, Subject } from '../subject.ts';

/** Of the engine's own signals, updates and queries. */
const ENGINE_PREFIX = 'estuary';

/** What Temporal itself keeps of every run: nobody else may set it. */
const SYSTEM_ATTRIBUTES = new Set(
  (
    'BatcherNamespace BatcherUser BinaryChecksums BuildIds CloseTime ExecutionDuration ExecutionStatus ' +
    'ExecutionTime HistoryLength HistorySizeBytes ParentRunId ParentWorkflowId RootRunId RootWorkflowId RunId ' +
    'StartTime StateTransitionCount TaskQueue TemporalChangeVersion TemporalNamespaceDivision ' +
    'TemporalPauseInfo TemporalReportedProblems TemporalSchedulePaused TemporalScheduledById ' +
    'TemporalScheduledStartTime TemporalUsedWorkerDeploymentVersions TemporalWorkerDeployment ' +
    'TemporalWorkerDeploymentVersion TemporalWorkflowVersioningBehavior VisibilityTimestamp WorkflowId ' +
    'WorkflowType'
  ).split(' '),
);

/** Signals, updates, queries and branches have names that expressions and clients can write; attributes too. */
export const names: Rule = (subject) => [
  ...messageNames(subject.definition),
  ...branchNames(subject.graph),
  ...attributeNames(subject),
];

/** Whether a signal, an update or a query may have this name. */
export function isMessageName(name: string): boolean {
  return /^[a-z][a-z0-9_]*$/.test(name) && !name.startsWith(ENGINE_PREFIX);
}

function messageNames({ signals, updates, queries }: Definition): Finding[] {
  const seen = new Map<string, { readonly name: Located<string>; readonly what: string }>();
  const all = [
    ...signals.map(({ name }) => ({ name, what: 'signal' })),
    ...updates.map(({ name }) => ({ name, what: 'update' })),
    ...queries.map(({ name }) => ({ name, what: 'query' })),
  ];
  return all.flatMap(({ name, what }): Finding[] => {
    const { value, range } = name;
    if (value.startsWith(ENGINE_PREFIX)) {
      const message = `'${value}': names that start with 'estuary' are the engine's own`;
      return [{ code: 'reserved-name', range, message }];
    }
    if (!isMessageName(value)) {
      const message = `'${value}' is not the name of ${what === 'update' ? 'an' : 'a'} ${what}; expected a-z, 0-9 and _, a letter first`;
      return [{ code: 'message-name', range, message }];
    }
    const earlier = seen.get(value);
    // A query may be called as a signal is: they are never asked for in one place.
    if (what === 'query' || earlier === undefined) {
      if (what !== 'query') seen.set(value, { name, what });
      return [];
    }
    const message = `${earlier.what === 'update' ? 'an' : 'a'} ${earlier.what} is already called '${value}', and an await could not tell them apart`;
    return [
      {
        code: 'duplicate-name',
        range,
        message,
        related: [{ range: earlier.name.range, message: `the ${earlier.what}` }],
      },
    ];
  });
}

function branchNames({ steps }: StepGraph): Finding[] {
  return steps.flatMap(({ step: { action } }) => {
    if (action?.kind !== 'all' && action?.kind !== 'race') return [];
    return action.branches.flatMap(({ name: { value, range } }): Finding[] => {
      if (!/^[a-z][a-z0-9_]*$/.test(value)) {
        const message = `'${value}' is not the name of a branch; expected a-z, 0-9 and _, a letter first`;
        return [{ code: 'branch-name', range, message }];
      }
      if (parseExpression(`x.${value}`).ok) return [];
      return [{ code: 'reserved-name', range, message: `'${value}' is a reserved word of expressions` }];
    });
  });
}

function attributeNames({ definition, graph }: Subject): Finding[] {
  return searchAttributesOf(definition, graph).flatMap(({ key: { value, range } }): Finding[] => {
    if (SYSTEM_ATTRIBUTES.has(value) || value.startsWith('Estuary')) {
      const owner = value.startsWith('Estuary') ? 'Estuary' : 'Temporal';
      return [
        { code: 'reserved-name', range, message: `${owner} itself sets the search attribute '${value}'` },
      ];
    }
    if (/^[A-Za-z][A-Za-z0-9_]*$/.test(value)) return [];
    const message = `'${value}' is not the name of a search attribute; expected letters, digits and _, a letter first`;
    return [{ code: 'search-attribute', range, message }];
  });
}
