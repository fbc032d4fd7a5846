import { beforeEach, expect, test } from 'vitest';
import { showContracts, unseenReads } from '../../../src/app/contracts/show-contracts.js';
import { countEvents, lookForAlarms } from '../../../src/app/contracts/tend-contracts.js';
import { readNotices } from '../../../src/app/upkeep/read-notices.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('what journeys read of events', (store) => {
  beforeEach(() => resetTables(store()));

  /** Sixty events on a day, counted, and looked at when the day is over. */
  async function dayOf(deps: TurnDeps, number: number, name: string, properties: Readonly<Record<string, unknown>>): Promise<void> {
    const at = { occurredAt: noon + number * day, receivedAt: noon + number * day };
    deps.clock.set(at.receivedAt);
    await take(
      deps,
      ...Array.from({ length: 60 }, (_, n) => track(name, { cart_id: `c-${number}-${n}`, ...properties }, { userId: `p-${n}`, ...at })),
    );
    await countEvents(deps);
    await countEvents(deps);
    deps.clock.set(at.receivedAt + 12 * hour);
    await countEvents(deps);
    await countEvents(deps);
    await lookForAlarms(deps);
  }

  const sentences = async (deps: TurnDeps) =>
    (await readNotices(deps, [])).filter(({ code }) => code === 'stopped' || code === 'currency-changed');
  const added = { product_id: 'mug', price: 30, currency: 'GBP' };

  test('is counted beside ingest, each fact once, and a renamed event is named', async () => {
    const deps = turnDeps(store());
    deps.clock.set(noon);
    const journey = cartJourney();
    await publish(store(), journey);
    await countEvents(deps);
    for (let number = 0; number < 5; number += 1) await dayOf(deps, number, 'Product Added', added);
    await countEvents(deps);

    const counts = await store()
      .db.selectFrom('event_counts')
      .selectAll()
      .where('name', '=', 'cart.updated')
      .where('property', '=', '')
      .execute();
    const sum = (type: string) => counts.filter((row) => row.type === type).reduce((total, row) => total + Number(row.count), 0);
    expect([sum(''), sum('told:Product Added'), sum('currency:GBP')]).toEqual([300, 300, 300]);
    expect(await sentences(deps)).toEqual([]);
    const contract = (await showContracts(deps)).find(({ id }) => id === journey.id);
    expect(contract?.events.find(({ by }) => by === 'trigger')).toMatchObject({ fact: 'cart.updated', seenAt: noon + 4 * day + hour });
    expect(await unseenReads(store().db, journey)).toEqual(
      expect.arrayContaining([expect.stringContaining('`order.paid` has never been seen')]),
    );

    for (let number = 5; number < 7; number += 1) await dayOf(deps, number, 'add_to_cart', { product_id: 'mug' });
    expect(await sentences(deps)).toMatchObject([
      {
        code: 'stopped',
        sentence: expect.stringContaining('Likely `Product Added` was renamed: `add_to_cart` has come since about then.'),
      },
    ]);
    for (let number = 7; number < 9; number += 1) await dayOf(deps, number, 'Product Added', added);
    expect(await sentences(deps)).toEqual([]);
  });

  test('a currency that changed is named, and history is not counted', async () => {
    const deps = turnDeps(store());
    deps.clock.set(noon);
    await publish(store(), cartJourney());
    await countEvents(deps);
    for (let number = 0; number < 5; number += 1) await dayOf(deps, number, 'Product Added', added);
    await dayOf(deps, 5, 'Product Added', { ...added, currency: 'USD' });
    expect(await sentences(deps)).toMatchObject([
      { code: 'currency-changed', sentence: expect.stringContaining('were in GBP and are in USD now') },
    ]);

    const old = { occurredAt: noon - 30 * day, receivedAt: noon + 5 * day, origin: 'import' as const };
    await take(deps, track('Order Completed', { order_id: 'o-1', total: 5, currency: 'GBP' }, old));
    await countEvents(deps);
    await countEvents(deps);
    expect(await store().db.selectFrom('event_counts').select('name').where('name', '=', 'order.paid').execute()).toEqual([]);
  });
});
