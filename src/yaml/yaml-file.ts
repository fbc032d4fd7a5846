import { isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../domain/nearest.js';
import type { FileProblem } from './problem.js';

type Path = readonly PropertyKey[];

/** A YAML file that a person wrote, with the place of each value, so that every complaint names its line. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  readonly syntaxProblems: readonly FileProblem[];
  /** Where the value at this path begins, or the nearest parent that is there. */
  positionOf(path: Path): { readonly line: number; readonly column: number };
}

export function readYaml(file: string, source: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return {
    file,
    value: document.errors.length > 0 ? null : document.toJS(),
    syntaxProblems: document.errors.map((error) => ({
      file,
      ...at(error.pos[0]),
      path: '',
      message: `This is no valid YAML: ${error.message}.`,
      suggestion: null,
      severity: 'error' as const,
    })),
    positionOf: (path) => at(offsetOf(document, path)),
  };
}

/** The file's value as the schema wants it, or what is wrong with it, each at its line. */
export function checkYaml<T extends z.ZodType>(
  yaml: YamlFile,
  schema: T,
): { readonly kind: 'ok'; readonly value: z.output<T> } | { readonly kind: 'invalid'; readonly problems: readonly FileProblem[] } {
  if (yaml.syntaxProblems.length > 0) return { kind: 'invalid', problems: yaml.syntaxProblems };
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return { kind: 'ok', value: parsed.data };
  return { kind: 'invalid', problems: parsed.error.issues.flatMap((issue) => describeIssue(yaml, schema, issue)) };
}

function describeIssue(yaml: YamlFile, schema: z.ZodType, issue: z.core.$ZodIssue): readonly FileProblem[] {
  if (issue.code !== 'unrecognized_keys')
    return [problemAt(yaml, issue.path, `${sentenceStart(issue.path)}: ${lowerFirst(issue.message)}.`, null)];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const suggestion = meant !== null ? `Did you mean "${meant}"?` : known.length > 0 ? `Known here: ${known.join(', ')}.` : null;
    return problemAt(yaml, [...issue.path, key], `"${key}" is not known here.`, suggestion);
  });
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

function sentenceStart(path: Path): string {
  return path.length === 0 ? 'The file' : `"${path.map(String).join('.')}"`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

/** The keys that an object schema knows at `path`; empty where it is no plain object. */
function keysAt(schema: unknown, path: Path): readonly string[] {
  let current = unwrap(schema);
  for (const key of path) current = unwrap(current?.shape?.[String(key)] ?? current?.valueType ?? current?.element);
  return Object.keys(current?.shape ?? {});
}

interface SchemaInside {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly valueType?: unknown;
  readonly element?: unknown;
}

function unwrap(schema: unknown): SchemaInside | undefined {
  let current = schema as { def?: { innerType?: unknown; in?: unknown } } | undefined;
  while (current?.def !== undefined) {
    const inner = current.def.innerType ?? current.def.in;
    if (inner === undefined) break;
    current = inner as typeof current;
  }
  return current as SchemaInside | undefined;
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
