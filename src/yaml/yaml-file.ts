import type { Document, Node, YAMLError } from 'yaml';
import { isAlias, isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { withoutMark } from '../domain/values/decode-text.js';
import { complaints } from './issues.js';
import { type PlainScalar, plainScalars } from './plain-scalars.js';
import type { FileProblem } from './problem.js';

type Path = readonly PropertyKey[];

/** A YAML file that a person wrote, with the place of each value, so that every complaint names its line. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  readonly syntaxProblems: readonly FileProblem[];
  /** Values that stand without quotes. */
  readonly plain: readonly PlainScalar[];
  /** Where the value at this path begins, or the nearest parent that is there. */
  positionOf(path: Path): { readonly line: number; readonly column: number };
}

/**
 * Reads a file without ever throwing for what is written in it: aliases that multiply or contain themselves, and endless nesting, are
 * problems. The work grows with the length of the file, whatever is in it.
 */
export function readYaml(file: string, written: string): YamlFile {
  const source = withoutMark(written);
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = (offset: number, message: string, suggestion: string | null): YamlFile => ({
    file,
    value: null,
    syntaxProblems: [{ file, ...at(offset), path: '', message, suggestion, severity: 'error' }],
    plain: [],
    positionOf: () => at(offset),
  });
  if (source.length > longestFile) return broken(0, `The file has more than ${longestFile} characters.`, 'Split it into smaller files.');
  let document: Document.Parsed;
  try {
    // Keys that are written twice are found below: the parser compares each with each.
    document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    return broken(0, tooDeep, null);
  }
  const mistakes = mistakesOf(document, source);
  if (mistakes.length > 0) {
    const syntaxProblems = mistakes.map(
      ({ offset, ...said }): FileProblem => ({ file, ...at(offset), path: '', severity: 'error', ...said }),
    );
    return { file, value: null, syntaxProblems, plain: [], positionOf: (path) => at(offsetOf(document, path)) };
  }
  const read = toValue(document);
  if (read.kind === 'broken') return broken(read.offset, read.message, read.suggestion);
  return { file, value: read.value, syntaxProblems: [], plain: plainScalars(document), positionOf: (path) => at(offsetOf(document, path)) };
}

/** The file's value as the schema wants it, or what is wrong with it, each at its line. */
export function checkYaml<T extends z.ZodType>(
  yaml: YamlFile,
  schema: T,
): { readonly kind: 'ok'; readonly value: z.output<T> } | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] } {
  if (yaml.syntaxProblems.length > 0) return { kind: 'invalid', problems: yaml.syntaxProblems };
  const parsed = schema.safeParse(yaml.value, { reportInput: true });
  if (parsed.success) return { kind: 'ok', value: parsed.data };
  const told = complaints(schema, parsed.error.issues.slice(0, mostProblems)).slice(0, mostProblems);
  const problems = told.map(({ path, message, suggestion }) => problemAt(yaml, path, message, suggestion));
  return { kind: 'invalid', problems };
}

/** One complaint about the value at `path`. */
export function problemAt(
  yaml: YamlFile,
  path: Path,
  message: string,
  suggestion: string | null,
  severity: FileProblem['severity'] = 'error',
): FileProblem {
  return { file: yaml.file, ...yaml.positionOf(path), path: path.map(String).join('.'), message, suggestion, severity };
}

interface Mistake extends Pick<FileProblem, 'message' | 'suggestion'> {
  readonly offset: number;
}

/** In the order of the file. Behind the first slip the parser guesses, so what it says there is an echo. */
function mistakesOf(document: Document.Parsed, source: string): readonly Mistake[] {
  const [first = null] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const repeated = repeatedKeys(document).filter(({ offset }) => first === null || offset < first.pos[0]);
  return [...repeated.slice(0, mostProblems - 1), ...(first === null ? [] : [{ offset: first.pos[0], ...sayError(first, source) }])];
}

/** Keys that their map has already. */
function repeatedKeys(document: Document.Parsed): readonly Mistake[] {
  const found: Mistake[] = [];
  visit(document, {
    Map: (_, { items }) => {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) found.push({ offset: key.range?.[0] ?? 0, ...twice(String(key.value)) });
        known.add(key.value);
      }
    },
  });
  return found;
}

function twice(key: string): Pick<Mistake, 'message' | 'suggestion'> {
  return { message: `The key "${key.slice(0, 100)}" is written twice.`, suggestion: 'Keep one of them.' };
}

const tooDeep = 'The file is nested too deeply.';
/** Levels of nesting: several times what a hand writes. */
const deepest = 64;
/** Characters of a file, and aliases in it: many times what a hand writes. */
const longestFile = 1_000_000;
const mostAliases = 100;
/** Nobody reads more complaints at once. */
const mostProblems = 50;

function sayError(error: YAMLError, source: string): Pick<Mistake, 'message' | 'suggestion'> {
  if (error.code === 'RESOURCE_EXHAUSTION') return { message: tooDeep, suggestion: null };
  const extra = error.code === 'UNEXPECTED_TOKEN' ? /^[}\]]/.exec(source.slice(error.pos[0], error.pos[0] + 1))?.[0] : undefined;
  if (extra !== undefined) return { message: `There is one "${extra}" too many.`, suggestion: 'Delete it, or write its opening one.' };
  return { message: `This is not valid YAML: ${error.message.replace(/[.;:]+$/, '')}.`, suggestion: mends[error.code] ?? null };
}

const mends: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Give keys that belong together the same number of spaces before them.',
  MULTIPLE_DOCS: 'Delete the line "---", and move what follows it to a file of its own.',
};

type Read =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly offset: number; readonly message: string; readonly suggestion: string | null };

function toValue(document: Document.Parsed): Read {
  const aliases = aliasesOf(document);
  const unknown = aliases.find(({ isKnown }) => !isKnown);
  if (unknown)
    return {
      kind: 'broken',
      offset: unknown.offset,
      message: `Nothing before is marked "&${unknown.name}".`,
      suggestion: `Write "*${unknown.name}" in quotes if it is text.`,
    };
  const offset = aliases[0]?.offset ?? 0;
  if (aliases.length > mostAliases)
    return { kind: 'broken', offset, message: repeatsItself, suggestion: 'Write the values out instead of using "*".' };
  let value: unknown;
  try {
    value = document.toJS();
  } catch (cause) {
    if (cause instanceof RangeError) return { kind: 'broken', offset, message: tooDeep, suggestion: null };
    return { kind: 'broken', offset, message: repeatsItself, suggestion: 'Write the values out instead of using "*".' };
  }
  return depthOf(value, new Map()) > deepest
    ? {
        kind: 'broken',
        offset,
        message: tooDeep,
        suggestion: aliases.length > 0 ? 'An alias ("*") may not stand inside what it repeats.' : null,
      }
    : { kind: 'value', value };
}

const repeatsItself = 'The file repeats itself too often by its aliases ("*").';

interface WrittenAlias {
  readonly name: string;
  readonly offset: number;
  /** Something before it bears its mark. */
  readonly isKnown: boolean;
}

/** In the order of the file. */
function aliasesOf(document: Document.Parsed): readonly WrittenAlias[] {
  const aliases: WrittenAlias[] = [];
  const marks = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) aliases.push({ name: node.source, offset: node.range?.[0] ?? 0, isKnown: marks.has(node.source) });
      else if (node.anchor !== undefined) marks.add(node.anchor);
    },
  });
  return aliases;
}

/** Levels of objects within each other, infinite where one contains itself. What aliases share is counted once. */
function depthOf(value: unknown, known: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 0;
  const before = known.get(value);
  if (before !== undefined) return before;
  known.set(value, Number.POSITIVE_INFINITY);
  let deepestInside = 0;
  for (const part of Object.values(value)) deepestInside = Math.max(deepestInside, depthOf(part, known));
  known.set(value, deepestInside + 1);
  return deepestInside + 1;
}

function offsetOf(document: Document.Parsed, path: Path): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    const found = childOf(node, key);
    if (found === null) return offset;
    offset = found.offset;
    node = found.node;
  }
  return offset;
}

function childOf(node: Node | null, key: PropertyKey): { node: Node | null; offset: number } | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key));
    if (pair === undefined) return null;
    const keyNode = pair.key as Node;
    return { node: pair.value as Node | null, offset: keyNode.range?.[0] ?? 0 };
  }
  if (node !== null && 'items' in node && Array.isArray(node.items)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item === undefined ? null : { node: item, offset: item.range?.[0] ?? 0 };
  }
  return null;
}
