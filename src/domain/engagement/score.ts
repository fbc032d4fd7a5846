import { type EngagementPolicy, type EngagementSignal, engagementSignals } from '../policy/engagement-policy.js';
import type { Instant } from '../time/instant.js';

/**
 * How many signals of one kind, each halved every half-life, as it was at `at`. Weights come in when it is read, so a new weight counts at
 * once.
 */
export interface DecayedSum {
  readonly value: number;
  readonly at: Instant;
}

export type SignalSums = Readonly<Partial<Record<EngagementSignal, DecayedSum>>>;

/** The sum with one more signal at `at`; an older one, that came late, decays from its own instant. */
export function addSignal(sum: DecayedSum | undefined, at: Instant, halfLifeMs: number): DecayedSum {
  return addSums(sum, { value: 1, at }, halfLifeMs);
}

/** Two sums of one kind as one, at the later of their instants. */
export function addSums(one: DecayedSum | undefined, other: DecayedSum, halfLifeMs: number): DecayedSum {
  if (one === undefined) return other;
  const at = Math.max(one.at, other.at);
  return { value: decayed(one, at, halfLifeMs) + decayed(other, at, halfLifeMs), at };
}

/** The sum without a signal that it counted at `at`. */
export function takeSignal({ value, at: since }: DecayedSum, at: Instant, halfLifeMs: number): DecayedSum {
  return { value: Math.max(0, value - decayed({ value: 1, at }, since, halfLifeMs)), at: since };
}

/** What one kind of signal gives to the score. */
export interface Contribution {
  readonly signal: EngagementSignal;
  readonly points: number;
}

/** What each kind of signal gives to the score at `at`, in the order of the policy; kinds that were never seen are absent. */
export function contributionsAt(policy: EngagementPolicy, sums: SignalSums, at: Instant): readonly Contribution[] {
  return engagementSignals.flatMap((signal) => {
    const sum = sums[signal];
    if (sum === undefined) return [];
    const { weight, halfLifeMs } = policy.signals[signal];
    return [{ signal, points: weight * decayed(sum, at, halfLifeMs) }];
  });
}

/**
 * E(t) = Σ weight · 2^(−age / half-life) over all signals.
 *
 * @example a purchase 60 days ago → 4
 */
export function scoreAt(policy: EngagementPolicy, sums: SignalSums, at: Instant): number {
  return contributionsAt(policy, sums, at).reduce((total, { points }) => total + points, 0);
}

/** Before its own instant a sum is as it was then: nothing is read in the past. */
function decayed({ value, at: since }: DecayedSum, at: Instant, halfLifeMs: number): number {
  return value * 2 ** (-Math.max(0, at - since) / halfLifeMs);
}
