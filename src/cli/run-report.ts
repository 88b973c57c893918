/** What became of a run that failed, for people: what, in which step, and where in the YAML. */
import type { RunFailure } from '../client/runs.ts';
import { visible } from '../diagnostics/code-frame.ts';
import { type Colors, err } from './colors.ts';

/** The definition as it lies in the project now. */
export interface LocalDefinition {
  /** `definitions/payments/batch-payout.yaml`. */
  readonly file: string;
  readonly planHash: string;
  readonly source: string;
}

export interface FailurePlace {
  readonly line: number;
  /** Whether it is known that the project's definition is another one than the run's. */
  readonly differs: boolean;
  /** Present if the project's definition is the one that the run is pinned to: then it has this line. */
  readonly file?: string;
  readonly text?: string;
}

/**
 * Where a failure is in the YAML; `undefined` if it has no line.
 * @param planHash the plan that the run is pinned to; `undefined` if nobody told
 */
export function placeOfFailure(
  { line }: RunFailure,
  planHash: string | undefined,
  local: LocalDefinition,
): FailurePlace | undefined {
  if (line === undefined) return undefined;
  if (planHash !== local.planHash) return { line, differs: planHash !== undefined };
  const text = local.source.split(/\r\n|\r|\n/)[line - 1];
  return { line, differs: false, file: local.file, ...(text !== undefined && { text }) };
}

/** @returns lines without a line end */
export function describeFailure(
  failure: RunFailure,
  place: FailurePlace | undefined,
  paint: Colors = err,
): string[] {
  const where = [
    failure.step && `step ${failure.step}`,
    failure.activity && `activity ${failure.activity}`,
    failure.attempt && `attempt ${failure.attempt}`,
  ].filter(Boolean);
  return [
    `${paint.red(`failed: ${failure.type}`)}: ${failure.message}`,
    ...(where.length > 0 ? [`  ${where.join(', ')}`] : []),
    ...(place === undefined ? [] : describePlace(place, paint)),
  ];
}

function describePlace({ line, differs, file, text }: FailurePlace, paint: Colors): string[] {
  if (file === undefined) {
    const other = differs ? "; the project's is another one" : ', which may not be the one in the project';
    return [`  line ${line} of the definition that the run is pinned to${other}`];
  }
  return [
    `  ${file}:${line}`,
    ...(text === undefined ? [] : [`  ${paint.dim(`${line} |`)} ${visible(text)}`]),
  ];
}
