import type { Config } from './config.ts';
import type { ConfigProblem } from './problem.ts';

/** Which Temporal and PostgreSQL a command is to use. */
export type Services =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'configured'; readonly address: string; readonly databaseUrl: string };

/**
 * Both configured, or neither, which means the embedded stack. Only one of the two is the problem
 * `half-configured`: sandbox data must never meet a real cluster, nor a sandbox cluster real data.
 */
export function chooseServices(
  config: Config,
): { readonly services: Services } | { readonly problem: ConfigProblem } {
  const { address } = config.temporal;
  const { url } = config.database;
  if (address === undefined && url === undefined) return { services: { kind: 'embedded' } };
  if (address !== undefined && url !== undefined) {
    return { services: { kind: 'configured', address, databaseUrl: url } };
  }
  const [present, missing, where] =
    url === undefined
      ? [`Temporal (${address})`, 'PostgreSQL', config.sources['temporal.address']]
      : ['PostgreSQL', 'Temporal', config.sources['database.url']];
  return {
    problem: {
      code: 'half-configured',
      where,
      message: `${present} is configured, but ${missing} is not; the embedded stack never fills in half`,
      hint: `set ${url === undefined ? 'DATABASE_URL' : 'TEMPORAL_ADDRESS'} as well, or neither for the embedded stack`,
    },
  };
}
