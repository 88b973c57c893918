import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ReadFile } from '../document/bundle-schema.ts';
import type { Definition } from '../document/definition.ts';
import { readDefinition } from '../document/read-definition.ts';
import { parseYaml } from '../document/yaml.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { WorkflowInterface } from './checked-document.ts';
import type { Finding } from './subject.ts';
import { readInterface } from './workflow-interface.ts';

/** A definition's file, read but not yet judged. */
export interface OpenedDefinition {
  readonly file: string;
  /** Of the YAML. */
  readonly findings: readonly Diagnostic[];
  /** Absent if the file is not YAML. */
  readonly content?: {
    readonly tree: YamlNode;
    readonly definition: Definition;
    readonly interface: WorkflowInterface;
    /** Of the schemas that its interface is made of. */
    readonly interfaceFindings: readonly Finding[];
  };
}

/**
 * Reads a definition as far as it can be read alone: definitions call one another, so all are opened before any
 * is checked.
 *
 * @param file its path from the project's root, `definitions/<domain>/<name>.yaml`
 * @param readFile gives the text of the files that `$ref`s name; without it they lead nowhere
 */
export function openDefinition(text: string, file: string, readFile?: ReadFile): OpenedDefinition {
  const { tree, findings } = parseYaml(text, file);
  if (tree === undefined) return { file, findings };
  const definition = readDefinition(tree, file, text);
  const own = readInterface(definition, readFile);
  return {
    file,
    findings,
    content: { tree, definition, interface: own.interface, interfaceFindings: own.findings },
  };
}
