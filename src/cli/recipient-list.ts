import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { delimiterOf } from './delimiter.js';
import { CliFailure } from './failure.js';

/** Whom a list names, and by what. */
export interface Recipients {
  readonly by: 'profile' | 'user' | 'email';
  readonly ids: readonly string[];
  /** What the list says of each, in the order of `ids`; absent: no column was asked for. */
  readonly data?: readonly Readonly<Record<string, string>>[];
}

/** A column of the list, and what the template calls it. */
export interface MappedColumn {
  readonly column: string;
  readonly key: string;
}

const ourId = /^[0-9a-z]{26}$/;
const heads: Readonly<Record<string, Recipients['by']>> = {
  userid: 'user',
  profileid: 'profile',
  email: 'email',
  emailaddress: 'email',
  mail: 'email',
};
/** A first line that is a heading rather than somebody's id. */
const looksLikeHead =
  /^(id|ids|uid|key|name|no|nr|row|index|(e|first|last|full)?[ _-]?(mail|name)|phone|customers?|users?|people|person|recipients?|(customer|user|external|client|member|contact|profile)[ _-]?(id|no|nr|number|key)s?)$/i;

/**
 * Reads a list of recipients: one id or address to a line, or a CSV in which the heading `userId`, `profileId` or `email` names the column,
 * wherever it stands; an address beside an id is only looked at where no id is. Without a heading a list has nothing but ids or addresses;
 * ids that all look like ours are ours, and any others are the shop's. Columns of `map` become data of each recipient. Throws a CliFailure
 * that says what was found.
 */
export function readRecipients(text: string, file: string, map: readonly MappedColumn[] = []): Recipients {
  if (text.includes('\0')) throw new CliFailure(`${file} is not UTF-8 text: save it as "CSV UTF-8".`, 2);
  const rows = rowsOf(text, file);
  const [first, ...others] = rows;
  if (first === undefined) throw nobody(file);
  const { by, column, people } = columnOf(first, others, file);
  const columns = map.map(({ column: name, key }) => ({ key, at: columnCalled(name, first, people.length === rows.length, file) }));
  const named = people.map((row) => ({ id: (row[column] ?? '').trim(), row })).filter(({ id }) => id !== '');
  if (named.length === 0) throw nobody(file);
  const ids = named.map(({ id }) => id);
  const list = { by: by ?? kindOf(ids, file), ids };
  if (columns.length === 0) return list;
  const data = named.map(({ row }) =>
    Object.fromEntries(columns.flatMap(({ key, at }) => ((row[at] ?? '').trim() === '' ? [] : [[key, (row[at] ?? '').trim()]]))),
  );
  return { ...list, data };
}

/** What a list without a heading holds. */
function kindOf(ids: readonly string[], file: string): Recipients['by'] {
  const addresses = ids.filter((id) => id.includes('@')).length;
  if (addresses === ids.length) return 'email';
  if (addresses > 0)
    throw new CliFailure(`${file} holds ids and email addresses: make two lists, or a CSV with the headings userId or email.`, 2);
  return ids.every((id) => ourId.test(id)) ? 'profile' : 'user';
}

function columnCalled(name: string, head: Row, isBare: boolean, file: string): number {
  const at = isBare ? -1 : head.findIndex((one) => one.trim().toLowerCase() === name.trim().toLowerCase());
  if (at === -1)
    throw new CliFailure(
      isBare
        ? `${file} has no headings, so there is no column ${name}.`
        : `No column of ${file} is called ${name}. There are: ${head.map(quoted).join(', ')}.`,
      2,
    );
  return at;
}

type Row = readonly string[];

interface Column {
  /** Null: no heading says so. */
  readonly by: Recipients['by'] | null;
  readonly column: number;
  readonly people: readonly Row[];
}

/** A mailbox may be shared: where there are ids too, they count. */
const namesOne: Readonly<Record<NonNullable<Column['by']>, boolean>> = { profile: true, user: true, email: false };

function columnOf(first: Row, others: readonly Row[], file: string): Column {
  const named = first.map((head) => heads[head.toLowerCase().replace(/[\s_-]/g, '')]);
  const all = named.flatMap((by, column) => (by === undefined ? [] : [{ by, column, people: others }]));
  const ofIds = all.filter(({ by }) => by === null || namesOne[by]);
  const columns = ofIds.length > 0 ? ofIds : all;
  const [only, another] = columns;
  if (another !== undefined) throw new CliFailure(`More than one column of ${file} holds ids (${first.join(', ')}): keep one of them.`, 2);
  if (only !== undefined) return only;
  const isBare = [first, ...others].every((row) => row.length === 1);
  if (isBare && !looksLikeHead.test(first[0]?.trim() ?? '')) return { by: null, column: 0, people: [first, ...others] };
  throw new CliFailure(
    `No column of ${file} is called userId, profileId or email. Its first line says: ${first.map(quoted).join(', ')}.`,
    2,
  );
}

function rowsOf(text: string, file: string): readonly Row[] {
  try {
    const options = { bom: true, delimiter: delimiterOf(text), relax_column_count: true, skip_empty_lines: true, trim: true };
    return parse(text, options).filter((row: Row) => row.some((cell) => cell !== ''));
  } catch (error) {
    if (error instanceof CsvError)
      throw new CliFailure(`${file} is no CSV (line ${String(error['lines'])}): a quotation mark is at a wrong place.`, 2);
    throw error;
  }
}

function quoted(head: string): string {
  return `"${head.length > 40 ? `${head.slice(0, 40)}…` : head}"`;
}

function nobody(file: string): CliFailure {
  return new CliFailure(`${file} is empty: write one id or address per line.`, 2);
}
