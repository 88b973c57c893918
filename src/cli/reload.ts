/**
 * What `estuary dev` does with an edit: check it, bring generated types and compiled code up to date, and have a new
 * worker serve it. The new one polls before the old one is drained, so what runs goes on. An edit that breaks what is
 * served is shown and not taken.
 */
import type { Config } from '../config/config.ts';
import { findingsOf, loadProject, type Project } from '../project/project.ts';
import { err } from './colors.ts';
import { toCommandFailure } from './command-failure.ts';
import { compileApplication, needsCompiling } from './compile-application.ts';
import type { DevWorker } from './dev-worker.ts';
import { brokenBy, changesBetween } from './project-changes.ts';
import type { OpenServices } from './services.ts';
import { reportFindings } from './serving.ts';
import { describeAbandoned, describeCounts, describeServed, type ServedSummary } from './serving-report.ts';
import { compareSnapshots, nextChange, pathsOf, type Snapshot, takeSnapshot } from './watched-files.ts';

export interface ReloadOptions {
  readonly config: Config;
  readonly services: OpenServices;
  /** Brings `generated/` up to date with a project without errors. @returns the files that it touched */
  readonly generate: (project: Project) => Promise<readonly string[]>;
  /** Starts a worker that refuses without these activities. */
  readonly start: (mustServe: readonly string[]) => DevWorker;
  /** Ends the waiting for edits. */
  readonly signal: AbortSignal;
  readonly notice: (line: string) => void;
}

/** What is served: a project, its files as they were then, and the worker that serves them. */
export interface Served {
  readonly project: Project;
  readonly files: Snapshot;
  readonly worker: DevWorker;
  readonly activities: readonly string[];
  /** The files when last looked at: an edit that was not taken is not looked at twice. */
  readonly seen: Snapshot;
}

/** Serves the project as it is; what is broken in it is shown, and all else served. Throws CommandFailure. */
export async function serveFirst(options: ReloadOptions): Promise<Served> {
  const { config, start, notice } = options;
  const project = loadProject(config.root);
  await reportFindings(project, false, notice);
  const found = takeSnapshot(config.root);
  const { files, objection } = await build(options, project, {
    files: found,
    codeChanged: needsCompiling(config.root, found.keys()),
    removed: [],
  });
  if (objection !== undefined) {
    notice(`${objection}\n${err.yellow('warning')}: the code as it was built last is served`);
  }
  const worker = start([]);
  const { summary, problems } = await worker.serving;
  for (const problem of problems) notice(`${err.yellow('warning')}: ${problem}`);
  for (const line of describeServed(summary)) notice(line);
  return { project, files, worker, activities: activitiesOf(summary), seen: files };
}

/** Waits for an edit and serves it, if it can be. */
export async function serveNext(options: ReloadOptions, served: Served): Promise<Served> {
  const { config, start, signal, notice } = options;
  const edited = await nextChange(config.root, served.seen, signal);
  const began = performance.now();
  const refuse = (why: string, seen: Snapshot): Served => {
    notice(`${why}\n${err.red('✗')} Not reloaded: what was served before still is`);
    return { ...served, seen };
  };

  const project = loadProject(config.root);
  const broken = brokenBy(served.project, project);
  await reportFindings(project, false, notice);
  if (broken.length > 0) {
    return refuse(`${err.red('error')}: the edit breaks ${broken.join(', ')}`, edited);
  }

  const changes = compareSnapshots(served.files, edited);
  const isCode = (path: string): boolean => !/^(definitions|schemas)\//.test(path);
  const { files, objection } = await build(options, project, {
    files: edited,
    codeChanged: pathsOf(changes).some(isCode),
    removed: changes.removed,
  });
  if (objection !== undefined) return refuse(objection, files);

  const differences = changesBetween(served.project, project, changes);
  if (differences.length === 0) return { ...served, project, files, seen: files };
  const worker = start(served.activities.filter((name) => project.signatures.has(name)));
  try {
    const { summary, problems } = await worker.serving;
    const { running, idle, abandoned } = served.worker.retire();
    const finishing = describeCounts(await running);
    await idle;
    for (const problem of problems) notice(`${err.yellow('warning')}: ${problem}`);
    notice(`${err.green('✓')} Reloaded ${err.dim(`${((performance.now() - began) / 1000).toFixed(1)} s`)}`);
    for (const { how, what } of differences) notice(`  ${err.dim(how.padEnd('removed'.length))}  ${what}`);
    if (finishing !== '') notice(err.dim(`  the worker before it still finishes ${finishing}`));
    void abandoned.then((left) => {
      const warning = describeAbandoned(left);
      if (warning !== undefined) notice(warning);
    });
    return { project, files, worker, activities: activitiesOf(summary), seen: files };
  } catch (error) {
    const failure = toCommandFailure(error);
    if (failure === undefined) throw error;
    worker.kill();
    return refuse(`${err.red('error')}: ${failure.message}`, files);
  }
}

/**
 * Types and compiled code of a project. While there are errors `generated/` stays as it is: what is broken would fall
 * out of it.
 * @returns the files after it, and what the compiler has to object
 */
async function build(
  { config, generate, notice }: ReloadOptions,
  project: Project,
  edit: { readonly files: Snapshot; readonly codeChanged: boolean; readonly removed: readonly string[] },
): Promise<{ readonly files: Snapshot; readonly objection: string | undefined }> {
  const isSound = findingsOf(project).every(({ severity }) => severity !== 'error');
  const generated = isSound ? await generate(project) : [];
  for (const path of generated) notice(`${err.green('✓')} Generated ${path}`);
  const compiles = edit.codeChanged || generated.length > 0;
  const objection = compiles ? await compileApplication(config.root, edit.removed) : undefined;
  // What was generated is as it is now; all else may have been edited meanwhile, and then counts as not seen yet.
  const others = [...edit.files].filter(([path]) => !path.startsWith('generated/'));
  return { files: new Map([...others, ...takeSnapshot(config.root, ['generated'])]), objection };
}

function activitiesOf({ domains }: ServedSummary): string[] {
  return domains.flatMap(({ activities }) => activities);
}
