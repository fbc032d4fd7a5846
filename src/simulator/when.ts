import { day, hour, type Instant, minute, second } from '../domain/time/instant.js';
import { localClock, localTimeAfterDays, parseLocalTime } from '../domain/time/time.js';

const offsetPattern = /^([+-])(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const localPattern = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})$/;

/** How instants are written in scenarios. */
export const whenForms =
  '`+1h30m` (from the start; d, h, m, s, ms), `2026-12-01T23:30` (in the person’s zone) or an ISO instant with its offset';

/**
 * An instant as a scenario writes it: after or before the start, on the wall clock of `timeZone`, or in full. Null: it is none of these.
 *
 * @example parseWhen('+59m59s800ms', { startAt, timeZone }) // 200 ms before the hour is over
 */
export function parseWhen(text: string, about: { readonly startAt: Instant; readonly timeZone: string }): Instant | null {
  const offset = parseOffset(text);
  if (offset !== null) return about.startAt + offset;
  return parseLocal(text, about.timeZone) ?? parseIso(text);
}

/** Milliseconds; null when it is no offset. */
function parseOffset(text: string): number | null {
  const match = offsetPattern.exec(text);
  if (match === null || text.length === 1) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(2).map((part) => Number(part ?? 0));
  const length = days * day + hours * hour + minutes * minute + seconds * second + ms;
  return match[1] === '-' ? -length : length;
}

function parseLocal(text: string, timeZone: string): Instant | null {
  const match = localPattern.exec(text);
  const time = match === null ? null : parseLocalTime(match[2] ?? '');
  const noon = match === null ? Number.NaN : Date.parse(`${match[1]}T12:00:00Z`);
  if (time === null || Number.isNaN(noon)) return null;
  // Noon in UTC is the day before or after in some zones of the Pacific.
  const days = [0, -1, 1];
  return (
    days.map((offset) => localTimeAfterDays(noon, offset, time, timeZone)).find((at) => localClock(at, timeZone).date === match?.[1]) ??
    null
  );
}

function parseIso(text: string): Instant | null {
  if (!/T.*(Z|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
