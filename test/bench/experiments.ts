import { performance } from 'node:perf_hooks';
import { sql } from 'kysely';
import { settleOutcomes } from '../../src/app/experiments/settle-outcomes.js';
import { takeLooks } from '../../src/app/experiments/take-looks.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { type Db, openStore } from '../../src/store/db.js';
import { newestLook } from '../../src/store/experiment-looks.js';
import { experimentOf, putExperimentInForce } from '../support/experiments.js';
import { HandClock } from '../support/turns.js';
import type { Plan } from './plan.js';
import type { StorePlaces } from './store-place.js';

export interface ExperimentsResult {
  readonly exposed: number;
  readonly orders: number;
  /** Milliseconds of each look: sums, rule, row. */
  readonly lookMs: readonly number[];
  /** Megabytes that the process holds more after the looks than before. */
  readonly grownMb: number;
  /** People whose outcomes are worked out in a second, after a change of theirs. */
  readonly settledPerSecond: number;
}

const experiment = experimentOf({
  arms: [
    { id: 'none', weight: 0.5 },
    { id: 'offer', weight: 0.5 },
  ],
  metric: { kind: 'margin', windowMs: 7 * day, marginRate: 0.4 },
});
const start = Date.UTC(2026, 0, 5);
const changed = 10_000;

/** An experiment in which everybody has ordered three times: how long a look takes, and how fast changes of people are worked out. */
export async function benchExperiments(places: StorePlaces, { exposed }: Plan, say: (line: string) => void): Promise<ExperimentsResult> {
  const store = await openStore({ ...(await places.make()), pool: 4 });
  try {
    await putExperimentInForce(store, { version: 1, definition: experiment });
    await fill(store.db, exposed);
    say(`experiments: ${exposed} people and ${3 * exposed} orders are there`);
    const clock = new HandClock(start);
    const deps = { store, clock, shop: { currency: 'EUR' } as never };
    const lookMs: number[] = [];
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (const days of [14, 15, 16, 17]) {
      clock.set(start + days * day);
      const began = performance.now();
      await takeLooks(deps);
      lookMs.push(performance.now() - began);
    }
    globalThis.gc?.();
    const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
    const look = await newestLook(store.db, experiment);
    say(`experiments: looks took ${lookMs.map((ms) => ms.toFixed(0)).join(', ')} ms; ${look?.inputs.control.people} people in the control`);
    await sql`update orders set net = net - 1, refunded = 1 where order_id in (select 'o-' || n || '-0' from generate_series(0, ${Math.min(changed, exposed) - 1}::int) n)`.execute(
      store.db,
    );
    const began = performance.now();
    const settled = await settleOutcomes(deps);
    return { exposed, orders: 3 * exposed, lookMs, grownMb, settledPerSecond: (1000 * settled) / (performance.now() - began) };
  } finally {
    await store.close();
  }
}

/** Orders first, so that their triggers find nobody; then exposures with what the orders come to. */
async function fill(db: Db, exposed: number): Promise<void> {
  for (let from = 0; from < exposed; from += atOnce) await fillPart(db, exposed, from);
  for (const table of ['profiles', 'orders', 'exposures']) await sql`analyze ${sql.table(table)}`.execute(db);
}

const atOnce = 25_000;

async function fillPart(db: Db, exposed: number, from: number): Promise<void> {
  const numbers = sql`generate_series(${from}::int, ${Math.min(exposed, from + atOnce) - 1}::int) as n`;
  const at = sql`${start}::bigint + n::bigint * ${7 * day}::bigint / ${exposed}::bigint`;
  await sql`insert into profiles (id, created_at, updated_at) select 'p-' || n, 0, 0 from ${numbers}`.execute(db);
  await sql`insert into orders (order_id, profile_id, status, total, ordered_at, updated_at, paid_at, net, refunded, discount, qualifies)
    select 'o-' || n || '-' || k, 'p-' || n, 'paid', 10 + (n * 31 + k * 17) % 90, ${at} + (k + 1) * ${hour}::bigint, 0, ${at} + (k + 1) * ${hour}::bigint,
      10 + (n * 31 + k * 17) % 90, 0, 0, true from ${numbers}, generate_series(0, 2) as k`.execute(db);
  await sql`insert into exposures (experiment, seed, unit, profile_id, arm, version, entry_id, step, at, window_ms, is_due, orders, net, bare_net)
    select ${experiment.id}, ${experiment.seed}, 'p-' || n, 'p-' || n, case n % 2 when 0 then 'none' else 'offer' end, 1, 'e-' || n, 's', ${at},
      ${7 * day}::bigint, false, 3, sum, sum from ${numbers}, lateral (select sum((10 + (n * 31 + k * 17) % 90) * 1000) as sum
      from generate_series(0, 2) as k) own`.execute(db);
}
