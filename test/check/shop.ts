/** The small project that the fixtures stand in: its signatures, and how to read its files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { checkSignature } from '../../src/check/check-signature.ts';
import type { WorkflowInterface } from '../../src/check/checked-document.ts';
import { openDefinition } from '../../src/check/open-definition.ts';
import type { Catalogue } from '../../src/check/subject.ts';
import { definitionName } from '../../src/document/read-definition.ts';
import type { Signature } from '../../src/document/signature.ts';

export const fixtures = new URL('../fixtures/', import.meta.url);

export function fixture(path: string): string {
  return readFileSync(new URL(path, fixtures), 'utf8');
}

/** A file of the project, `undefined` if there is none. */
export function readFixture(path: string): string | undefined {
  return existsSync(new URL(path, fixtures)) ? fixture(path) : undefined;
}

function loadSignatures(): ReadonlyMap<string, Signature> {
  const folder = 'schemas/activities/shop/';
  const loaded = readdirSync(new URL(folder, fixtures)).map((name): [string, Signature] => {
    const { signature, findings } = checkSignature(fixture(folder + name), folder + name, readFixture);
    if (signature === undefined)
      throw new Error(`${name}: ${findings.map(({ message }) => message).join('; ')}`);
    return [signature.name, signature];
  });
  return new Map(loaded);
}

/** The workflows that the fixtures call: `fixtures/definitions/shop/`. */
function loadInterfaces(): ReadonlyMap<string, WorkflowInterface> {
  const folder = 'definitions/shop/';
  const loaded = readdirSync(new URL(folder, fixtures)).map((name): [string, WorkflowInterface] => {
    const file = folder + name;
    return [definitionName(file), openDefinition(fixture(file), file, readFixture).content!.interface];
  });
  return new Map(loaded);
}

export const catalogue: Catalogue = {
  signatures: loadSignatures(),
  workflows: loadInterfaces(),
  brokenWorkflows: new Set(['shop/broken']),
  brokenSignatures: new Set(['shop/broken']),
  readFile: readFixture,
};
