import type { Channel } from '../channel.js';

/** The published `policies/quiet-hours.yaml`: hours by law and custom, with dates. */
export interface QuietHoursPolicy {
  readonly version: number;
  readonly jurisdictions: readonly Jurisdiction[];
  /** Spread over so many milliseconds after an opening, by a hash of the message. */
  readonly openingJitterMs: number;
  /** The last submission comes so long before the close. */
  readonly closingMarginMs: number;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Local hours in which a channel may speak somewhere. The most exact one counts: region, then country, then `everywhere`. */
export interface Jurisdiction {
  /** `us`, `us-fl`, `fr`, `everywhere`: told in sentences. */
  readonly id: string;
  readonly channel: Channel;
  /** ISO 3166 country; null: everywhere. */
  readonly country: string | null;
  /** ISO 3166-2 without the country, such as `FL`; null: the whole country. */
  readonly region: string | null;
  /** Local calendar dates, `YYYY-MM-DD`, first included, last not; null: open. */
  readonly from: string | null;
  readonly until: string | null;
  /** Half-open, in minutes of the local day; a day that is absent is closed. Null: any hour. */
  readonly hours: Readonly<Partial<Record<Weekday, { readonly opens: number; readonly closes: number }>>> | null;
  /** Hours on the holidays; null: closed. */
  readonly holidayHours: { readonly opens: number; readonly closes: number } | null;
  /** `YYYY-MM-DD`. */
  readonly holidays: readonly string[];
  /** Where the rule is to be read. */
  readonly source: string;
}
