import { existsSync, readFileSync } from 'node:fs';
import type { JsonObject } from '../plan/plan.ts';

/**
 * Reads a grammar from the package's `schemas/` folder, which lies beside `src/`, and beside `dist/` once built.
 *
 * @throws Error if it is not there: the package is broken
 */
export function loadGrammar(name: string): JsonObject {
  const places = ['../../schemas/', '../../../schemas/'].map(
    (folder) => new URL(folder + name, import.meta.url),
  );
  const place = places.find((url) => existsSync(url));
  if (place === undefined) throw new Error(`${name} is not in the package`);
  return JSON.parse(readFileSync(place, 'utf8')) as JsonObject;
}
