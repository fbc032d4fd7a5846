import type { Instant } from '../../domain/time/instant.js';
import { currencyDecimals, readCurrencyCode } from '../../domain/values/currency.js';
import { readWrittenNumber } from '../../domain/values/written-number.js';
import type { Fields } from '../source.js';
import { cellOf } from './cell.js';
import type { BoundMapping } from './mapping.js';
import { readWhen } from './when.js';

/** Why a line cannot be taken: a code, and a sentence that names the column and how to mend it, never a value. */
export interface Fault {
  readonly reason: string;
  readonly detail: string;
}

/** One line of a file through its mapping. Readers note what they cannot read, and answer null. */
export class Row {
  readonly faults: Fault[] = [];
  readonly #cells: Fields;
  readonly #mapping: BoundMapping;

  constructor(cells: Fields, mapping: BoundMapping) {
    this.#cells = cells;
    this.#mapping = mapping;
  }

  /** As written, without what spreadsheets put around it; null: nothing. */
  text(field: string): string | null {
    const column = this.#mapping.columns.get(field);
    if (column === undefined) return null;
    if (column.kind === 'value') return column.value;
    for (const name of column.names) {
      const written = cellOf(this.#cells[name]);
      if (written !== null) return `${column.prefix}${written}`;
    }
    return column.otherwise;
  }

  /** What stands there with its kind: lists and numbers of JSON lines stay what they are. */
  value(field: string): unknown {
    const column = this.#mapping.columns.get(field);
    if (column === undefined) return null;
    if (column.kind === 'value') return column.value;
    const found = column.names.map((name) => this.#cells[name]).find((one) => typeof one === 'object' || cellOf(one) !== null);
    return typeof found === 'string' || found === undefined ? this.text(field) : found;
  }

  /** An id: one that a spreadsheet wrote as 8.2E+14 has lost digits. */
  id(field: string): string | null {
    const written = this.text(field);
    if (written === null || !/^[^\d]*\d(?:[.,]\d+)?E\+?\d+$/i.test(written)) return written;
    return this.#lost(
      field,
      'damaged-id',
      'a spreadsheet shortened it to an exponent, so digits are lost. Export the file again and do not save it with a spreadsheet.',
    );
  }

  /** An amount in major units of the currency; null: nothing, or it may be read in two ways. */
  amount(field: string, currency: string | null): number | null {
    const plain = this.value(field);
    if (typeof plain === 'number') return plain;
    const written = this.text(field);
    if (written === null) return null;
    const number = readWrittenNumber(written, currency === null ? null : currencyDecimals(currency));
    if (number !== null) return number;
    return this.#lost(
      field,
      'unreadable-number',
      'it is not a number, or may be read in two ways (1.299 is a thousand to some). Write 1299.00, or name the currency.',
    );
  }

  count(field: string): number | null {
    const number = this.amount(field, 'EUR');
    if (number === null || (Number.isInteger(number) && number >= 0)) return number;
    return this.#lost(field, 'unreadable-number', 'it must be a whole number.');
  }

  when(field: string): Instant | null {
    const written = this.text(field);
    if (written === null) return null;
    const reading = readWhen(written, this.#mapping);
    return reading.kind === 'at' ? reading.at : this.#lost(field, reading.reason, reading.detail);
  }

  currency(field: string): string | null {
    const written = this.text(field);
    if (written === null) return this.#mapping.currency;
    return readCurrencyCode(written) ?? this.#lost(field, 'unreadable-currency', 'it must be a code of three letters, such as EUR.');
  }

  flag(field: string): boolean | null {
    const written = this.text(field)?.toLowerCase() ?? null;
    if (written === null) return null;
    if (yes.has(written)) return true;
    return no.has(written) ? false : this.#lost(field, 'unreadable-flag', 'it must be yes or no.');
  }

  missing(field: string, why: string): void {
    this.faults.push({ reason: 'missing-value', detail: `${this.#named(field)} is empty: ${why}` });
  }

  refuse(field: string, reason: string, why: string): void {
    this.#lost(field, reason, why);
  }

  #lost(field: string, reason: string, why: string): null {
    this.faults.push({ reason, detail: `${this.#named(field)} cannot be read: ${why}` });
    return null;
  }

  /** By its heading, as the person who has the file knows it. */
  #named(field: string): string {
    const column = this.#mapping.columns.get(field);
    const heading = column?.kind === 'column' ? column.names.join('`, `') : field;
    return `The column \`${heading}\``;
  }
}

const yes: ReadonlySet<string> = new Set(['yes', 'true', '1', 'y', 'ja', 'oui']);
const no: ReadonlySet<string> = new Set(['no', 'false', '0', 'n', 'nein', 'non']);
