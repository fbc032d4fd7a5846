import { day } from '../../domain/time/instant.js';
import { challengersOf } from '../../journey/experiment.js';
import { planFor, type TestPlan } from '../../statistics/planning.js';
import { type EntrantHistory, readEntrants } from '../../store/experiment-export.js';
import { readLiveExperiment } from '../../store/experiments.js';
import type { AppDeps } from '../deps.js';

export interface PlanAsked {
  /** The journey whose people would be in it. */
  readonly journey: string;
  /** The change of the mean that is to be found: 0.1 is 10 %. */
  readonly lift: number;
}

export type Planned =
  | { readonly kind: 'unknown' }
  /** Nobody entered the journey in eight weeks, or nobody did anything: there is nothing to plan by. */
  | { readonly kind: 'no-history'; readonly history: EntrantHistory }
  | {
      readonly kind: 'planned';
      readonly history: EntrantHistory;
      readonly peoplePerWeek: number;
      readonly plan: TestPlan;
      readonly people: number;
    };

/** How many people and weeks a test needs, by what people of the journey did in the last eight weeks. */
export async function planExperiment(
  deps: Pick<AppDeps, 'store' | 'clock' | 'shop'>,
  id: string,
  { journey, lift }: PlanAsked,
): Promise<Planned> {
  const live = await readLiveExperiment(deps.store.db, id);
  if (live === null) return { kind: 'unknown' };
  const { metric, coverage } = live.definition;
  const { windowMs, kind, marginRate } = metric;
  const history = await readEntrants(deps.store.db, {
    journey,
    windowMs,
    metric: kind,
    marginRate,
    currency: deps.shop.currency,
    now: deps.clock.now(),
  });
  if (history.people < 2 || !(history.mean > 0) || !(history.deviation > 0)) return { kind: 'no-history', history };
  const arms = challengersOf(live.definition).length + 1;
  const peoplePerWeek = (history.people / history.weeks) * coverage;
  const { mean, deviation } = history;
  const plan = planFor({ mean, deviation, peoplePerWeek, arms, windowWeeks: Math.ceil(windowMs / (7 * day)) }, lift, 'four-looks');
  return { kind: 'planned', history, peoplePerWeek, plan, people: plan.peoplePerArm * arms };
}
