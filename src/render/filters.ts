import type { Liquid } from 'liquidjs';
import { readInstant } from '../domain/time/written-instant.js';
import { formatPattern } from './date-pattern.js';

/** What filters need to know about the person: handed to each render as globals. */
export interface Formatting {
  /** BCP 47 tag: `de-AT`. */
  readonly locale: string;
  readonly timeZone: string;
  /** ISO 4217, for amounts that name none. */
  readonly currency: string;
  /** The instant of the message, for `"now"`. */
  readonly now?: number;
  /** Where relative addresses lead: the shop's own site. */
  readonly siteUrl?: string;
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
    return formatMoney(amount, typeof currency === 'string' && currency !== '' ? currency : usual, locale);
  });
  engine.registerFilter('date', function date(this: FilterThis, value: unknown, style?: unknown) {
    return formatDate(value, style, formattingOf(this));
  });
  engine.registerFilter('safe_url', function address(this: FilterThis, value: unknown) {
    return safeUrl(value, formattingOf(this).siteUrl);
  });
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

/**
 * `date: "long"` (short, medium, long, full) or a pattern such as `"%d.%m.%Y"`, of an instant, a text or `"now"`, in the person's language
 * and zone. A date without a time is that date everywhere. What is no date, or may be two (`01/03/1990`), is empty.
 */
function formatDate(value: unknown, style: unknown, formatting: Formatting): string {
  const day = dayOf(value);
  const at = day ?? (value === 'now' || value === 'today' ? formatting.now : readInstantOf(value));
  if (at === null || at === undefined || !Number.isFinite(at) || Math.abs(at) > 8.64e15) return '';
  const timeZone = day === null ? formatting.timeZone : 'UTC';
  if (typeof style === 'string' && style.includes('%')) return formatPattern(at, style, { locale: formatting.locale, timeZone });
  const dateStyle = dateStyles.find((known) => known === style) ?? 'long';
  return dateFormat(formatting.locale, timeZone, dateStyle).format(at);
}

/** Midnight UTC of a date without a time; null: it is none. */
function dayOf(value: unknown): number | null {
  const match = typeof value === 'string' ? /^\s*(\d{4})-(\d\d)-(\d\d)(?:T00:00(?::00(?:\.0+)?)?)?\s*$/.exec(value) : null;
  if (match === null) return null;
  const at = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return new Date(at).getUTCMonth() === Number(match[2]) - 1 ? at : null;
}

/** Numbers in seconds too. Years before 2000, such as birthdays, are read from text only. */
function readInstantOf(value: unknown): number | null {
  const at = readInstant(value);
  if (at !== null || typeof value === 'number') return at ?? (typeof value === 'number' && value > 1e11 ? value : null);
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value.trim())) return null;
  const text = value.trim().replace(' ', 'T');
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
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

/**
 * `safe_url`: a full web, mail or phone address stays; `//host` gets https, a path is one of the shop's site (`siteUrl`; absent: empty).
 * Anything else (script, data, words) becomes empty.
 */
export function safeUrl(value: unknown, siteUrl?: string): string {
  if (typeof value !== 'string') return '';
  const trimmed = value.trim();
  if (trimmed.startsWith('//')) return safeUrl(`https:${trimmed}`);
  const base = /^[/?][^/\\]|^\/$/.test(trimmed) ? siteUrl : undefined;
  if (!URL.canParse(trimmed, base)) return '';
  const url = new URL(trimmed, base);
  return safeProtocols.has(url.protocol) ? url.href : '';
}
