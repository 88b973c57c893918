/** The tests of a definition as their file writes them, once the grammar has let it pass. */
import type { Code } from '../diagnostics/catalogue.ts';
import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { Json, JsonObject, JsonSchema, Plan } from '../plan/plan.ts';

/** What a case is run with; a file's holds for all of its cases. */
export interface Setting {
  readonly start?: string;
  readonly workflow_id?: string;
  readonly input?: JsonObject;
  readonly activities?: { readonly [name: string]: Script };
  readonly workflows?: { readonly [name: string]: Script };
  readonly reachable?: readonly string[];
  readonly events?: readonly Sending[];
}

export type Script = Answer | readonly Answer[];

export interface Answer {
  readonly when?: JsonObject;
  readonly step?: string;
  readonly delay?: string;
  readonly output?: Json;
  readonly error?: string | { readonly type: string; readonly message?: string; readonly details?: Json };
  readonly hangs?: true;
  readonly calls?: readonly Script[];
}

export interface Sending {
  readonly at: string;
  readonly signal?: string;
  readonly update?: string;
  readonly with?: JsonObject;
  readonly refused?: true | string;
  readonly cancel?: true;
  readonly resume?: 'retry' | 'skip';
}

export interface Expectation {
  readonly output?: Json;
  readonly failure?: string | { readonly [part: string]: Json };
  readonly cancelled?: true;
  readonly waits?: true;
  readonly calls?: readonly ExpectedCall[];
  readonly never?: readonly string[];
  readonly times?: { readonly [name: string]: number };
  readonly path?: readonly string[];
  readonly ends_at?: string;
  readonly state?: readonly ExpectedState[];
}

export type ExpectedCall =
  | string
  | {
      readonly activity?: string;
      readonly workflow?: string;
      readonly signal?: string;
      readonly with?: JsonObject;
      readonly at?: string;
      readonly step?: string;
      readonly attempt?: number;
      readonly to?: Json;
    };

export interface ExpectedState {
  readonly at: string;
  readonly steps?: { readonly [id: string]: string };
  readonly queries?: JsonObject;
  readonly parked?: boolean;
}

/** A case with all that it takes from its file, ready to run. */
export interface TestCase extends Setting {
  readonly name: string;
  readonly expect: Expectation;
  /** Of the case, in the file. */
  readonly node: YamlNode;
  /** Valid, with defaults. */
  readonly input: JsonObject;
}

/** The definition that is tested, as far as it matters here. */
export interface TestedDefinition {
  readonly name: string;
  readonly file: string;
  readonly plan: Plan;
  readonly inputSchema: JsonSchema;
  /** Those that the definition calls, by name. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** What children of the definition give, by name, where they say. */
  readonly childOutputs: ReadonlyMap<string, JsonSchema>;
}

export interface TestFile {
  readonly file: string;
  readonly definition: TestedDefinition;
  readonly cases: readonly TestCase[];
}

/** A finding in the test file at hand. */
export interface TestFinding {
  readonly code: Code;
  readonly range: SourceRange;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Diagnostic['severity'];
}

/** `definitions/shop/order.test.yaml` tests `shop/order`. */
export function testedName(file: string): string {
  return file.replace(/^(?:.*\/)?definitions\//, '').replace(/\.test\.ya?ml$/, '');
}
