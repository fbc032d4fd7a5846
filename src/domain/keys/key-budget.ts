import { hour, type Instant } from '../time/instant.js';

/** What a browser key may bring about in an hour. A server key is trusted, and not counted. */
export const budgeted = ['profiles', 'consents', 'messages'] as const;
export type Budgeted = (typeof budgeted)[number];

export type KeyLimits = Readonly<Record<Budgeted, number>>;

/** A shop of some hundred thousand visitors a day stays below; a script that fills the store, or mails to strangers, does not. */
export const usualLimits: KeyLimits = { profiles: 20_000, consents: 2_000, messages: 5_000 };

/** Hours are counted from the epoch, on the service clock. */
export function hourOf(at: Instant): number {
  return Math.floor(at / hour);
}

/** Real or service milliseconds until the next hour begins. */
export function untilNextHour(at: Instant): number {
  return (hourOf(at) + 1) * hour - at;
}
