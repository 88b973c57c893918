/** What the engine's commands ask of an application's database. */
export { type DatabaseOptions, openDatabase } from './connection.ts';
export { migrations } from './migrations/index.ts';
export { type SeedOptions, type SeedResult, seed, seedMoreEarnings } from './seed/seed.ts';
