import type { Instant } from '../time/instant.js';
import { addCalendarDays, localTimeAfterDays } from '../time/time.js';
import type { Offer } from './offer.js';

/** Whose days are counted. */
export interface OfferZones {
  readonly shop: string;
  readonly person: string;
}

/** Until when a code that is issued at `at` holds: before this instant. */
export function expiresAt({ after, dayEnds }: Offer['expiry'], at: Instant, zones: OfferZones): Instant {
  if (!dayEnds) return after.kind === 'elapsed' ? at + after.ms : addCalendarDays(at, after.days, zones.shop);
  const last = after.kind === 'elapsed' ? at + after.ms : addCalendarDays(at, after.days, zones.person);
  return localTimeAfterDays(last, 1, { hour: 0, minute: 0 }, zones.person);
}
