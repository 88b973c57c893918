import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** A project in a folder of its own, whose definitions a test may change while runs are under way. */
export interface TestProject {
  readonly root: string;
  /** Writes a definition, `lab/hello`. */
  define(name: string, yaml: string): void;
  remove(name: string): void;
  /** Removes the folder. */
  destroy(): void;
}

/** An activity as a project holds it: its signature in YAML and its code in JavaScript. */
export interface TestActivity {
  readonly signature: string;
  readonly code: string;
}

/** A copy of the repository's application, with the repository's build. */
export function copyProject(): TestProject {
  const project = emptyProject();
  for (const folder of ['definitions', 'schemas'])
    cpSync(join(REPOSITORY, folder), join(project.root, folder), { recursive: true });
  symlinkSync(join(REPOSITORY, 'dist'), join(project.root, 'dist'));
  return project;
}

/** A project of these definitions and activities by name, on the repository's database module. */
export function createProject(
  definitions: { readonly [name: string]: string },
  activities: { readonly [name: string]: TestActivity },
): TestProject {
  const project = emptyProject();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(project.root, path)), { recursive: true });
    writeFileSync(join(project.root, path), text);
  };
  const database = pathToFileURL(join(REPOSITORY, 'dist', 'database', 'index.js')).href;
  write('dist/database/index.js', `export * from '${database}';\n`);
  for (const [name, { signature, code }] of Object.entries(activities)) {
    write(`schemas/activities/${name}.yaml`, signature);
    write(`dist/activities/${name}.js`, code);
  }
  for (const [name, yaml] of Object.entries(definitions)) project.define(name, yaml);
  return project;
}

function emptyProject(): TestProject {
  const root = mkdtempSync(join(tmpdir(), 'estuary-project-'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const fileOf = (name: string): string => join(root, 'definitions', `${name}.yaml`);
  return {
    root,
    define(name, yaml) {
      mkdirSync(dirname(fileOf(name)), { recursive: true });
      writeFileSync(fileOf(name), yaml);
    },
    remove: (name) => rmSync(fileOf(name)),
    destroy: () => rmSync(root, { recursive: true, force: true }),
  };
}
