import type { Project } from '../project/project.ts';
import { findDifference, problemOf, requiredSearchAttributes } from '../worker/search-attributes.ts';
import { connectClient } from './connect-client.ts';
import type { Check } from './doctor.ts';
import type { OpenServices } from './services.ts';

/**
 * Whether the namespace has the search attributes that runs set; none where the server cannot be asked, which another
 * check tells.
 */
export async function checkSearchAttributes(services: OpenServices, project: Project): Promise<Check[]> {
  const what = 'search attributes';
  const plans = [...project.definitions.values()].flatMap(({ runnable }) => runnable?.plan ?? []);
  const required = requiredSearchAttributes(plans);
  const client = await connectClient(services).catch(() => undefined);
  if (client === undefined) return [];
  try {
    const { operatorService } = client.connection;
    const { namespace } = services;
    const problem = problemOf(await findDifference({ operatorService, namespace }, required), services);
    if (problem === undefined) {
      const names = Object.entries(required).map(([name, type]) => `${name} (${type})`);
      return [{ what, status: 'ok', detail: names.join(', ') }];
    }
    const { code, message: detail, hint } = problem;
    if (code === 'search-attribute-type') return [{ what, status: 'wrong', detail, hint }];
    return [{ what, status: 'note', detail, hint: `a worker registers them at its start, or ${hint}` }];
  } catch (error) {
    const detail = `they cannot be listed: ${(error as Error).message}`;
    return [{ what, status: 'wrong', detail }];
  } finally {
    await client.connection.close();
  }
}
