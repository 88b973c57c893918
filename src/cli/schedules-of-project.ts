import { type ScheduleScope, type WantedSchedule, wantedSchedule } from '../client/schedules.ts';
import type { Config } from '../config/config.ts';
import { domainOf, type Project } from '../project/project.ts';
import { projectName } from './project-name.ts';

/** What a project's definitions want, and which of them nobody can tell. */
export function schedulesOfProject(
  project: Project,
  config: Config,
): { readonly wanted: readonly WantedSchedule[]; readonly scope: ScheduleScope } {
  const definitions = [...project.definitions.values()];
  return {
    wanted: definitions.flatMap(({ name, runnable }) =>
      (runnable?.schedules ?? []).map((schedule) =>
        wantedSchedule(name, config.taskQueues[domainOf(name)] ?? config.temporal.taskQueue, schedule),
      ),
    ),
    scope: {
      project: projectName(config.root),
      broken: new Set(definitions.flatMap(({ name, runnable }) => (runnable === undefined ? [name] : []))),
    },
  };
}
