import { sql } from 'kysely';
import { day, type Instant } from '../../src/domain/time/instant.js';
import type { Experiment, ExperimentArm, LiveExperiment } from '../../src/journey/experiment.js';
import type { Store } from '../../src/store/db.js';
import { addDefinitionVersion } from '../../src/store/definitions.js';

type ArmLike = Pick<ExperimentArm, 'id' | 'weight'> & Partial<ExperimentArm>;

/** An experiment over two arms, none and offer, unless it says otherwise. */
export function experimentOf(change: Partial<Omit<Experiment, 'arms'>> & { readonly arms?: readonly ArmLike[] } = {}): Experiment {
  const {
    arms = [
      { id: 'none', weight: 0.5 },
      { id: 'offer', weight: 0.5 },
    ],
    id = 'trial',
    ...rest
  } = change;
  return {
    id,
    name: 'A trial',
    description: null,
    seed: id,
    unit: 'person',
    arms: arms.map((arm) => ({ name: arm.id, cost: 0, holdoutOf: null, ...arm })),
    control: 'none',
    coverage: 1,
    namespace: null,
    audience: null,
    metric: { kind: 'revenue', windowMs: 7 * 86_400_000, marginRate: 1 },
    guardrails: [],
    plan: { people: 1_000, lookDays: [14, 21, 28, 35] },
    decision: 'by-hand',
    keptBack: 0.05,
    ...rest,
  };
}

export async function putExperimentInForce(store: Store, { version, definition }: LiveExperiment, publishedAt = 0): Promise<void> {
  const row = { kind: 'experiment', id: definition.id, version, source: '', hash: String(version), note: null, publishedAt };
  await store.transaction((trx) => addDefinitionVersion(trx, { ...row, definition: { ...definition } }));
}

/** People who came to an arm at once, evenly over some days; `ordered` of them, spread over all, ordered the next hour. */
export interface Crowd {
  readonly arm: string;
  readonly people: number;
  readonly ordered: number;
  /** Of each order, in the shop's currency. Absent: 1. */
  readonly total?: number;
  readonly version?: number;
  /** In which segment they were. */
  readonly segment?: string;
}

export interface CrowdAt {
  readonly experiment: Experiment;
  readonly from: Instant;
  readonly days: number;
  /** Tells people of several calls apart. */
  readonly name?: string;
  /** What they did is worked out already: without orders, where there are very many. */
  readonly isSettled?: boolean;
}

/** Writes exposures and orders as turns and ingest would have, many at once. */
export async function fillCrowds(
  store: Store,
  { experiment, from, days, name = '', isSettled = false }: CrowdAt,
  crowds: readonly Crowd[],
): Promise<void> {
  for (const { arm, people, ordered, total = 1, version = 1, segment = null } of crowds) {
    const prefix = `${name}${segment === null ? '' : `${segment}-`}${arm}-`;
    const at = sql`${from}::bigint + (n::bigint * ${Math.max(1, Math.floor((days * day) / people))}::bigint) % ${days * day}::bigint`;
    const each = sql`from generate_series(0, ${people - 1}) n`;
    await sql`insert into profiles (id, created_at, updated_at) select ${prefix} || n, 0, 0 ${each}`.execute(store.db);
    const orders = isSettled ? sql`case when (n::bigint * 7919) % ${people} < ${ordered} then 1 else 0 end` : sql`0`;
    await sql`insert into exposures (experiment, seed, unit, profile_id, arm, version, entry_id, step, at, window_ms, is_due, orders, segment)
      select ${experiment.id}, ${experiment.seed}, ${prefix} || n, ${prefix} || n, ${arm}, ${version}, 'e', 's', ${at},
        ${experiment.metric.windowMs}::bigint, ${!isSettled}, ${orders}, ${segment} ${each}`.execute(store.db);
    if (isSettled) continue;
    await sql`insert into orders (order_id, profile_id, status, total, ordered_at, updated_at, paid_at, net, refunded, discount, qualifies)
      select ${prefix} || n, ${prefix} || n, 'paid', ${total}, ${at} + 3600000, 0, ${at} + 3600000, ${total}, 0, 0, true ${each} where (n::bigint * 7919) % ${people} < ${ordered}`.execute(
      store.db,
    );
  }
}
