import { Temporal } from 'temporal-polyfill';
import type { Instant } from './instant.js';

/**
 * Is it the IANA name of a zone that this build can compute with? Traits, `shop.yaml`, policies and templates all use this answer. Temporal
 * (which computes) and Intl (which formats) must both know the zone; Intl also accepts `BST` or `PST`. Offsets such as `+01:00` are not
 * zones: they have no summer time.
 */
export function isTimeZone(text: string): boolean {
  return zoneNamed(text) !== null;
}

/**
 * The zone that a value from outside names, spelled as the database spells it; null: none. Blanks and invisible marks around it, and its
 * case, do not matter.
 */
export function readTimeZone(value: unknown): string | null {
  return typeof value === 'string' && value.length <= longestName ? zoneNamed(value.replace(edges, '')) : null;
}

const longestName = 100;
const edges = /^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu;

function zoneNamed(text: string): string | null {
  const known = knownZones.get(text);
  if (known !== undefined) return known;
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return null;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    const name = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
    if (knownZones.size < 1000) knownZones.set(text, name);
    return name;
  } catch {
    return null;
  }
}

// Asked at every decision; only true zones are remembered, and there are some hundreds of them.
const knownZones = new Map<string, string>();

/**
 * The wall clock in a zone. Total: no value of a person may stop a turn. A zone that this build does not know (one before it did) reads as
 * UTC, an instant beyond what clocks can show as the last that they can.
 */
export function zonedTime(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(shownInstant(at)).toZonedDateTimeISO(usableZone(zone));
}

/** The instant that clocks show for this one: whole milliseconds, in the range that they can show. */
export function shownInstant(at: Instant): Instant {
  return Number.isFinite(at) ? Math.trunc(Math.min(Math.max(at, -mostMs), mostMs)) : 0;
}

/** The zone, spelled as the database spells it; UTC for one that this build does not know. */
export function usableZone(zone: string): string {
  return zoneNamed(zone) ?? 'UTC';
}

/** A year less than Temporal can reckon with, so that a day may still be added. */
const mostMs = 8.64e15 - 366 * 86_400_000;

/** The instant at which a zone's clock shows what `wall` shows in UTC: the first of two, the first after a gap. */
export function wallClockInstant(wall: Instant, zone: string): Instant {
  const shown = zonedTime(wall, 'UTC').toPlainDateTime();
  return shown.toZonedDateTime(usableZone(zone), { disambiguation: 'compatible' }).epochMilliseconds;
}
