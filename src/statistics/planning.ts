import { detectableMean, type PowerGoal, peopleForMeans } from './power.js';

/**
 * How a test will be read: once at the end, at four planned looks, or on any day. Looking costs people: 2 % for four looks, 2.4 times for
 * every day.
 */
export type Reading = 'once' | 'four-looks' | 'any-day';

const inflation: Readonly<Record<Reading, number>> = { once: 1, 'four-looks': 1.02, 'any-day': 2.4 };

/** Tests that last longer meet holidays, price changes and people who come twice. */
export const longestWeeks = 8;

export interface Audience {
  /** Mean and deviation of the metric per person, in money. */
  readonly mean: number;
  readonly deviation: number;
  /** People who enter in a week, all arms together. */
  readonly peoplePerWeek: number;
  /** Arms with the control, 2 or more. */
  readonly arms: number;
  /** Weeks from entry until a person's outcome is complete, rounded up. */
  readonly windowWeeks: number;
}

/** What a plan costs, and what it can find. */
export interface TestPlan {
  /** Within eight weeks; a longer one is refused, or confirmed by somebody who has read what it can find. */
  readonly kind: 'fits' | 'too-long';
  readonly peoplePerArm: number;
  /** Whole weeks until the last person's window is complete: each day of the week counts alike. */
  readonly weeks: number;
  /** The smallest gain in money per 1,000 people that eight weeks find. */
  readonly detectablePerThousand: number;
}

/**
 * The plan to find a change of the mean by `lift` (0.1 is 10 %). Arms beyond two share α, so that one winner by chance is no likelier.
 *
 * @example planFor({ mean: 3.2, deviation: 18, peoplePerWeek: 20_000, arms: 2, windowWeeks: 1 }, 0.1, 'four-looks') // 50,663 an arm, 7 weeks
 */
export function planFor(audience: Audience, lift: number, reading: Reading, goal: PowerGoal = {}): TestPlan {
  const shared = { ...goal, alpha: (goal.alpha ?? 0.05) / (audience.arms - 1) };
  const peoplePerArm = Math.ceil(inflation[reading] * peopleForMeans(audience.mean * lift, audience.deviation, shared));
  const weeks = Math.ceil((peoplePerArm * audience.arms) / audience.peoplePerWeek) + audience.windowWeeks;
  const reachable = ((longestWeeks - audience.windowWeeks) * audience.peoplePerWeek) / audience.arms / inflation[reading];
  return {
    kind: weeks > longestWeeks ? 'too-long' : 'fits',
    peoplePerArm,
    weeks,
    detectablePerThousand: reachable > 0 ? 1_000 * detectableMean(audience.deviation, reachable, shared) : Number.POSITIVE_INFINITY,
  };
}
