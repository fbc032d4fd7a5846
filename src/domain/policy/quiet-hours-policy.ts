import type { Channel } from '../messages/channel.js';

/** The published `policies/quiet-hours.yaml`: hours by law and custom, with dates. Read at every decision, never pinned. */
export interface QuietHoursPolicy {
  readonly version: number;
  readonly jurisdictions: readonly Jurisdiction[];
  /** Spread over so many milliseconds after an opening, by a hash of the message. */
  readonly openingJitterMs: number;
  /** The last submission comes so long before the close. */
  readonly closingMarginMs: number;
}

/** Half-open, in minutes of the local day: `closes` is the first minute that is closed, 1440 at most. */
export interface DailyHours {
  readonly opens: number;
  readonly closes: number;
}

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * Local hours in which a channel may be used in a place. The rules of a country and of its region both count: for each minute the stricter
 * one. If there is no rule for the country, the rule for `everywhere` counts.
 */
export interface Jurisdiction {
  /** `us`, `us-fl`, `fr`, `everywhere`: told in sentences. */
  readonly id: string;
  readonly channel: Channel;
  /** ISO 3166 country; null: everywhere. */
  readonly country: string | null;
  /** ISO 3166-2 without the country, such as `FL`; null: the whole country. */
  readonly region: string | null;
  /** Counts only for people of whom the region, or even the zone, is not known; null: whatever is known. */
  readonly unknown: 'region' | 'zone' | null;
  /** Local calendar dates, `YYYY-MM-DD`, first included, last not; null: open. */
  readonly from: string | null;
  readonly until: string | null;
  /** A day that is absent is closed. Null: any hour. */
  readonly hours: Readonly<Partial<Record<Weekday, DailyHours>>> | null;
  /** Hours on the holidays; null: closed. */
  readonly holidayHours: DailyHours | null;
  /** `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
  /** Where the rule is to be read. */
  readonly source: string;
}

/** Minutes of the day as a clock has them: `08:00`. */
export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
