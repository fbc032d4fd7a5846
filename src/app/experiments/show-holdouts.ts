import { calendarWindow } from '../../domain/time/calendar-window.js';
import type { Instant } from '../../domain/time/instant.js';
import { localClock } from '../../domain/time/time.js';
import { effectsOf } from '../../experiments/effect.js';
import { lookInputs } from '../../experiments/look.js';
import type { Experiment } from '../../journey/experiment.js';
import { beginning } from '../../statistics/decision.js';
import { readSumsBySpan } from '../../store/experiment-sums.js';
import { listHoldoutRuns } from '../../store/experiments.js';
import { attributedRevenue } from '../../store/outcomes.js';
import { holdoutArms, holdoutWindowMs } from '../../turn/holdout.js';
import type { AppDeps } from '../deps.js';

/** What messages brought, by the people who got none. */
export interface HoldoutReport extends Brought {
  /** `all`, or a journey. */
  readonly of: string;
  /** The season, or the journey again. */
  readonly season: string;
  readonly since: Instant;
  readonly conflicted: number;
  /** The same of the people who came in each month of the shop's calendar, the newest first; at most two years. `month`: 2026-11. */
  readonly months: readonly (Brought & { readonly month: string })[];
}

interface Brought {
  /** People whose window has ended. */
  readonly contacted: number;
  readonly heldOut: number;
  /**
   * Revenue net of refunds that messages brought, per 1,000 people, with its interval of 95 % at all times together; null: too few people.
   */
  readonly perThousand: { readonly value: number; readonly low: number; readonly high: number } | null;
  /** For comparison: what orders after a click would make of it, per 1,000 people; null: nobody's window has ended. */
  readonly attributedPerThousand: number | null;
}

type Deps = Pick<AppDeps, 'store' | 'clock' | 'shop'>;

interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** Each holdout that anybody is in, the newest first. */
export async function showHoldouts(deps: Deps): Promise<readonly HoldoutReport[]> {
  const { store, clock, shop } = deps;
  const reports: HoldoutReport[] = [];
  for (const { name, seed, since } of await listHoldoutRuns(store.db)) {
    const run = asExperiment(name, seed);
    const [all, ...months] = await broughtIn(deps, run, [{ start: since, end: clock.now() }, ...monthsSince(since, deps)]);
    if (all === undefined) continue;
    reports.push({
      of: name.slice('holdout:'.length),
      season: seed,
      since,
      conflicted: all.conflicted,
      ...all.brought,
      months: months.map(({ came, brought }) => ({ month: localClock(came.start, shop.timeZone).date.slice(0, 7), ...brought })),
    });
  }
  return reports;
}

/** Months of the shop's calendar from this instant until now, the newest first. */
function monthsSince(since: Instant, { clock, shop }: Deps): readonly Span[] {
  const months: Span[] = [];
  for (let at = clock.now(); at >= since && months.length < mostMonths; ) {
    const month = calendarWindow(at, 'month', shop.timeZone);
    months.push(month);
    at = month.start - 1;
  }
  return months;
}

const mostMonths = 24;

/** What it brought of the people who came in each span. */
async function broughtIn({ store: { db }, clock, shop }: Deps, run: Experiment, spans: readonly Span[]) {
  const asOf = clock.now();
  const { id, seed } = run;
  const all: { readonly came: Span; readonly brought: Brought; readonly conflicted: number }[] = [];
  for (const { came, sums } of await readSumsBySpan(db, run, asOf, spans)) {
    const inputs = lookInputs(run, sums, { day: 0, before: beginning, mostBefore: 0, weights: new Map() });
    const [effect] = effectsOf(inputs);
    const attributed = await attributedRevenue(db, { id, seed, arm: holdoutArms.contacted, came }, { asOf, currency: shop.currency });
    const brought = {
      contacted: inputs.challengers[0]?.people ?? 0,
      heldOut: inputs.control.people,
      perThousand: effect === undefined ? null : { value: effect.value, low: effect.interval[0], high: effect.interval[1] },
      attributedPerThousand: attributed === null ? null : attributed * 1_000,
    };
    all.push({ came, brought, conflicted: sums.conflicted });
  }
  return all;
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
