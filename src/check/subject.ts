import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import type { ReadFile } from '../document/bundle-schema.ts';
import type { Definition } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { JsonSchema } from '../plan/plan.ts';
import type { StepGraph } from './step-graph.ts';

/** What a definition may refer to. */
export interface Catalogue {
  /** By name. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** The names of all definitions. */
  readonly workflows: Iterable<string>;
  /** The activities whose signatures have errors, so that a call of one is not called unknown. */
  readonly brokenSignatures?: ReadonlySet<string>;
  /** For `$ref`s in the definition's input; without it they lead nowhere. */
  readonly readFile?: ReadFile;
}

/** A definition as the rules see it. */
export interface Subject {
  readonly definition: Definition;
  readonly graph: StepGraph;
  readonly catalogue: Catalogue;
  /** Of the whole input: an object, self-contained; `true` if the input's schemas have errors. */
  readonly inputSchema: JsonSchema;
}

/** One rule: looks at the whole definition and returns all that it finds. Order and other rules do not matter. */
export type Rule = (subject: Subject) => readonly Finding[];

/** A finding in the file at hand. */
export interface Finding {
  readonly code: string;
  readonly range: SourceRange;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Diagnostic['severity'];
  readonly related?: readonly { readonly range: SourceRange; readonly message: string }[];
}

/** The diagnostic of a finding in `file`. */
export function toDiagnostic(finding: Finding, file: string): Diagnostic {
  const { code, range, message, hint, severity = 'error', related } = finding;
  return {
    code,
    severity,
    file,
    range,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(related === undefined ? {} : { related: related.map((place) => ({ file, ...place })) }),
  };
}
