import type { Instant } from '../../domain/time/instant.js';
import { effectsOf } from '../../experiments/effect.js';
import { lookInputs } from '../../experiments/look.js';
import type { Experiment } from '../../journey/experiment.js';
import { beginning } from '../../statistics/decision.js';
import { readSums } from '../../store/experiment-sums.js';
import { listHoldoutRuns } from '../../store/experiments.js';
import { holdoutArms, holdoutWindowMs } from '../../turn/holdout.js';
import type { AppDeps } from '../deps.js';

/** What messages brought, by the people who got none. */
export interface HoldoutReport {
  /** `all`, or a journey. */
  readonly of: string;
  /** The season, or the journey again. */
  readonly season: string;
  readonly since: Instant;
  /** People whose window has ended. */
  readonly contacted: number;
  readonly heldOut: number;
  readonly conflicted: number;
  /**
   * Revenue net of refunds that messages brought, per 1,000 people, with its interval of 95 % at all times together; null: too few people.
   */
  readonly perThousand: { readonly value: number; readonly low: number; readonly high: number } | null;
}

/** Each holdout that anybody is in, the newest first. */
export async function showHoldouts({ store, clock }: Pick<AppDeps, 'store' | 'clock'>): Promise<readonly HoldoutReport[]> {
  const runs = await listHoldoutRuns(store.db);
  const reports: HoldoutReport[] = [];
  for (const { name, seed, since } of runs) {
    const experiment = asExperiment(name, seed);
    const sums = await readSums(store.db, experiment, clock.now());
    const inputs = lookInputs(experiment, sums, { day: 0, before: beginning, mostBefore: 0, weights: new Map() });
    const [effect] = effectsOf(inputs);
    reports.push({
      of: name.slice('holdout:'.length),
      season: seed,
      since,
      contacted: inputs.challengers[0]?.people ?? 0,
      heldOut: inputs.control.people,
      conflicted: sums.conflicted,
      perThousand: effect === undefined ? null : { value: effect.value, low: effect.interval[0], high: effect.interval[1] },
    });
  }
  return reports;
}

/** A holdout read as an experiment whose control is who got nothing. */
function asExperiment(id: string, seed: string): Experiment {
  const arm = (name: string) => ({ id: name, name, weight: 0.5, cost: 0, holdoutOf: null });
  return {
    id,
    name: id,
    description: null,
    seed,
    unit: 'person',
    arms: [arm(holdoutArms.heldOut), arm(holdoutArms.contacted)],
    control: holdoutArms.heldOut,
    coverage: 1,
    namespace: null,
    audience: null,
    metric: { kind: 'revenue', windowMs: holdoutWindowMs, marginRate: 1 },
    guardrails: [],
    plan: { people: plannedPeople, lookDays: [] },
    decision: 'by-hand',
    keptBack: 0,
  };
}

/** Where the interval is tightest; it holds at any number. */
const plannedPeople = 20_000;
