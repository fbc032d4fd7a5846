import type { Liquid } from 'liquidjs';

/** What filters need to know about the person: handed to each render as globals. */
export interface Formatting {
  /** BCP 47 tag: `de-AT`. */
  readonly locale: string;
  readonly timeZone: string;
  /** ISO 4217, for amounts that name none. */
  readonly currency: string;
}

/** Key of the globals under which `Formatting` travels; no template name can be this. */
export const formattingKey = '$formatting';

const dateStyles = ['short', 'medium', 'long', 'full'] as const;

interface FilterThis {
  readonly context: { readonly globals: object };
}

/** Adds `money`, `date` and `safe_url`; Liquid's own `date` knows nothing of languages. */
export function registerFilters(engine: Liquid): void {
  engine.registerFilter('money', function money(this: FilterThis, amount: unknown, currency?: unknown) {
    const { locale, currency: usual } = formattingOf(this);
    return formatMoney(amount, typeof currency === 'string' ? currency : usual, locale);
  });
  engine.registerFilter('date', function date(this: FilterThis, value: unknown, style?: unknown) {
    return formatDate(value, style, formattingOf(this));
  });
  engine.registerFilter('safe_url', safeUrl);
}

function formattingOf(filter: FilterThis): Formatting {
  return (filter.context.globals as { [formattingKey]: Formatting })[formattingKey];
}

/** `money`: an amount in the major unit, in the person's way of writing it; yen have no decimals. Not a number: empty. */
export function formatMoney(amount: unknown, currency: string, locale: string): string {
  const value = typeof amount === 'string' && amount.trim() !== '' ? Number(amount) : amount;
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const code = currency.trim().toUpperCase();
  // Shops send what they like as a currency; what Intl refuses is written as it came.
  if (!/^[A-Z]{3}$/.test(code)) return `${new Intl.NumberFormat(locale).format(value)} ${code}`.trim();
  return moneyFormat(locale, code).format(value);
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

/** Making a formatter costs fifty times a use of it. The keys are few: languages times currencies. */
function moneyFormat(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = moneyFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency });
  if (moneyFormats.size >= 200) moneyFormats.clear();
  moneyFormats.set(key, made);
  return made;
}

/** `date: "long"` (short, medium, long, full) of an instant or an ISO text, in the person's language and zone. No date: empty. */
function formatDate(value: unknown, style: unknown, { locale, timeZone }: Formatting): string {
  const instant = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(instant) || Math.abs(instant) > 8.64e15) return '';
  const dateStyle = dateStyles.find((known) => known === style) ?? 'long';
  return dateFormat(locale, timeZone, dateStyle).format(instant);
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** As with money: languages times zones times styles. */
function dateFormat(locale: string, timeZone: string, dateStyle: (typeof dateStyles)[number]): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${dateStyle}`;
  const known = dateFormats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { dateStyle, timeZone });
  if (dateFormats.size >= 200) dateFormats.clear();
  dateFormats.set(key, made);
  return made;
}

const safeProtocols = new Set(['https:', 'http:', 'mailto:', 'tel:']);

/** `safe_url`: a full web, mail or phone address stays; anything else (script, data, a relative path) becomes empty. */
export function safeUrl(value: unknown): string {
  if (typeof value !== 'string') return '';
  const trimmed = value.trim();
  if (!URL.canParse(trimmed)) return '';
  const url = new URL(trimmed);
  return safeProtocols.has(url.protocol) ? url.href : '';
}
