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

/** Writes a run's search attributes, but for those that the namespace does not have. */
export class SearchAttributeWriter {
  readonly #unregistered: ReadonlySet<string>;

  constructor(unregistered: readonly string[]) {
    this.#unregistered = new Set(unregistered);
  }

  upsert(attributes: SearchAttributes): void {
    const pairs = Object.entries(attributes)
      .filter(([name]) => !this.#unregistered.has(name))
      .map(([name, { type, value }]) => ({ key: { name, type: TYPES[type] }, value: sdkValue(type, value) }));
    if (pairs.length > 0) upsertSearchAttributes(pairs as Pair[]);
  }

  /** What a person has to look after; null for nothing. */
  writeStatus(status: 'parked' | null): void {
    this.upsert({ [STATUS_ATTRIBUTE]: { type: 'Keyword', value: status } });
  }
}

function sdkValue(type: SearchAttributeType, value: Json): unknown {
  return type === 'Datetime' && value !== null ? new Date(String(value)) : value;
}
