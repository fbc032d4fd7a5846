import { day, type Instant } from '../../domain/time/instant.js';
import { settledBefore } from '../../domain/tracking/human-click.js';
import { stepsInOrder } from '../../journey/graph.js';
import type { StandingAlarm } from '../../store/event-counts.js';
import { countJourney, type JourneyCounts } from '../../store/journey-report.js';
import { readJourney, readJourneyVersion } from '../../store/journeys.js';
import { alarmsOfJourney } from '../contracts/show-contracts.js';
import type { AppDeps } from '../deps.js';

export interface Count {
  readonly reason: string;
  readonly count: number;
}

export interface StepReport {
  readonly step: string;
  readonly channel: string;
  /** Taken by the provider, whatever became of it later. */
  readonly sent: number;
  readonly delivered: number;
  readonly bounced: number;
  readonly failed: number;
  readonly unknown: number;
  readonly pending: number;
  /**
   * Of what was sent, whose links tell (people who may be tracked); of these, which a person opened, and in which a person followed a link.
   */
  readonly tracked: number;
  readonly opened: number;
  readonly clicked: number;
  readonly skipped: readonly Count[];
  /** Put off at least once, by what put them off; they are counted above as well, by what became of them. */
  readonly deferred: readonly Count[];
}

export interface Revenue {
  readonly currency: string | null;
  readonly orders: number;
  readonly revenue: number;
  /** Of those, the ones that came after a message of the journey. */
  readonly ordersAfterMessage: number;
  readonly revenueAfterMessage: number;
}

/** What became of the people whom a journey met. */
export interface JourneyReport {
  readonly journeyId: string;
  readonly name: string;
  readonly since: Instant;
  readonly until: Instant;
  /** Everyone who was armed or triggered, whatever came of it. */
  readonly met: number;
  readonly armedNow: number;
  readonly openNow: number;
  readonly entered: number;
  readonly notEntered: readonly Count[];
  readonly steps: readonly StepReport[];
  /** How entries ended: `converted: order-paid`. */
  readonly ended: readonly (Count & { readonly outcome: string })[];
  /** Orders within this long of entering. It says what came after, not what came because. */
  readonly windowMs: number;
  readonly orders: readonly Revenue[];
  /** What is wrong now with the events that it reads. */
  readonly alarms: readonly StandingAlarm[];
}

const defaultWindowMs = 5 * day;

/** Null: no such journey. Entries count by when they were armed or triggered, in [since, until). */
export async function reportJourney(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies'>,
  journeyId: string,
  range: { readonly since: Instant | null; readonly until: Instant | null },
): Promise<JourneyReport | null> {
  const { db } = deps.store;
  const journey = await readJourney(db, journeyId);
  if (journey === null) return null;
  const version = await readJourneyVersion(db, journeyId, journey.liveVersion);
  const windowMs = Math.max(0, ...(version?.definition.goals ?? []).map((goal) => goal.withinMs)) || defaultWindowMs;
  const since = range.since ?? 0;
  const until = range.until ?? deps.clock.now() + 1;
  const counts = await countJourney(db, {
    journeyId,
    since,
    until,
    windowMs,
    at: deps.clock.now(),
    settledBefore: settledBefore(deps.policies.current().engagement.humans, deps.clock.now(), deps.clock.rate),
  });
  const stepOrder = version === null ? [] : stepsInOrder(version.definition).map((step): string => step.id);
  return {
    journeyId,
    name: journey.name,
    since,
    until,
    met: total(counts.entries),
    armedNow: total(counts.entries.filter((row) => row.state === 'armed')),
    openNow: total(counts.entries.filter((row) => row.state === 'open')),
    entered: total(counts.entries.filter((row) => row.entered)),
    notEntered: byReason(counts.entries.filter((row) => row.outcome === 'not-entered')),
    steps: stepsOf(counts, stepOrder),
    ended: counts.entries
      .filter((row) => row.outcome !== null && row.outcome !== 'not-entered')
      .map((row) => ({ outcome: row.outcome ?? '', reason: row.reason ?? '', count: row.count })),
    windowMs,
    orders: revenueOf(counts.orders),
    alarms: await alarmsOfJourney(deps, journeyId),
  };
}

const sentStates: ReadonlySet<string> = new Set(['accepted', 'delivered', 'bounced', 'failed']);
const pendingStates: ReadonlySet<string> = new Set(['reserved', 'submitting']);
const skippedStates: ReadonlySet<string> = new Set(['skipped', 'withheld', 'released']);

function stepsOf({ messages: rows, deferred }: JourneyCounts, order: readonly string[]): readonly StepReport[] {
  const steps = new Map<string, JourneyCounts['messages'][number][]>();
  for (const row of rows) steps.set(row.step, [...(steps.get(row.step) ?? []), row]);
  const place = (step: string): number => (order.includes(step) ? order.indexOf(step) : order.length);
  return [...steps]
    .map(([step, of]) => ({
      step,
      channel: of[0]?.channel ?? '',
      sent: total(of.filter((row) => sentStates.has(row.state))),
      delivered: total(of.filter((row) => row.state === 'delivered')),
      bounced: total(of.filter((row) => row.state === 'bounced')),
      failed: total(of.filter((row) => row.state === 'failed')),
      unknown: total(of.filter((row) => row.state === 'unknown')),
      pending: total(of.filter((row) => pendingStates.has(row.state))),
      tracked: sum(of, 'tracked'),
      opened: sum(of, 'opened'),
      clicked: sum(of, 'clicked'),
      skipped: byReason(
        of.filter((row) => skippedStates.has(row.state)).map((row) => ({ reason: row.reason ?? row.state, count: row.count })),
      ),
      deferred: byReason(deferred.filter((row) => row.step === step)),
    }))
    .sort((a, b) => place(a.step) - place(b.step));
}

function revenueOf(rows: JourneyCounts['orders']): readonly Revenue[] {
  const currencies = [...new Set(rows.map((row) => row.currency))];
  return currencies.map((currency) => {
    const all = rows.filter((row) => row.currency === currency);
    const after = all.filter((row) => row.afterMessage);
    return { currency, orders: total(all), revenue: revenue(all), ordersAfterMessage: total(after), revenueAfterMessage: revenue(after) };
  });
}

function byReason(rows: readonly { readonly reason: string | null; readonly count: number }[]): readonly Count[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(row.reason ?? '', (counts.get(row.reason ?? '') ?? 0) + row.count);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

function sum<Field extends string>(rows: readonly { readonly [field in Field]: number }[], field: Field): number {
  return rows.reduce((sofar, row) => sofar + row[field], 0);
}

function total(rows: readonly { readonly count: number }[]): number {
  return sum(rows, 'count');
}

/** To the cent: sums of doubles drift. */
function revenue(rows: readonly { readonly revenue: number }[]): number {
  return Math.round(rows.reduce((sum, row) => sum + row.revenue, 0) * 100) / 100;
}
