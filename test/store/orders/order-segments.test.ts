import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { LiveSegments } from '../../../src/app/segments/live-segments.js';
import { fillSegments, reviewDuePeople } from '../../../src/app/segments/tend-segments.js';
import { segments as segmentKind } from '../../../src/definitions/segment/kind.js';
import { day, hour, type Instant } from '../../../src/domain/time/instant.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

/** As the two segments of the mission are defined. */
const definitions = {
  recent_buyers: '{ orders: { count: { at_least: 1 }, within: P90D, having: { net: { at_least: 100, currency: EUR } } } }',
  first_time_buyers: '{ all: [{ orders: { count: { is: 1 } } }, { last_order: { since: { less_than: PT24H } } }] }',
  mug_owners: '{ bought: { products: { any_of: [mug] } } }',
};

describeOnBothStores('segments of buyers', (store) => {
  let deps: TurnDeps;
  const live = { segments: new LiveSegments() };
  beforeEach(async () => {
    await resetTables(store());
    live.segments = new LiveSegments();
    deps = turnDeps(store(), live);
    deps.clock.set(noon);
    for (const [id, who] of Object.entries(definitions)) {
      const result = await publishDefinition(deps, segmentKind, { source: `segment: ${id}\nname: ${id}\nwho: ${who}\n` });
      if (result.kind === 'refused') throw new Error(JSON.stringify(result.problems));
    }
    await live.segments.refresh(store().db);
    await fillSegments(deps);
    await sql`update segment_fills set begins_real = 0`.execute(store().db);
    await fillSegments(deps);
  });

  const tell = async (at: Instant, name: string, properties: Record<string, unknown>, userId = 'ada') => {
    deps.clock.set(at);
    await take(deps, track(name, { order_id: 'o-1', currency: 'EUR', ...properties }, { occurredAt: at, userId }));
  };
  const members = async (at: Instant) => {
    deps.clock.set(at);
    await reviewDuePeople(deps);
    const { rows } = await sql<{ id: string }>`select segment_id as id from segment_members order by 1`.execute(store().db);
    return rows.map(({ id }) => id);
  };

  test('hold who bought, to the instant, and not who was given all of it back', async () => {
    await tell(noon, 'Order Completed', { total: 120, products: [{ product_id: 'mug', price: 120 }] });
    expect(await members(noon + 1)).toEqual(['first_time_buyers', 'mug_owners', 'recent_buyers']);
    expect(await members(noon + 24 * hour - 1)).toContain('first_time_buyers');
    expect(await members(noon + 24 * hour)).toEqual(['mug_owners', 'recent_buyers']);

    await tell(noon + 2 * day, 'Order Refunded', { amount: 30 });
    expect(await members(noon + 2 * day)).toEqual(['mug_owners']);
    await tell(noon + 3 * day, 'Order Cancelled', {});
    expect(await members(noon + 3 * day)).toEqual([]);
    await tell(noon + 4 * day, 'Order Completed', { order_id: 'o-2', total: 100 });
    expect(await members(noon + 4 * day)).toEqual(['first_time_buyers', 'recent_buyers']);
    expect(await members(noon + 94 * day - 1)).toEqual(['recent_buyers']);
    expect(await members(noon + 94 * day)).toEqual([]);
  });

  test('hear of what somebody else tells of an order', async () => {
    await tell(noon, 'Order Completed', { total: 120 });
    await tell(noon + hour, 'Order Refunded', {}, 'back-office');
    expect(await members(noon + hour)).toEqual([]);
  });

  test('take an order along when two people become one', async () => {
    await take(deps, track('Order Completed', { order_id: 'o-1', total: 120, currency: 'EUR' }, { anonymousId: 'browser' }));
    await take(deps, identify({ email: 'ada@example.test' }, { userId: 'ada', anonymousId: 'browser' }));
    expect(await members(noon + 1)).toEqual(['first_time_buyers', 'recent_buyers']);
  });
});
