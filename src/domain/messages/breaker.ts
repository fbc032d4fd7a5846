import { day } from '../time/instant.js';
import { betaQuantile } from '../values/stats.js';

/** What one breaker watches: a journey, or marketing to one mailbox provider. */
export type BreakerScope = { readonly kind: 'journey'; readonly id: string } | { readonly kind: 'provider'; readonly id: string };

/** What became of the mails of one scope within the window. */
export interface DeliveryCounts {
  /** Handed to a provider, whatever it said. */
  readonly sent: number;
  /** Of those, taken and not bounced. */
  readonly delivered: number;
  readonly hardBounces: number;
  readonly complaints: number;
  readonly unsubscribes: number;
}

export type BreakerRule = 'complaints-likely' | 'complaints' | 'hard-bounces' | 'unsubscribes';

/** Why a breaker trips. Rates are shares, 0.001 is one in a thousand. */
export interface BreakerTrip {
  readonly rule: BreakerRule;
  readonly count: number;
  readonly of: number;
  /** What was compared with the limit: the observed rate, or for `complaints-likely` its lower bound. */
  readonly rate: number;
  readonly limit: number;
}

/** How far back a breaker looks; after a reset it starts again. */
export const breakerWindowMs = 30 * day;

/**
 * The rate of an ordinary shop (0.05 %), with the weight of a thousand mails: one complaint about the first ten mails means little, three
 * mean a lot. Without it the first complaint of a small shop would stop it.
 */
const priorComplaints = 0.5;
const priorMails = 1000;

/** Where the true complaint rate lies above with 95 % probability: the 5 % quantile of Beta(0.5 + complaints, 999.5 + others). */
export function complaintRateAtLeast({ delivered, complaints }: Pick<DeliveryCounts, 'delivered' | 'complaints'>): number {
  const others = Math.max(0, delivered - complaints);
  return betaQuantile(0.05, priorComplaints + complaints, priorMails - priorComplaints + others);
}

const limits = { complaintsLikely: 0.001, complaints: 0.003, hardBounces: 0.02, unsubscribes: 0.01 } as const;
const fewest = { complaints: 1000, hardBounces: 500, unsubscribes: 500 } as const;

/** The gravest rule that the counts break; null: none. */
export function tripOf(counts: DeliveryCounts): BreakerTrip | null {
  const { sent, delivered, complaints, hardBounces, unsubscribes } = counts;
  if (delivered >= fewest.complaints && complaints / delivered > limits.complaints)
    return { rule: 'complaints', count: complaints, of: delivered, rate: complaints / delivered, limit: limits.complaints };
  const atLeast = complaints === 0 ? 0 : complaintRateAtLeast(counts);
  if (atLeast > limits.complaintsLikely)
    return { rule: 'complaints-likely', count: complaints, of: delivered, rate: atLeast, limit: limits.complaintsLikely };
  if (sent >= fewest.hardBounces && hardBounces / sent > limits.hardBounces)
    return { rule: 'hard-bounces', count: hardBounces, of: sent, rate: hardBounces / sent, limit: limits.hardBounces };
  if (delivered >= fewest.unsubscribes && unsubscribes / delivered > limits.unsubscribes)
    return { rule: 'unsubscribes', count: unsubscribes, of: delivered, rate: unsubscribes / delivered, limit: limits.unsubscribes };
  return null;
}

/**
 * With this many mails the counted failures break no rule, so counting can stop. 0: they break no rule with any number.
 * (`complaints-likely` needs a rate of more than one in a thousand, prior included.)
 */
export function enoughMails({ complaints, hardBounces, unsubscribes }: Omit<DeliveryCounts, 'sent' | 'delivered'>): number {
  return Math.max(
    complaints / limits.complaintsLikely,
    hardBounces > limits.hardBounces * fewest.hardBounces ? hardBounces / limits.hardBounces : 0,
    unsubscribes > limits.unsubscribes * fewest.unsubscribes ? unsubscribes / limits.unsubscribes : 0,
  );
}

/** A trip as a sentence for the person who decides what happens next. */
export function tripSentence({ rule, count, of, rate, limit }: BreakerTrip): string {
  const share = (value: number): string => `${(value * 100).toFixed(2)} %`;
  switch (rule) {
    case 'complaints':
      return `${count} of ${of} delivered mails were complained about (${share(rate)}; limit ${share(limit)})`;
    case 'complaints-likely':
      return `${count} of ${of} delivered mails were complained about: the rate is at least ${share(rate)} with 95 % probability (limit ${share(limit)})`;
    case 'hard-bounces':
      return `${count} of ${of} mails bounced for good (${share(rate)}; limit ${share(limit)})`;
    case 'unsubscribes':
      return `${count} of ${of} delivered mails led to an unsubscribe (${share(rate)}; limit ${share(limit)})`;
  }
}
