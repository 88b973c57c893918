import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem } from './problem.ts';
import { CONFIG_FILE } from './project-root.ts';
import { SETTINGS } from './settings.ts';

/** What estuary.yaml says, flattened: `temporal.host` → value and line (1-based). */
export interface FileSettings {
  readonly entries: ReadonlyMap<string, { readonly value: unknown; readonly line: number }>;
  readonly taskQueues: { readonly [domain: string]: string };
  readonly problems: readonly ConfigProblem[];
}

const KNOWN = new Set(SETTINGS.flatMap((setting) => setting.file));
const SECTIONS = new Set(
  [...KNOWN].flatMap((path) => path.split('.').map((_, i, parts) => parts.slice(0, i).join('.'))),
);

/** Reads `estuary.yaml` under `root`; a file that is not there says nothing, and that is no problem. */
export function readConfigFile(root: string): FileSettings {
  let text = '';
  try {
    text = readFileSync(join(root, CONFIG_FILE), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { entries: new Map(), taskQueues: {}, problems: [] };
    const problem: ConfigProblem = { code: 'unreadable-file', where: CONFIG_FILE, message };
    return { entries: new Map(), taskQueues: {}, problems: [problem] };
  }
  return parseConfigFile(text);
}

/** The same for the file's text. */
export function parseConfigFile(text: string): FileSettings {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    maxAliasCount: 0,
  } as object);
  const entries = new Map<string, { value: unknown; line: number }>();
  const taskQueues: Record<string, string> = {};
  const problems: ConfigProblem[] = document.errors.map((error) => ({
    code: 'invalid-yaml' as const,
    where: `${CONFIG_FILE}:${lines.linePos(error.pos[0]).line}`,
    message: error.message,
  }));
  if (problems.length === 0 && document.contents !== null) visit(document.contents, '', 1);
  return { entries, taskQueues, problems };

  function visit(node: unknown, path: string, line: number): void {
    if (!isMap(node)) {
      // An empty section, `temporal:` with all below commented out, says nothing.
      if (path !== '' && (node === null || (isScalar(node) && node.value === null))) return;
      report('invalid-setting', line, `'${path || CONFIG_FILE}' holds settings, each a key with a value`);
      return;
    }
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      const at = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : line;
      const full = path === '' ? name : `${path}.${name}`;
      const scalar = isScalar(value) ? value.value : undefined;
      if (full === 'task_queues') visitTaskQueues(value, at);
      else if (SECTIONS.has(full)) visit(value, full, at);
      else if (!KNOWN.has(full)) {
        const known = [...KNOWN, 'task_queues'].filter((one) => path === '' || one.startsWith(`${path}.`));
        report('unknown-setting', at, `'${full}' is no setting; there is ${known.join(', ')}`);
      } else if (scalar !== null) entries.set(full, { value: scalar, line: at });
    }
  }

  function visitTaskQueues(node: unknown, line: number): void {
    const queues: unknown = isMap(node) ? node.toJSON() : undefined;
    for (const [domain, queue] of Object.entries(queues ?? {})) {
      if (typeof queue === 'string' && queue !== '') taskQueues[domain] = queue;
      else report('invalid-setting', line, `'task_queues.${domain}' must name a task queue`);
    }
    if (queues === undefined) report('invalid-setting', line, "'task_queues' maps domains to task queues");
  }

  function report(code: ConfigProblem['code'], line: number, message: string): void {
    problems.push({ code, where: `${CONFIG_FILE}:${line}`, message });
  }
}
