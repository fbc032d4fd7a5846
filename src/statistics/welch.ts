import { criticalT, studentTwoSided } from './special.js';
import { type Interval, meanOf, type Pair, type Sums, varianceOf } from './sums.js';

/**
 * Two means compared from their sums, with unequal variances (Welch 1947; degrees of freedom by Satterthwaite 1946).
 *
 * In the unit of the values. The test of the difference decides; the relative effect (delta method, same degrees of freedom) is for
 * display, and the two need not agree. No result is no result: an arm under two people, or values that are all alike, gives null and never
 * p = 1.
 */
export interface MeanComparison {
  readonly control: number;
  readonly treatment: number;
  /** treatment − control. */
  readonly difference: number;
  readonly standardError: number;
  readonly t: number;
  readonly degreesOfFreedom: number;
  readonly p: number;
  readonly interval: Interval;
  /** Null where the control's mean is 0. */
  readonly relative: RelativeEffect | null;
}

export interface RelativeEffect {
  /** treatment / control − 1. */
  readonly value: number;
  readonly standardError: number;
  readonly p: number;
  readonly interval: Interval;
}

/** The comparison at `alpha` (0.05 gives intervals of 95 %), or null where there is no result. */
export function welch(arms: Pair<Sums>, alpha = 0.05): MeanComparison | null {
  const spread = spreadOf(arms);
  if (spread === null) return null;
  const { degreesOfFreedom, standardError } = spread;
  const [control, treatment] = [meanOf(arms.control), meanOf(arms.treatment)];
  const difference = treatment - control;
  const t = difference / standardError;
  const reach = criticalT(alpha, degreesOfFreedom);
  return {
    control,
    treatment,
    difference,
    standardError,
    t,
    degreesOfFreedom,
    p: studentTwoSided(t, degreesOfFreedom),
    interval: around(difference, reach * standardError),
    relative: control === 0 ? null : relativeEffect({ control, treatment }, spread, reach),
  };
}

/** Squared standard errors of both means, together and apart. */
interface Spread {
  readonly squares: Pair<number>;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

function spreadOf({ control, treatment }: Pair<Sums>): Spread | null {
  if (control.n < 2 || treatment.n < 2) return null;
  const one = varianceOf(control) / control.n;
  const two = varianceOf(treatment) / treatment.n;
  const degreesOfFreedom = (one + two) ** 2 / (one ** 2 / (control.n - 1) + two ** 2 / (treatment.n - 1));
  if (!(one + two > 0)) return null;
  return { squares: { control: one, treatment: two }, standardError: Math.sqrt(one + two), degreesOfFreedom };
}

function relativeEffect(means: Pair<number>, { squares, degreesOfFreedom }: Spread, reach: number): RelativeEffect {
  const { control, treatment } = means;
  const value = (treatment - control) / control;
  const standardError = Math.sqrt(squares.treatment / control ** 2 + (squares.control * treatment ** 2) / control ** 4);
  return {
    value,
    standardError,
    p: studentTwoSided(value / standardError, degreesOfFreedom),
    interval: around(value, reach * standardError),
  };
}

function around(middle: number, half: number): Interval {
  return [middle - half, middle + half];
}
