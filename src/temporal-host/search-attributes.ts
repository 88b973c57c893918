import { upsertSearchAttributes } from '@temporalio/workflow';
import type { SearchAttributes } from '../interpreter/host.ts';
import type { Json, SearchAttributeType } from '../plan/plan.ts';
import { STATUS_ATTRIBUTE } from '../plan/worker-contract.ts';

type Pair = Extract<Parameters<typeof upsertSearchAttributes>[0], unknown[]>[number];

/** The SDK's names of the types. */
const TYPES: { readonly [Type in SearchAttributeType]: Pair['key']['type'] } = {
  Keyword: 'KEYWORD',
  Text: 'TEXT',
  Int: 'INT',
  Double: 'DOUBLE',
  Bool: 'BOOL',
  Datetime: 'DATETIME',
  KeywordList: 'KEYWORD_LIST',
};

/** Writes a run's search attributes. A worker does not start where the namespace lacks one of them. */
export function upsert(attributes: SearchAttributes): void {
  const pairs = Object.entries(attributes).map(([name, { type, value }]) => ({
    key: { name, type: TYPES[type] },
    value: sdkValue(type, value),
  }));
  if (pairs.length > 0) upsertSearchAttributes(pairs as Pair[]);
}

/** What a person has to look after; null for nothing. */
export function writeStatus(status: 'parked' | null): void {
  upsert({ [STATUS_ATTRIBUTE]: { type: 'Keyword', value: status } });
}

function sdkValue(type: SearchAttributeType, value: Json): unknown {
  return type === 'Datetime' && value !== null ? new Date(String(value)) : value;
}
