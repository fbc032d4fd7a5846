import type { Instant } from './instant.js';
import { readTimeZone, wallClockInstant } from './time-zone.js';

/** No event of a shop that is served here lies before, nor do clocks that went back to their beginning. */
const earliest = Date.UTC(2000, 0, 1);
const latest = Date.UTC(2100, 0, 1);
/** Milliseconds in each unit in which clients count since 1970: seconds, milliseconds, micro- and nanoseconds. Their ranges do not meet. */
const units = [1000, 1, 1e-3, 1e-6] as const;

/**
 * The instant that a value from outside says; null: none, one that may be read in two ways (`01/12/2026`), or one before 2000 or after
 * 2099. Numbers, also as text, count seconds, milli-, micro- or nanoseconds by their size. Text is ISO 8601 in its usual variants, RFC
 * 2822, or what `Date` prints; without an offset it is UTC.
 *
 * @example readInstant('2026-12-01 10:00:00,5 +02') // 2026-12-01T08:00:00.500Z
 */
export function readInstant(value: unknown): Instant | null {
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value !== 'string' || value.length > longest) return null;
  const printed = asPrinted(value);
  if (printed !== null) return printed;
  const text = value
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (/^\d{9,20}(?:\.\d+)?$/.test(text)) return ofNumber(Number(text));
  const at = ofIso(text) ?? ofWords(text);
  return at !== null && at >= earliest && at < latest ? at : null;
}

const longest = 100;

/** What `toISOString` prints, as most clients send it; null: it is written otherwise, or says no day that there is. */
function asPrinted(text: string): Instant | null {
  if (text.length !== 24) return null;
  const at = Date.parse(text);
  return at >= earliest && at < latest && new Date(at).toISOString() === text ? at : null;
}

function ofNumber(count: number): Instant | null {
  if (!Number.isFinite(count)) return null;
  return units.map((unit) => Math.round(count * unit)).find((at) => at >= earliest && at < latest) ?? null;
}

const iso = new RegExp(
  [
    String.raw`^(\d{4})([-/]?)(\d\d)\2(\d\d)`,
    String.raw`(?:[Tt ]\s?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?`,
    String.raw`\s?(Z|UTC|GMT|(?:UTC|GMT)?[+\-−]\d\d(?::?\d\d)?)?(?: (?:UTC|GMT|Z))?`,
    String.raw`\s?(?:\[([^\]]{1,60})\])?(?: m=[+-][\d.]+)?$`,
  ].join(''),
  'i',
);

function ofIso(text: string): Instant | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [, year, , month, date, hour, minute, second, fraction, offset, zone] = match;
  const at = utc([year, month, date, hour, minute, second], fraction);
  if (at === null) return null;
  if (offset === undefined && zone !== undefined) return inZone(at, zone);
  return at - offsetMs(offset);
}

/** A wall clock without an offset, in the zone that stands behind it. */
function inZone(wall: Instant, name: string): Instant | null {
  const zone = readTimeZone(name.replace(/^!/, ''));
  return zone === null ? null : wallClockInstant(wall, zone);
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekday = '(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?';
const clock = String.raw`(\d{1,2}):(\d\d)(?::(\d\d))?`;
const zoneName = String.raw`([a-z]{1,4})?([+-]\d\d:?\d\d)?`;
/** RFC 2822 and HTTP: `Tue, 01 Dec 2026 10:00:00 +0100`. */
const mail = new RegExp(String.raw`^(?:${weekday} )?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}),? ${clock} ?${zoneName}(?: \(.*\))?$`, 'i');
/** JavaScript's `Tue Dec 01 2026 10:00:00 GMT+0100 (CET)`. */
const script = new RegExp(String.raw`^${weekday} ([a-z]{3}) (\d{1,2}),? (\d{4}) ${clock} ?${zoneName}(?: \(.*\))?$`, 'i');
/** C's and Java's `Tue Dec  1 10:00:00 UTC 2026`. */
const unix = new RegExp(String.raw`^${weekday} ([a-z]{3}) (\d{1,2}) ${clock} ?${zoneName} (\d{4})$`, 'i');

function ofWords(text: string): Instant | null {
  const letter = mail.exec(text);
  if (letter) return ofParts([letter[3], letter[2], letter[1], letter[4], letter[5], letter[6]], letter[7], letter[8]);
  const printed = script.exec(text);
  if (printed) return ofParts([printed[3], printed[1], printed[2], printed[4], printed[5], printed[6]], printed[7], printed[8]);
  const old = unix.exec(text);
  return old ? ofParts([old[8], old[1], old[2], old[3], old[4], old[5]], old[6], old[7]) : null;
}

type Parts = readonly (string | undefined)[];

/** Zones that RFC 2822 names; another name without an offset may be anywhere. */
const namedOffsets: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

function ofParts([year, month, ...rest]: Parts, name: string | undefined, offset: string | undefined): Instant | null {
  const number = monthNames.indexOf((month ?? '').toLowerCase()) + 1;
  const at = utc([year, String(number), ...rest], undefined);
  if (at === null) return null;
  if (offset !== undefined) return at - offsetMs(offset);
  if (name === undefined) return at;
  const hours = Object.hasOwn(namedOffsets, name.toLowerCase()) ? namedOffsets[name.toLowerCase()] : undefined;
  return hours === undefined ? null : at - hours * 3_600_000;
}

/** Null: no such day or time. A leap second is the last moment before it. */
function utc(parts: Parts, fraction: string | undefined): Instant | null {
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const days = new Date(Date.UTC(year, month - 1, date));
  const isDay = days.getUTCFullYear() === year && days.getUTCMonth() === month - 1 && days.getUTCDate() === date;
  const isTime = (hour <= 23 && minute <= 59 && second <= 60) || (hour === 24 && minute === 0 && second === 0);
  if (!isDay || !isTime) return null;
  const ms = second === 60 ? 999 : Math.floor(Number(`0.${fraction ?? '0'}`) * 1000 + 1e-6);
  return days.getTime() + hour * 3_600_000 + minute * 60_000 + Math.min(second, 59) * 1000 + ms;
}

/** `+02`, `-0530`, `UTC+02:00`; nothing and `Z` are UTC. */
function offsetMs(text: string | undefined): number {
  const match = /([+\-−])(\d\d):?(\d\d)?$/.exec(text ?? '');
  if (match === null) return 0;
  const ms = Number(match[2]) * 3_600_000 + Number(match[3] ?? 0) * 60_000;
  return match[1] === '+' ? ms : -ms;
}
