import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { takeLooks } from '../../../src/app/experiments/take-looks.js';
import { startImport } from '../../../src/app/imports/start-import.js';
import { takeBatch } from '../../../src/app/imports/take-batch.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { drawArm } from '../../../src/domain/experiments/assign.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { mappingSchema } from '../../../src/sources/file/mapping.js';
import { pooledZ } from '../../../src/statistics/two-proportions.js';
import type { Store } from '../../../src/store/db.js';
import { newestLook } from '../../../src/store/experiment-looks.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { experimentOf, fillCrowds, putExperimentInForce } from '../../support/experiments.js';
import { turn } from '../../support/reminded.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, turnDeps } from '../../support/turns.js';

/**
 * The e-mail test of Hillstrom (2008): 64,000 customers, of whom a third each got a mail with men's or women's goods, or none.
 *
 * They go the way of a shop's own: customers by an import, exposures by turns of a journey that draws arms, orders by an import, a look.
 * In the check a part of them does, by which each arm has people and buyers; the others are written as turns and ingest would have. `npm
 * run hillstrom` lets all of them go that way.
 */
const byTurns = Number(process.env['HILLSTROM_PEOPLE'] ?? 600);

const counts = [
  { arm: 'none', people: 21_306, ordered: 122 },
  { arm: 'men', people: 21_307, ordered: 267 },
  { arm: 'women', people: 21_387, ordered: 189 },
] as const;

const hillstrom = experimentOf({
  id: 'hillstrom',
  arms: counts.map(({ arm: id }) => ({ id, weight: 1 / 3 })),
  metric: { kind: 'orders', windowMs: 14 * day, marginRate: 1 },
  plan: { people: 64_000, lookDays: [21, 28] },
});
const journey = definitionOf(
  trialJourney({
    steps: '\n  - experiment: { run: hillstrom, arms: [{ arm: none }, { arm: men }, { arm: women }] }\n  - wait: { for: P1D }',
  }),
);

interface Part {
  readonly arm: string;
  readonly people: number;
  readonly ordered: number;
}

/** Of each arm the part that goes by turns; at most all of it. */
const parts: readonly Part[] = counts.map(({ arm, people, ordered }) => {
  const share = Math.min(1, byTurns / 64_000);
  return { arm, people: Math.round(people * share), ordered: Math.max(3, Math.round(ordered * share)) };
});

describeOnBothStores('the e-mail test of Hillstrom', (store) => {
  test('has its counts through import, exposure, order and look, and z within 0.001', { timeout: 3_600_000 }, async () => {
    await resetTables(store());
    const deps = turnDeps(store());
    deps.clock.set(noon);
    await publish(store(), journey);
    await putExperimentInForce(store(), { version: 1, definition: hillstrom });
    const entered = await enterByArm(store(), deps);
    await importOrders(deps, entered);
    await fillCrowds(store(), { experiment: hillstrom, from: noon, days: 6, name: 'other-' }, othersThan(parts));

    deps.clock.set(noon + 21 * day);
    await takeLooks(deps);
    const look = await newestLook(store().db, hillstrom);
    const [men, women] = look?.inputs.challengers ?? [];
    const control = look!.inputs.control;
    expect([control, men, women].map((arm) => [arm?.people, arm?.ordered])).toEqual(counts.map(({ people, ordered }) => [people, ordered]));
    const zOf = (arm: typeof men) =>
      pooledZ({ control: { hits: control.ordered, of: control.people }, treatment: { hits: arm!.ordered, of: arm!.people } });
    expect(Math.abs(zOf(men)! - 7.3851)).toBeLessThan(0.001);
    expect(Math.abs(zOf(women)! - 3.7796)).toBeLessThan(0.001);
    expect(look?.state).toMatchObject({ kind: 'winner', challenger: 0 });
    expect(look?.splitP).toBeGreaterThan(0.001);
  });
});

function othersThan(taken: readonly Part[]): readonly Part[] {
  return counts.flatMap(({ arm, people, ordered }, at) => {
    const rest = { arm, people: people - (taken[at]?.people ?? 0), ordered: ordered - (taken[at]?.ordered ?? 0) };
    return rest.people === 0 ? [] : [rest];
  });
}

/** Imports customers, and lets so many of each arm come into the journey. Their numbers, by arm. */
async function enterByArm(store: Store, deps: TurnDeps): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = parts.reduce((sum, { people }) => sum + people, 0);
  // Arms are drawn by the hash of ids that are made in the import, so a few more come than each arm needs.
  const customers = Array.from({ length: Math.ceil(wanted * 1.05) + 300 }, (_, n) => `customer-${n}`);
  await importRows(
    deps,
    'people',
    customers.map((id) => ({ user_id: id, email: `${id}@example.com` })),
  );
  const { rows } = await sql<{ value: string; id: string }>`select value, profile_id as id from identities where kind = 'user'
    order by length(value), value`.execute(store.db);
  const byArm = new Map(
    parts.map(({ arm, people }) => [
      arm,
      rows
        .filter(({ id }) => armOf(id) === arm)
        .slice(0, people)
        .map(({ value }) => value),
    ]),
  );
  expect([...byArm.values()].map((all) => all.length)).toEqual(parts.map(({ people }) => people));
  const all = [...byArm.values()].flat();
  for (let from = 0; from < all.length; from += 1_000) {
    const some = all.slice(from, from + 1_000);
    deps.clock.set(noon + Math.floor((from / all.length) * 6) * day);
    await ingestEvents(
      deps,
      some.map((userId) => track('Quiz Finished', {}, { userId, occurredAt: deps.clock.now() })),
      [],
    );
    const open = await store.db.selectFrom('entries').select('id').where('entered_at', 'is', null).execute();
    for (const { id } of open) await turn(deps, id);
  }
  return byArm;
}

function armOf(profileId: string): string | null {
  const drawn = drawArm(hillstrom, profileId);
  return drawn.kind === 'arm' ? drawn.arm : null;
}

async function importOrders(deps: TurnDeps, entered: ReadonlyMap<string, readonly string[]>): Promise<void> {
  deps.clock.set(noon + 20 * day);
  const buyers = parts.flatMap(({ arm, ordered }) => (entered.get(arm) ?? []).slice(0, ordered));
  const date = new Date(noon + 6 * day + hour).toISOString();
  await importRows(
    deps,
    'orders',
    buyers.map((userId, n) => ({ order_id: `order-${n}`, user_id: userId, date, total: '49.90', status: 'paid' })),
  );
}

async function importRows(deps: TurnDeps, kind: 'people' | 'orders', rows: readonly Readonly<Record<string, string>>[]): Promise<void> {
  const mapping = mappingSchema.parse({ import: kind });
  const wanted = { mapping, header: Object.keys(rows[0] ?? {}), file: `${kind}.csv`, digest: kind.padEnd(64, '0'), triggers: false };
  const started = await startImport(deps, { ...wanted, asOf: deps.clock.now() });
  if (started.kind === 'unfit') throw new Error(started.problems.join(' '));
  for (let from = 0; from < rows.length; from += 1_000) {
    const groups = rows.slice(from, from + 1_000).map((row, at) => ({ line: from + at + 2, rows: [{ ...row }], fault: null }));
    const taken = await takeBatch(deps, started.record.id, { from, groups, isLast: from + groups.length === rows.length });
    expect(taken).toMatchObject({ kind: 'taken', faults: [] });
  }
}
