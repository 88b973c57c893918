/**
 * The environment for demo and tests: without anything that points at a real server, database or account, and
 * without what would change how Node and npm behave.
 */
const OUTSIDE =
  /^(DATABASE_URL|NODE_ENV|NODE_OPTIONS|(TEMPORAL|STRIPE|PG|SMTP|S3|AWS|ESTUARY)(_.*)?|PG[A-Z]+)$/;

/** A copy of `environment` without the variables of the outside world. */
export function scrub(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OUTSIDE.test(name)));
}
