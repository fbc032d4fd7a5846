import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { CliFailure } from './failure.js';

/** Ids of a list, and whose they are. */
export interface RecipientIds {
  readonly by: 'profile' | 'user';
  readonly ids: readonly string[];
}

const ourId = /^[0-9a-z]{26}$/;
const heads: Readonly<Record<string, RecipientIds['by']>> = { userid: 'user', profileid: 'profile' };
/** A first line that is a heading rather than somebody's id. */
const looksLikeHead =
  /^(id|ids|uid|key|name|no|nr|row|index|(e|first|last|full)?[ _-]?(mail|name)|phone|customers?|users?|people|person|recipients?|(customer|user|external|client|member|contact|profile)[ _-]?(id|no|nr|number|key)s?)$/i;

/**
 * Reads a list of recipients: one id to a line, or a CSV in which the heading `userId` or `profileId` names the column, wherever it stands. Without a heading
 * a list has nothing but ids; ids that all look like ours are ours, and any others are the shop's. Throws a CliFailure that says what was found.
 */
export function readRecipients(text: string, file: string): RecipientIds {
  if (text.includes('\0')) throw new CliFailure(`${file} is no UTF-8 text: save it as "CSV UTF-8".`, 2);
  const rows = rowsOf(text, file);
  const [first, ...others] = rows;
  if (first === undefined) throw nobody(file);
  const { by, column, people } = columnOf(first, others, file);
  const ids = people.map((row) => (row[column] ?? '').trim()).filter((id) => id !== '');
  if (ids.length === 0) throw nobody(file);
  if (ids.some((id) => id.includes('@')))
    throw new CliFailure(`There are email addresses in ${file}: write the shop's own ids, or profile ids, one to a line.`, 2);
  return { by: by ?? (ids.every((id) => ourId.test(id)) ? 'profile' : 'user'), ids };
}

type Row = readonly string[];

interface Column {
  /** Null: no heading says so. */
  readonly by: RecipientIds['by'] | null;
  readonly column: number;
  readonly people: readonly Row[];
}

function columnOf(first: Row, others: readonly Row[], file: string): Column {
  const named = first.map((head) => heads[head.toLowerCase().replace(/[\s_-]/g, '')]);
  const columns = named.flatMap((by, column) => (by === undefined ? [] : [{ by, column, people: others }]));
  const [only, another] = columns;
  if (another !== undefined) throw new CliFailure(`More than one column of ${file} holds ids (${first.join(', ')}): leave one of them.`, 2);
  if (only !== undefined) return only;
  const isBare = [first, ...others].every((row) => row.length === 1);
  if (isBare && !looksLikeHead.test(first[0]?.trim() ?? '')) return { by: null, column: 0, people: [first, ...others] };
  throw new CliFailure(`No column of ${file} is called userId or profileId. Its first line says: ${first.map(quoted).join(', ')}.`, 2);
}

function rowsOf(text: string, file: string): readonly Row[] {
  try {
    const options = { bom: true, delimiter: delimiterOf(text), relax_column_count: true, skip_empty_lines: true, trim: true };
    return parse(text, options).filter((row: Row) => row.some((cell) => cell !== ''));
  } catch (error) {
    if (error instanceof CsvError)
      throw new CliFailure(`${file} is no CSV (line ${String(error['lines'])}): a quotation mark stands where none may be.`, 2);
    throw error;
  }
}

/** What parts the columns of the first line: spreadsheets of many countries write semicolons. */
function delimiterOf(text: string): string {
  const line = (text.split(/\r?\n|\r/).find((one) => one.replace(/\uFEFF/g, '').trim() !== '') ?? '').replace(/"(?:[^"]|"")*"/g, '');
  const counted = [',', ';', '\t', '|'].map((mark) => [mark, line.split(mark).length] as const);
  return counted.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

function quoted(head: string): string {
  return `"${head.length > 40 ? `${head.slice(0, 40)}…` : head}"`;
}

function nobody(file: string): CliFailure {
  return new CliFailure(`There is nobody in ${file}: write one id to a line.`, 2);
}
