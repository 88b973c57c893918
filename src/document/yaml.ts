import {
  Composer,
  type CST,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  Parser,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import { scalarOffsets } from './scalar-offsets.ts';
import { isCutByComment } from './unquoted-expression.ts';
import { syntaxFindings, unquotedFinding } from './yaml-syntax.ts';
import type { MappingEntry, YamlNode } from './yaml-tree.ts';

export const MAX_YAML_BYTES = 512 * 1024;
export const MAX_YAML_DEPTH = 64;
/** Whoever meets a hundred has seen what is wrong; a file made to be slow could hold a hundred thousand. */
const MOST_FINDINGS = 100;

/**
 * Reads YAML 1.2 as JSON's kinds, with the range of every node. What JSON has no word for (tags, anchors and
 * aliases, merge keys, several documents, directives, keys that are no strings, NaN) is a finding, and so is
 * what reads otherwise than it looks.
 *
 * @param file the path that findings carry
 * @returns every finding; `tree` is absent if the text is empty, too large or deep, or breaks YAML's grammar.
 *   Codes: yaml-syntax, yaml-encoding, yaml-too-large, yaml-too-deep, yaml-empty, yaml-not-json, yaml-number, duplicate-key,
 *   reserved-key, unquoted-expression.
 */
export function parseYaml(text: string, file: string): { tree?: YamlNode; findings: Diagnostic[] } {
  const reader = new Reader(text, file);
  const tree = reader.read();
  return { ...(tree === undefined ? {} : { tree }), findings: reader.findings };
}

class Reader {
  readonly findings: Diagnostic[] = [];
  readonly #text: string;
  readonly #file: string;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): YamlNode | undefined {
    const whole = { start: 0, end: 0 };
    if (Buffer.byteLength(this.#text) > MAX_YAML_BYTES) {
      return this.#report('yaml-too-large', whole, `the file is larger than ${MAX_YAML_BYTES / 1024} KB`);
    }
    // U+FFFD is what decoding leaves in the place of bytes that are not UTF-8.
    const foreign = this.#text.search(/[\0\ufffd]/);
    if (foreign !== -1) {
      const at = { start: foreign, end: foreign + 1 };
      return this.#report('yaml-encoding', at, 'the file is not UTF-8 text from here on', 'save it as UTF-8');
    }
    const parser = new Parser();
    const tokens: CST.Token[] = [];
    // Composing recurses, and an absurd depth ends the whole process: look before composing.
    for (const lexeme of new Lexer().lex(this.#text)) {
      for (const token of parser.next(lexeme)) tokens.push(token);
      if (parser.stack.length > MAX_YAML_DEPTH + 2) {
        const at = { start: parser.offset, end: parser.offset + lexeme.length };
        return this.#report('yaml-too-deep', at, `this is nested more than ${MAX_YAML_DEPTH} levels deep`);
      }
    }
    tokens.push(...parser.end());
    const composer = new Composer({
      intAsBigInt: true,
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
    });
    const documents = [...composer.compose(tokens, false, this.#text.length)];

    const errors = documents.flatMap((document) => document.errors);
    for (const { code, range, message, hint } of syntaxFindings(this.#text, errors, tokens)) {
      this.#report(code, range, message, hint);
    }
    if (this.findings.length > 0) return undefined;
    this.#reportDirectives();
    const [first, second] = documents;
    if (
      first === undefined ||
      (isScalar(first.contents) && first.contents.source === '') ||
      first.contents === null
    ) {
      return this.#report('yaml-empty', whole, 'the file is empty');
    }
    if (second !== undefined) {
      const at = { start: second.range[0], end: Math.min(second.range[0] + 3, this.#text.length) };
      this.#notJson(at, 'a second YAML document begins here; a file holds one');
    }
    return this.#node(first.contents as Node);
  }

  #node(node: Node): YamlNode {
    const range = rangeOf(node);
    if (isAlias(node)) {
      this.#notJson(range, `'*${node.source}' is a YAML alias, which is not supported; write the value out`);
      return { kind: 'scalar', value: null, range };
    }
    if (node.tag !== undefined) this.#tag(range);
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
      const start = Math.max(0, this.#text.lastIndexOf(`&${node.anchor}`, range.start));
      const at = { start, end: start + node.anchor.length + 1 };
      this.#notJson(at, `'&${node.anchor}' is a YAML anchor, which is not supported`);
    }
    if (isMap(node)) return { kind: 'mapping', entries: this.#entries(node), range };
    if (isSeq(node)) {
      const items = node.items.map((item) =>
        isPair(item) ? this.#pairInList(item as Pair<Node, Node | null>) : this.#node(item as Node),
      );
      return { kind: 'sequence', items, range };
    }
    return this.#scalar(node as Scalar, range);
  }

  /** `[a: 1]` is a list of a mapping. */
  #pairInList(pair: Pair<Node, Node | null>): YamlNode {
    const entry = this.#entry(pair);
    const range = { start: entry.key.range.start, end: Math.max(entry.key.range.end, entry.value.range.end) };
    return { kind: 'mapping', entries: [entry], range };
  }

  #entries(map: YAMLMap): MappingEntry[] {
    const seen = new Map<string, MappingEntry>();
    for (const pair of map.items) {
      const entry = this.#entry(pair as Pair<Node, Node | null>);
      const { value: name, range } = entry.key;
      const earlier = seen.get(name);
      if (earlier === undefined) {
        seen.set(name, entry);
        continue;
      }
      this.#add({
        ...this.#diagnostic('duplicate-key', range, `the key '${name}' is already there`),
        related: [{ file: this.#file, range: earlier.key.range, message: `the first '${name}'` }],
      });
    }
    return [...seen.values()];
  }

  #entry(pair: Pair<Node | null, Node | null>): MappingEntry {
    const keyRange = pair.key === null ? { start: 0, end: 0 } : rangeOf(pair.key);
    const key = { value: this.#keyName(pair, keyRange), range: keyRange };
    const value: YamlNode =
      pair.value === null
        ? { kind: 'scalar', value: null, range: { start: keyRange.end, end: keyRange.end } }
        : this.#node(pair.value);
    return { key, value };
  }

  #keyName(pair: Pair<Node | null, Node | null>, range: SourceRange): string {
    const { key } = pair;
    const text = this.#text.slice(range.start, range.end);
    if (!isScalar(key) || typeof key.value !== 'string') {
      this.#notJson(range, `the key '${text}' is not a string; quote it if it is meant`);
      return text;
    }
    if (key.tag !== undefined) this.#tag(range);
    if (key.anchor !== undefined) this.#notJson(range, 'YAML anchors are not supported');
    if (key.value === '<<')
      this.#notJson(range, "'<<' is a YAML merge key, which is not supported; write the keys out");
    if (key.value === '__proto__') this.#report('reserved-key', range, "'__proto__' cannot be a key");
    if (key.value.includes('${{')) this.#expressionAsKey(pair, key.value, range);
    return key.value;
  }

  /** `- ${{ a ? b : c }}` is good YAML for a mapping with the key `${{ a ? b`. */
  #expressionAsKey(pair: Pair<Node | null, Node | null>, key: string, range: SourceRange): void {
    if (key.lastIndexOf('${{') < key.lastIndexOf('}}')) {
      this.#report(
        'unquoted-expression',
        range,
        `the key '${key}' is an expression; only values can be expressions`,
      );
      return;
    }
    const end = pair.value === null ? range.end : rangeOf(pair.value).end;
    this.#unquoted({ start: range.start, end });
  }

  #scalar(node: Scalar, range: SourceRange): YamlNode {
    const { value } = node;
    if (typeof value === 'string') {
      if (node.type === 'PLAIN' && isCutByComment(this.#text, value, range)) {
        this.#unquoted({
          start: range.start + value.lastIndexOf('${{'),
          end: endOfLine(this.#text, range.end),
        });
      }
      return {
        kind: 'scalar',
        value,
        range,
        offsets: scalarOffsets(this.#text, node.type ?? 'PLAIN', value, range),
      };
    }
    if (typeof value === 'bigint' || typeof value === 'number')
      return this.#number(Number(value), node, range);
    return { kind: 'scalar', value: typeof value === 'boolean' ? value : null, range };
  }

  #number(value: number, node: Scalar, range: SourceRange): YamlNode {
    const text = node.source ?? String(value);
    if (!Number.isFinite(value)) {
      this.#report('yaml-number', range, `${text} is not a number that JSON can hold`);
    } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      this.#report('yaml-number', range, `${text} is too large to be kept exactly`, `quote it: '${text}'`);
    } else if (/^[-+]?0\d/.test(text)) {
      this.#report(
        'yaml-number',
        range,
        `${text} reads as the number ${value}`,
        `write ${value}, or quote it: '${text}'`,
      );
    }
    return { kind: 'scalar', value: Number.isFinite(value) ? value : 0, range };
  }

  #tag(range: SourceRange): void {
    const bang = this.#text.lastIndexOf('!', range.start);
    const start = this.#text.lastIndexOf('!', bang - 1) === bang - 1 ? bang - 1 : bang;
    const end = start + (/^\S+/.exec(this.#text.slice(start))?.[0].length ?? 1);
    this.#notJson({ start, end }, `'${this.#text.slice(start, end)}' is a YAML tag, which is not supported`);
  }

  #reportDirectives(): void {
    const directive = /^%\S.*/m.exec(/^[\s\S]*?^---/m.exec(this.#text)?.[0] ?? '');
    if (directive === null) return;
    const at = { start: directive.index, end: directive.index + directive[0].length };
    this.#notJson(at, `'${directive[0]}' is a YAML directive, which is not supported`);
  }

  #unquoted(range: SourceRange): void {
    const { code, message, hint } = unquotedFinding(this.#text, range);
    this.#report(code, range, message, hint);
  }

  #notJson(range: SourceRange, message: string): void {
    this.#report('yaml-not-json', range, message);
  }

  #report(code: string, range: SourceRange, message: string, hint?: string): undefined {
    this.#add({
      ...this.#diagnostic(code, range, message),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #add(finding: Diagnostic): void {
    if (this.findings.length < MOST_FINDINGS) this.findings.push(finding);
  }

  #diagnostic(code: string, range: SourceRange, message: string): Diagnostic {
    return { code, severity: 'error', file: this.#file, range, message };
  }
}

function rangeOf(node: Node): SourceRange {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n]/);
  return end === -1 ? text.length : from + end;
}
