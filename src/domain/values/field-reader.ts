import { currencyDecimals, readCurrencyCode } from './currency.js';
import { readWrittenNumber } from './written-number.js';

export type Properties = Readonly<Record<string, unknown>>;

const maxTextLength = 2048;
/** Beyond it no amount is meant, and sums lose their cents. */
const maxAmount = 1e13;

/**
 * Reads fields of an event one by one: takes what can be read, and notes by name what could not. An ornament that says nothing never costs
 * the event: who ordered, and which cart, are enough.
 */
export class FieldReader {
  /** Names of the fields that are there and could not be read, never their values. */
  readonly lost: string[] = [];

  /**
   * The first of these properties that can be read, as text. Numbers count: many shops have numeric ids. `where` stands before the name in
   * what is noted.
   */
  text(of: Properties, names: readonly string[], where = ''): string | null {
    return this.#first(of, names, where, (value) => {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
      return typeof text === 'string' && text.length <= maxTextLength ? text : null;
    });
  }

  /** The first of these properties that can be read, as a number; also one as people write it, and `{ amount: "30.00" }`. */
  number(of: Properties, names: readonly string[], currency: string | null, where = ''): number | null {
    return this.#first(of, names, where, (value) => inRange(numberOf(value, currency)));
  }

  /** A code of three letters in capitals, also from a sign that means one currency alone. */
  currency(of: Properties, where = ''): string | null {
    return this.#first(of, ['currency', 'currency_code', 'currencyCode'], where, (value) =>
      typeof value === 'string' ? readCurrencyCode(value) : null,
    );
  }

  /** The first of these that leads somewhere: a web address, one without its protocol (`//`), or a path of the shop's site. */
  address(of: Properties, names: readonly string[], where = ''): string | null {
    return this.#first(of, names, where, (value) => {
      const text = typeof value === 'string' && value.length <= maxTextLength ? value.trim() : '';
      return leadsSomewhere(text) ? text : null;
    });
  }

  /** Notes a field as lost. */
  lose(name: string): void {
    if (!this.lost.includes(name)) this.lost.push(name);
  }

  #first<T>(of: Properties, names: readonly string[], where: string, read: (value: unknown) => T | null): T | null {
    for (const name of names) {
      const value = of[name];
      if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) continue;
      const result = read(value);
      if (result !== null) return result;
      this.lose(`${where}${name}`);
    }
    return null;
  }
}

function leadsSomewhere(text: string): boolean {
  const isPath = /^(?:\/|\?)/.test(text);
  if (!isPath && !/^https?:/i.test(text)) return false;
  return URL.canParse(text, isPath ? 'https://shop.invalid' : undefined);
}

function numberOf(value: unknown, currency: string | null): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string') return readWrittenNumber(value, decimalsFor(value, currency));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { amount, value: inner } = value as Properties;
  const given = amount ?? inner;
  return typeof given === 'number' || typeof given === 'string' ? numberOf(given, currency) : null;
}

/** By the currency that the event names, else by the sign or code in the text itself. */
function decimalsFor(text: string, currency: string | null): number | null {
  const code = currency ?? readCurrencyCode(text.replace(/[\d.,'’_\s+−-]/g, ''));
  if (code !== null) return currencyDecimals(code);
  // Every currency that is written so has two or, as the yen, none.
  return text.includes('$') ? 2 : null;
}

function inRange(number: number | null): number | null {
  return number !== null && Math.abs(number) <= maxAmount ? number : null;
}
