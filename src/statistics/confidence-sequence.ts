import type { Estimate } from './bayes.js';
import type { Interval } from './sums.js';

/**
 * An interval that may be looked at every day: an asymptotic confidence sequence. With chance 1 − α it holds the true effect at all times
 * together, so if you stop when it excludes 0, you are wrong in at most α of the tests without effect. It is asymptotic: before 25
 * conversions an arm it is not to be read. Source: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2024), Theorem 2.2; ρ as GrowthBook
 * chooses it. With τ² = ρ²·se²·n it is the mixture SPRT of Robbins (1970) and Johari et al. (2017).
 */
export interface SequencePlan {
  readonly alpha: number;
  /** People in both arms together at which the interval is tightest; fixed before the first look. */
  readonly plannedPeople: number;
}

export interface SequenceReading {
  readonly interval: Interval;
  /** Logarithm of the e-value: evidence against "no effect"; `eBenjaminiHochberg` takes it. */
  readonly lnE: number;
  /** Valid at any time: min(1, 1/e). */
  readonly p: number;
}

/** The tuning number ρ. */
export function rhoOf({ alpha, plannedPeople }: SequencePlan): number {
  const ln = -2 * Math.log(alpha);
  return Math.sqrt((ln + Math.log1p(ln)) / plannedPeople);
}

/**
 * What the sequence says of an estimate that rests on `people` in both arms together. `estimate` in the unit of the metric, with an error
 * above 0.
 */
export function readSequence(estimate: Estimate, people: number, plan: SequencePlan): SequenceReading {
  const { value, standardError } = estimate;
  const scale = people * rhoOf(plan) ** 2;
  const factor = ((2 * (scale + 1)) / scale) * Math.log(Math.sqrt(scale + 1) / plan.alpha);
  const half = standardError * Math.sqrt(factor);
  const lnE = ((scale / (scale + 1)) * (value / standardError) ** 2) / 2 - Math.log1p(scale) / 2;
  return { interval: [value - half, value + half], lnE, p: Math.min(1, Math.exp(-lnE)) };
}

/** How much wider the sequence is than the interval of one planned look, at `share` of the planned people. */
export function widthRatio(share: number, alpha: number, reach: number): number {
  const { interval } = readSequence({ value: 0, standardError: 1 }, share, { alpha, plannedPeople: 1 });
  return interval[1] / reach;
}

/** The mixture SPRT with effects spread as N(0, τ²), `tau` in the unit of the metric. */
export function mixtureTest({ value, standardError }: Estimate, tau: number, alpha: number): SequenceReading {
  const variance = standardError ** 2;
  const all = variance + tau ** 2;
  const lnE = Math.log(variance / all) / 2 + (tau ** 2 * value ** 2) / (2 * variance * all);
  const half = Math.sqrt(((2 * variance * all) / tau ** 2) * (Math.log(1 / alpha) - Math.log(variance / all) / 2));
  return { interval: [value - half, value + half], lnE, p: Math.min(1, Math.exp(-lnE)) };
}

/** All readings so far, together: the smallest p, and what all intervals have in common. */
export interface RunningSequence {
  readonly interval: Interval;
  readonly lnE: number;
  readonly p: number;
  /** The intervals have nothing in common: the effect moved, or the data did. Somebody must look. */
  readonly hasDrifted: boolean;
}

/** The running sequence after one more reading; `null` before the first. */
export function carryOn(before: RunningSequence | null, { interval, lnE, p }: SequenceReading): RunningSequence {
  if (before === null) return { interval, lnE, p, hasDrifted: false };
  const both: Interval = [Math.max(before.interval[0], interval[0]), Math.min(before.interval[1], interval[1])];
  return {
    interval: both,
    lnE: Math.max(before.lnE, lnE),
    p: Math.min(before.p, p),
    hasDrifted: before.hasDrifted || both[0] > both[1],
  };
}
