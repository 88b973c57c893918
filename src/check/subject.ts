import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import type { ReadFile } from '../document/bundle-schema.ts';
import type { Definition } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { SearchAttributeType } from '../plan/plan.ts';
import type { WorkflowInterface } from './checked-document.ts';
import type { StepGraph } from './step-graph.ts';

/** What a definition may refer to. */
export interface Catalogue {
  /** By name. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** How each definition is called, by name; those that are YAML at all, whatever else is wrong with them. */
  readonly workflows: ReadonlyMap<string, WorkflowInterface>;
  /** The definitions that are not even YAML, so that a call of one is not called unknown. */
  readonly brokenWorkflows?: ReadonlySet<string>;
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
  /** The definition's own. */
  readonly interface: WorkflowInterface;
  /**
   * The types of search attributes, by the nodes of their values: those of the definition and those of steps.
   * The rule that knows what type each value has writes them down here, for the plan.
   */
  readonly searchAttributeTypes: Map<YamlNode, SearchAttributeType>;
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
