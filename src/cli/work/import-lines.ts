import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { readJson } from '../../domain/values/exact-json.js';
import { isRecord } from '../../domain/values/is-record.js';
import { cellOf } from '../../sources/file/cell.js';
import { delimiterOf } from '../delimiter.js';
import { CliFailure } from '../failure.js';
import { type SurveyedFile, textOf } from './import-file.js';

type Cells = Readonly<Record<string, unknown>>;

/** A line of a file: its cells by heading, or what is wrong with it. */
export interface Line {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: Cells;
  readonly fault: { readonly reason: string; readonly detail: string } | null;
}

/** A thing of a file, as it is sent: a line, or lines that stand together. */
export interface Group {
  readonly line: number;
  readonly rows: readonly Cells[];
  readonly fault: Line['fault'];
}

/** The headings of a file, and its lines. */
export interface Lines {
  readonly header: readonly string[];
  readonly lines: AsyncIterable<Line>;
}

/** Opens a file of lines: JSON where its name ends in `.jsonl` or `.ndjson`, else CSV. */
export function readLines(file: SurveyedFile): Promise<Lines> {
  return /\.(jsonl|ndjson)$/i.test(file.path) ? readJsonLines(file) : readCsv(file);
}

// ── CSV ──

/** Characters of one line: more is a quotation mark that was never closed. */
const longestLine = 1024 * 1024;

async function readCsv(file: SurveyedFile): Promise<Lines> {
  const { text, head } = await begun(file);
  const told = /^sep=(.)\r?\n/i.exec(head);
  const parser = parse({
    delimiter: told?.[1] ?? delimiterOf(told === null ? head : head.slice(told[0].length)),
    from_line: told === null ? 1 : 2,
    info: true,
    max_record_size: longestLine,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  const records = Readable.from(text)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser)
    [Symbol.asyncIterator]() as AsyncIterator<Parsed>;
  const first = await next(records, file.path);
  if (first === null) throw new CliFailure(`${file.path} has no line.`, 2);
  const header = headingsOf(first.record);
  return { header, lines: csvLines(records, header, file.path, first.info.lines) };
}

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function next(records: AsyncIterator<Parsed>, path: string): Promise<Parsed | null> {
  try {
    const { done, value } = await records.next();
    return done === true ? null : value;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new CliFailure(
      `${path} cannot be read on from line ${String(error['lines'])}: a quotation mark is opened and not closed. Mend the line, and import the file again: what was taken is not taken twice.`,
      1,
    );
  }
}

async function* csvLines(records: AsyncIterator<Parsed>, header: readonly string[], path: string, above: number): AsyncGenerator<Line> {
  let before = above;
  for (let one = await next(records, path); one !== null; one = await next(records, path)) {
    const { record, info } = one;
    const line = before + 1;
    before = info.lines;
    if (record.every((cell) => cell.trim() === '')) continue;
    const cells = Object.fromEntries(record.slice(0, header.length).map((cell, at) => [header[at] ?? '', cell]));
    yield { line, cells, fault: widthFault(record, header.length) };
  }
}

/**
 * A line that was torn apart, or in which a text has the separator without quotation marks: whatever it says would be in the wrong column.
 */
function widthFault(record: readonly string[], width: number): Line['fault'] {
  const extra = record.slice(width).some((cell) => cell.trim() !== '');
  if (record.length >= width && !extra) return null;
  return {
    reason: 'wrong-width',
    detail: `the line has ${record.length} columns and the heading ${width}: put texts with separators or line breaks between quotation marks.`,
  };
}

/** Each once: a heading that comes twice gets a number. */
function headingsOf(record: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return record.map((cell, at) => {
    const name = cell.replace(/\uFEFF/g, '').trim() || `column ${at + 1}`;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** The text with its beginning read already. */
async function begun(file: SurveyedFile): Promise<{ readonly text: AsyncIterable<string>; readonly head: string }> {
  const pieces = textOf(file);
  let head = '';
  while (!head.includes('\n') && head.length < longestLine) {
    const { done, value } = await pieces.next();
    if (done === true) break;
    head += value;
  }
  async function* whole(): AsyncGenerator<string> {
    yield head;
    yield* pieces;
  }
  return { text: whole(), head };
}

// ── JSON lines ──

/** Lines whose names become the headings: later lines may have more, which are then read too if the mapping names them. */
const looked = 200;

async function readJsonLines(file: SurveyedFile): Promise<Lines> {
  const lines = jsonLines(file);
  const first: Line[] = [];
  while (first.length < looked) {
    const { done, value } = await lines.next();
    if (done === true) break;
    first.push(value);
  }
  if (first.length === 0) throw new CliFailure(`${file.path} has no line: it has a JSON object on each.`, 2);
  async function* all(): AsyncGenerator<Line> {
    yield* first;
    yield* lines;
  }
  return { header: [...new Set(first.flatMap(({ cells }) => Object.keys(cells)))], lines: all() };
}

async function* jsonLines(file: SurveyedFile): AsyncGenerator<Line> {
  let rest = '';
  let line = 0;
  for await (const piece of textOf(file)) {
    const parts = (rest + piece).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      line += 1;
      if (part.trim() !== '') yield jsonLine(part, line);
    }
  }
  if (rest.trim() !== '') yield jsonLine(rest, line + 1);
}

function jsonLine(text: string, line: number): Line {
  const value = readJson(text);
  if (isRecord(value)) return { line, cells: value, fault: null };
  return { line, cells: {}, fault: { reason: 'invalid-json', detail: 'the line is no JSON object: each line is one whole object.' } };
}

// ── lines that stand together ──

/**
 * Lines that stand together and have the same value under `heading` are one thing. One that comes again after others is refused: its lines
 * would replace those that were taken.
 */
export async function* grouped(lines: AsyncIterable<Line>, heading: string | null): AsyncGenerator<Group> {
  if (heading === null) {
    for await (const { line, cells, fault } of lines) yield { line, rows: [cells], fault };
    return;
  }
  const seen = new Set<number>();
  let open: OpenGroup | null = null;
  for await (const { line, cells, fault } of lines) {
    const key = cellOf(cells[heading]);
    if (open !== null && key !== null && open.key === key && open.rows.length < mostTogether) {
      open.rows.push(cells);
      open.fault ??= fault;
      continue;
    }
    if (open !== null) yield closed(open);
    const hash: number | null = key === null ? null : hashOf(key);
    const isAgain: boolean = hash !== null && seen.has(hash);
    if (hash !== null) seen.add(hash);
    open = { line, rows: [cells], key, fault: fault ?? (isAgain ? apart(heading) : null) };
  }
  if (open !== null) yield closed(open);
}

interface OpenGroup {
  readonly line: number;
  readonly rows: Cells[];
  readonly key: string | null;
  fault: Line['fault'];
}

const mostTogether = 1_000;

function closed({ line, rows, fault }: OpenGroup): Group {
  return { line, rows, fault };
}

function apart(heading: string): NonNullable<Line['fault']> {
  return {
    reason: 'torn-apart',
    detail: `lines with the same \`${heading.slice(0, 100)}\` do not stand together: sort the file by that column.`,
  };
}

/** 53 bits of it: of a million ids, two meet once in ten thousand files. */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
