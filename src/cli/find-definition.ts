import {
  loadProject,
  type Project,
  type ProjectDefinition,
  type RunnableDefinition,
} from '../project/project.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { LocalDefinition } from './run-report.ts';

/**
 * A definition that can be started.
 * @throws CommandFailure `unknown-workflow`, `invalid-definition`
 */
export async function findDefinition(
  project: Project,
  name: string,
): Promise<ProjectDefinition & { readonly runnable: RunnableDefinition }> {
  const definition = project.definitions.get(name);
  if (definition?.runnable !== undefined) return { ...definition, runnable: definition.runnable };
  if (definition === undefined) {
    const { didYouMean } = await import('../json-schema/suggest.ts');
    const known = [...project.definitions.keys()];
    throw new CommandFailure('unknown-workflow', `there is no workflow '${name}'`, {
      exit: EXIT.usage,
      hint: didYouMean(name, known) ?? `workflows: ${known.join(', ') || 'none'}`,
    });
  }
  const { renderText } = await import('../diagnostics/render-text.ts');
  const { renderJson } = await import('../diagnostics/render-json.ts');
  const findings = [...project.signatureFindings, ...definition.findings];
  throw new CommandFailure('invalid-definition', `${definition.file} has errors`, {
    exit: EXIT.findings,
    detail: renderText(findings, project.sources, err),
    findings: renderJson(findings, project.sources),
  });
}

/** A definition as it lies in the project; `undefined` if there is none of this name that could be run. */
export function localDefinition(root: string, name: string): LocalDefinition | undefined {
  const project = loadProject(root);
  const definition = project.definitions.get(name);
  if (definition?.runnable === undefined) return undefined;
  const { file, runnable } = definition;
  return { file, planHash: runnable.plan.hash, source: project.sources.get(file)! };
}
