import { calendarWindow } from '../time/calendar-window.js';
import type { Instant } from '../time/instant.js';
import { localClock } from '../time/time.js';
import type { Offer, OfferLimit } from './offer.js';

/** How much of an offer was promised in a period: codes, and what they cost at most, in thousandths of the currency's unit. */
export interface Spent {
  readonly codes: number;
  readonly cost: number;
}

/** A limit as it stands for a code that is asked for now. */
export interface PeriodLimit {
  /** `day:2026-11-30`, `week:2026-11-30` (its Monday), `month:2026-11-01`, `all`. */
  readonly period: string;
  readonly codes: number | null;
  readonly cost: number | null;
}

/** The period of the shop's calendar that holds `at`. */
export function periodOf(per: OfferLimit['per'], at: Instant, shopZone: string): string {
  return per === 'all' ? per : `${per}:${localClock(calendarWindow(at, per, shopZone).start, shopZone).date}`;
}

/** The periods in which a code that is issued now counts, each once. Money in thousandths. */
export function periodLimits({ limits }: Pick<Offer, 'limits'>, at: Instant, shopZone: string): readonly PeriodLimit[] {
  const byPeriod = new Map<string, PeriodLimit>();
  for (const { per, codes, cost } of limits) {
    const period = periodOf(per, at, shopZone);
    const known = byPeriod.get(period);
    byPeriod.set(period, { period, codes: least(known?.codes, codes), cost: least(known?.cost, cost === null ? null : thousandths(cost)) });
  }
  return [...byPeriod.values()];
}

/** The first limit that one more code of this cost would pass; null: none. */
export function passedLimit(limits: readonly PeriodLimit[], spent: Readonly<Record<string, Spent>>, cost: number): PeriodLimit | null {
  return (
    limits.find((limit) => {
      const { codes, cost: promised } = spent[limit.period] ?? { codes: 0, cost: 0 };
      return (limit.codes !== null && codes + 1 > limit.codes) || (limit.cost !== null && promised + cost > limit.cost);
    }) ?? null
  );
}

export function thousandths(money: number): number {
  return Math.round(money * 1000);
}

function least(one: number | null | undefined, other: number | null): number | null {
  if (one === null || one === undefined) return other;
  return other === null ? one : Math.min(one, other);
}
