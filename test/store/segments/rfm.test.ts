import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { LiveSegments } from '../../../src/app/segments/live-segments.js';
import { tendRfmBounds } from '../../../src/app/segments/rfm-bounds.js';
import { fillSegments, reviewDuePeople } from '../../../src/app/segments/tend-segments.js';
import { segments as segmentKind } from '../../../src/definitions/segment/kind.js';
import { type RfmBounds, rfmScores } from '../../../src/domain/orders/rfm.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('fifths of buyers', (store) => {
  beforeEach(() => resetTables(store()));

  /** Buyer n of 25 buys n times, the last time n hours after noon, for n each. */
  async function buyers(deps: TurnDeps, from = 1, to = 25): Promise<void> {
    for (let n = from; n <= to; n += 1)
      for (let k = 0; k < n; k += 1) {
        const at = { occurredAt: noon + (n - k / 100) * hour, receivedAt: noon + 30 * hour };
        const properties = { order_id: `o-${n}-${k}`, total: n, currency: 'GBP' };
        await take(deps, track('Order Completed', properties, { userId: `buyer-${String(n).padStart(2, '0')}`, ...at }));
      }
  }

  async function members(id: string): Promise<readonly string[]> {
    const { rows } = await sql<{ value: string }>`select i.value from segment_members m join identities i on i.profile_id = m.profile_id
      where m.segment_id = ${id} order by 1`.execute(store().db);
    return rows.map(({ value }) => value);
  }

  test('are worked out once a day, a tie belongs to the lower, and journeys hear of whom that moves', async () => {
    const segments = new LiveSegments();
    const deps = turnDeps(store(), { segments });
    deps.clock.set(noon + 30 * hour);
    await buyers(deps);
    await tendRfmBounds(deps);
    expect((await sql`select 1 from rfm_bounds`.execute(store().db)).rows).toEqual([]);
    await publishDefinition(deps, segmentKind, {
      source:
        'segment: best\nname: Best\nwho: { all: [{ rfm: { recency: { is: 5 } } }, { rfm: { frequency: { is: 5 } } }, { rfm: { monetary: { is: 5 } } }] }\n',
    });
    await segments.refresh(store().db);
    await fillSegments(deps);
    await sql`update segment_fills set begins_real = 0`.execute(store().db);
    await fillSegments(deps);
    expect(await members('best')).toEqual([]);
    await tendRfmBounds(deps);
    await tendRfmBounds(deps);
    deps.clock.pass(hour);
    await reviewDuePeople(deps);
    expect(await members('best')).toEqual(['buyer-21', 'buyer-22', 'buyer-23', 'buyer-24', 'buyer-25']);
    const { rows } = await sql<RfmBounds>`select people, currency, recency, frequency, monetary from rfm_bounds`.execute(store().db);
    expect(rows).toEqual([
      {
        people: 25,
        currency: 'GBP',
        recency: [5, 10, 15, 20].map((n) => noon + n * hour),
        frequency: [5, 10, 15, 20],
        monetary: [25, 100, 225, 400],
      },
    ]);
    expect((await sql`select 1 from facts where name = 'segment.entered'`.execute(store().db)).rows).toHaveLength(5);
    deps.clock.pass(day);
    await tendRfmBounds(deps);
    expect((await sql`select 1 from rfm_bounds`.execute(store().db)).rows).toHaveLength(2);
  });

  test('say nothing of few buyers', async () => {
    const segments = new LiveSegments();
    const deps = turnDeps(store(), { segments });
    deps.clock.set(noon + 30 * hour);
    await buyers(deps, 1, 5);
    await publishDefinition(deps, segmentKind, { source: 'segment: best\nname: Best\nwho: { rfm: { recency: { at_least: 1 } } }\n' });
    await segments.refresh(store().db);
    await tendRfmBounds(deps);
    expect((await sql`select 1 from rfm_bounds`.execute(store().db)).rows).toEqual([]);
  });
});

test('somebody is in the lower fifth on a boundary, and in none without a purchase that counts', () => {
  const bounds = {
    version: 1,
    madeAt: 0,
    people: 25,
    currency: 'GBP',
    recency: [5, 10, 15, 20],
    frequency: [1, 1, 1, 2],
    monetary: [10, 20, 30, 40],
  };
  const order = (paidAt: number, net: number, rest: object = {}) =>
    ({ orderId: `o-${paidAt}`, qualifies: true, paidAt, orderedAt: paidAt, net, currency: 'GBP', ...rest }) as never;

  expect(rfmScores([order(10, 20)], bounds, 100)).toEqual({ recency: 2, frequency: 1, monetary: 2 });
  expect(rfmScores([order(11, 20), order(12, 1, { currency: 'EUR' })], bounds, 100)).toEqual({ recency: 3, frequency: 4, monetary: 2 });
  expect(rfmScores([order(21, 50), order(3, 50), order(4, 1)], bounds, 100)).toEqual({ recency: 5, frequency: 5, monetary: 5 });
  expect(rfmScores([order(10, 20, { qualifies: false }), order(200, 20)], bounds, 100)).toBeNull();
});
