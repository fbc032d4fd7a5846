import { type Beta, chanceAbove, differenceQuantile, flatPrior, liftQuantile, meanOfBeta, posterior } from './beta-posterior.js';
import { betaQuantile, criticalZ, normalCdf, normalDensity } from './special.js';
import type { Counts, Interval, Pair } from './sums.js';

/**
 * Chances and losses, to be shown and never to be a rule: a chance that is read each day and acted upon at 95 % fools in 38 of 100 tests of
 * 14 days.
 *
 * Shares have a Beta belief (prior: flat, or the shop's own past, `rate-prior.ts`). All sums are quadratures over the beliefs,
 * deterministic and of the same time at any size. Source: Evan Miller, "Formulas for Bayesian A/B testing" (2013), whose closed form the
 * tests compare with; Stucchio, "Bayesian A/B testing at VWO" (2015) for the loss.
 */
export interface BayesianShares {
  /** P(treatment > control). */
  readonly chance: number;
  /** E[max(control − treatment, 0)]: shares lost on average by taking the treatment. */
  readonly lossOfTreatment: number;
  /** E[max(treatment − control, 0)]: shares lost on average by staying with the control. */
  readonly lossOfControl: number;
  readonly means: Pair<number>;
  readonly intervals: Pair<Interval>;
  readonly difference: Interval;
}

export function bayesianShares({ control, treatment }: Pair<Counts>, prior: Beta = flatPrior, alpha = 0.05): BayesianShares {
  const [one, other] = [posterior(control, prior), posterior(treatment, prior)];
  return {
    chance: chanceAbove(one, other),
    lossOfTreatment: expectedLoss(other, one),
    lossOfControl: expectedLoss(one, other),
    means: { control: meanOfBeta(one), treatment: meanOfBeta(other) },
    intervals: { control: intervalOf(one, alpha), treatment: intervalOf(other, alpha) },
    difference: [differenceQuantile(one, other, alpha / 2), differenceQuantile(one, other, 1 - alpha / 2)],
  };
}

/** The lift at these chances; null without people in the control, where it has no meaning. */
export function bayesianLift(
  { control, treatment }: Pair<Counts>,
  chances: readonly number[],
  prior = flatPrior,
): readonly number[] | null {
  if (control.of === 0) return null;
  return chances.map((chance) => liftQuantile(posterior(control, prior), posterior(treatment, prior), chance));
}

/** E[max(left − taken, 0)], from chances under beliefs with one more success. */
function expectedLoss(taken: Beta, left: Beta): number {
  const leftAhead = 1 - chanceAbove({ a: left.a + 1, b: left.b }, taken);
  const takenAhead = 1 - chanceAbove(left, { a: taken.a + 1, b: taken.b });
  return meanOfBeta(left) * leftAhead - meanOfBeta(taken) * takenAhead;
}

function intervalOf({ a, b }: Beta, alpha: number): Interval {
  return [betaQuantile(alpha / 2, a, b), betaQuantile(1 - alpha / 2, a, b)];
}

/** An estimate with its error, taken as normal: any metric, in its unit. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

export interface BayesianEffect extends Estimate {
  /** P(effect > 0). */
  readonly chance: number;
  readonly lossOfTreatment: number;
  readonly lossOfControl: number;
  readonly interval: Interval;
}

/** Lifts of the size that shops see: N(0, 0.3²). */
export const liftPrior: Estimate = { value: 0, standardError: 0.3 };

/** The belief about an effect after its estimate, with a normal prior or none (a normal belief, Gelman et al. 2013, §2.5). */
export function bayesianEffect(estimate: Estimate, prior: Estimate | null, alpha = 0.05): BayesianEffect {
  const { value, standardError } = prior === null ? estimate : weighed(estimate, prior);
  const z = value / standardError;
  const lossOfTreatment = standardError * normalDensity(z) - value * normalCdf(-z);
  const half = criticalZ(alpha) * standardError;
  return {
    value,
    standardError,
    chance: normalCdf(z),
    lossOfTreatment,
    lossOfControl: lossOfTreatment + value,
    interval: [value - half, value + half],
  };
}

function weighed(one: Estimate, other: Estimate): Estimate {
  const [w1, w2] = [one.standardError ** -2, other.standardError ** -2];
  return { value: (w1 * one.value + w2 * other.value) / (w1 + w2), standardError: (w1 + w2) ** -0.5 };
}
