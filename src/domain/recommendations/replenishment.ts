import { day, type Instant } from '../time/instant.js';

/** What is thought of how long one piece of a product lasts, before a person's own purchases are seen: log-normal, in days. */
export interface LastingPrior {
  /** `consumption_days` of the product, or the shop's own experience. */
  readonly medianDays: number;
  /** How much people differ from each other, in the logarithm. */
  readonly tau?: number;
  /** How much the gaps of one person differ, in the logarithm. */
  readonly sigma?: number;
}

/** How long a person's next purchase is expected to last: the logarithm of the days is normal. */
export interface Lasting {
  readonly logMean: number;
  /** Of the person's own mean; the next gap varies by `logVariance + sigma²`. */
  readonly logVariance: number;
  readonly sigma: number;
  readonly quantity: number;
}

/**
 * Learns from the gaps between a person's purchases: the conjugate normal model of the logarithms, pulled to the product's prior where gaps
 * are few.
 *
 * @param gapsDays Days between purchases, each for one piece: a gap after two pieces counts half.
 * @param quantity Pieces that were bought last.
 */
export function lastingOf(gapsDays: readonly number[], prior: LastingPrior, quantity = 1): Lasting {
  const { medianDays, tau = 0.4, sigma = 0.35 } = prior;
  const logs = gapsDays.filter((days) => days > 0).map(Math.log);
  const precision = 1 / tau ** 2 + logs.length / sigma ** 2;
  const logMean = (Math.log(medianDays) / tau ** 2 + logs.reduce((sum, log) => sum + log, 0) / sigma ** 2) / precision;
  return { logMean, logVariance: 1 / precision, sigma, quantity };
}

/** A purchase of something that lasts: when, and of how many pieces. */
export interface PurchaseTime {
  readonly at: Instant;
  readonly quantity: number;
}

/** Days between purchases, the oldest first, each for one piece. */
function gapsOf(times: readonly PurchaseTime[]): readonly number[] {
  return times.slice(1).map((one, index) => {
    const before = times[index] ?? one;
    return (one.at - before.at) / day / Math.max(1, before.quantity);
  });
}

/** Quantiles of the normal distribution that reminders go by. */
const normalQuantiles = {
  0.1: -1.2815515655446004,
  0.25: -0.6744897501960817,
  0.5: 0,
  0.6: 0.2533471031357997,
  0.9: 1.2815515655446004,
} as const;
export type LastingShare = keyof typeof normalQuantiles;

/** After how many days this share of people would have used it up. */
export function usedUpAfterDays({ logMean, logVariance, sigma, quantity }: Lasting, share: LastingShare): number {
  return quantity * Math.exp(logMean + normalQuantiles[share] * Math.sqrt(logVariance + sigma ** 2));
}

/** When to remind of a product: at `first`, once more at `again`, and no more from `until` on. */
export interface ReminderWindow {
  readonly first: Instant;
  readonly again: Instant;
  readonly until: Instant;
}

/** When to remind of what was bought at these times, in whatever order they come; null: it never was. */
export function windowAfter(times: readonly PurchaseTime[], prior: LastingPrior): ReminderWindow | null {
  const inOrder = times.toSorted((a, b) => a.at - b.at);
  const last = inOrder.at(-1);
  return last === undefined ? null : reminderWindow(last.at, lastingOf(gapsOf(inOrder), prior, Math.max(1, last.quantity)));
}

/**
 * When to remind of a product: first when a quarter of people would have used it up, then at six in ten; at nine in ten they bought
 * elsewhere, or no more.
 */
export function reminderWindow(boughtAt: Instant, lasting: Lasting): ReminderWindow {
  const after = (share: LastingShare): Instant => Math.round(boughtAt + usedUpAfterDays(lasting, share) * day);
  return { first: after(0.25), again: after(0.6), until: after(0.9) };
}
