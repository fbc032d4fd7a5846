import { beforeEach, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, ingestDeps, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, openServerStore, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const mug = { product_id: 'mug', name: 'Mug', price: 30, currency: 'GBP' };
const cup = { product_id: 'cup', name: 'Cup', price: 5, currency: 'GBP' };

describeOnBothStores('carts', (store) => {
  beforeEach(() => resetTables(store()));
  const carts = () => store().db.selectFrom('carts').selectAll().orderBy('created_at').orderBy('id').execute();
  const tokens = () => store().db.selectFrom('cart_tokens').selectAll().orderBy('token').execute();
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('created_at').execute();
  const turns = async (deps: TurnDeps) => {
    for (const { id } of await entries()) await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
  };
  async function shopWithJourney(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await publish(store(), cartJourney());
    await take(
      deps,
      identify({ email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
    );
    return deps;
  }

  test('of one person with a line in common become one series of reminders', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...mug, cart_id: 'phone' }),
      track('Product Added', { ...cup, cart_id: 'laptop' }, { occurredAt: noon + minute }),
    );
    expect((await entries()).map(({ state }) => state)).toEqual(['armed', 'armed']);

    await take(deps, track('Product Added', { ...mug, cart_id: 'laptop' }, { occurredAt: noon + 2 * minute }));
    const [cart, ...others] = await carts();
    expect(others).toEqual([]);
    expect((await tokens()).map(({ token, cart_id }) => [token, cart_id])).toEqual([
      ['laptop', cart?.id],
      ['phone', cart?.id],
    ]);
    expect(await entries()).toMatchObject([
      { state: 'armed', cart_id: cart?.id, entry_key: cart?.id, due_at: noon + 2 * minute + hour },
      { state: 'finished', outcome: 'superseded' },
    ]);
    const facts = await store().db.selectFrom('facts').select('cart_id').distinct().where('name', '=', 'cart.updated').execute();
    expect(facts).toEqual([{ cart_id: cart?.id }]);

    deps.clock.set(noon + 3 * hour);
    await turns(deps);
    expect(deps.providers.email.submitted.map(({ text }) => text)).toEqual(['Cup, Mug']);
  });

  test('become one with a third by a line of either of two that were joined before', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...cup, cart_id: 'phone' }),
      track('Product Added', { ...mug, cart_id: 'phone' }, { occurredAt: noon + minute }),
      track('Product Added', { ...mug, cart_id: 'laptop' }, { occurredAt: noon + 2 * minute }),
      track('Product Added', { ...cup, cart_id: 'tablet' }, { occurredAt: noon + 3 * minute }),
    );

    expect(await carts()).toHaveLength(1);
    expect((await tokens()).map(({ token }) => token)).toEqual(['laptop', 'phone', 'tablet']);
  });

  test('of two people who turn out to be one are joined too', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...mug, cart_id: 'laptop' }),
      track('Product Added', { ...mug, cart_id: 'phone' }, { anonymousId: 'x', occurredAt: noon + 1 }),
    );
    expect(await carts()).toHaveLength(2);

    await take(deps, identify({}, { userId: 'ada', anonymousId: 'x', occurredAt: noon + 2 }));
    expect(await carts()).toMatchObject([{ token: 'phone', state: 'open' }]);
    // Idle counts from the later activity of the two.
    expect(await entries()).toMatchObject([
      { state: 'armed', due_at: noon + 1 + hour },
      { state: 'finished', outcome: 'superseded' },
    ]);
  });

  test('stop reminding when ordered by another person with the same cart', async () => {
    const deps = await shopWithJourney();
    await take(deps, track('Product Added', { ...mug, cart_id: 'a' }));
    deps.clock.set(noon + hour);
    await turns(deps);
    expect(await entries()).toMatchObject([{ state: 'open' }]);

    await take(deps, track('Order Completed', { order_id: 'o1', cart_id: 'a', total: 30 }, { userId: 'bea', occurredAt: noon + hour }));
    await turns(deps);
    expect(await entries()).toMatchObject([{ state: 'finished', outcome: 'converted' }]);
  });

  test('that are used again after an order under the same token begin anew', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...mug, cart_id: 'a' }),
      track('Order Completed', { order_id: 'o1', cart_id: 'a', total: 30 }, { occurredAt: noon + minute }),
      track('Product Added', { ...cup, cart_id: 'a' }, { occurredAt: noon + 2 * minute }),
    );
    const [ordered, open] = await carts();
    expect(ordered).toMatchObject({ state: 'ordered', value: 30 });
    expect(open).toMatchObject({ state: 'open', value: 5, token: 'a' });
    expect(await tokens()).toEqual([{ token: 'a', cart_id: open?.id }]);
    expect(await store().db.selectFrom('orders').select('cart_id').execute()).toEqual([{ cart_id: ordered?.id }]);

    // What lies before the order and comes late belongs to neither.
    await take(deps, track('Product Added', { ...mug, cart_id: 'a' }, { occurredAt: noon + 1, receivedAt: noon + hour }));
    expect((await carts()).map(({ value }) => value)).toEqual([30, 5]);
  });

  test('and orders from imports, or more than six hours late, are written and start nothing', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...mug, cart_id: 'a' }, { origin: 'import' }),
      track('Product Added', { ...mug, cart_id: 'b', product_id: 'pen' }, { receivedAt: noon + 6 * hour + 1 }),
    );

    expect(await carts()).toHaveLength(2);
    expect(await entries()).toEqual([]);
    const told = await store().db.selectFrom('events').select('matched').where('name', '=', 'Product Added').execute();
    expect(told.map(({ matched }) => matched)).toEqual([
      [expect.objectContaining({ result: 'no-match', reason: 'late-or-imported' })],
      [expect.objectContaining({ result: 'no-match', reason: 'late-or-imported' })],
    ]);
  });

  test('end as they would have, when their events arrive in any order and in pieces', async () => {
    const events = [
      track('Product Added', { ...mug, cart_id: 'a', quantity: 2 }, { occurredAt: noon }),
      track('Cart Viewed', { cart_id: 'a', products: [{ ...mug, quantity: 1 }, cup] }, { occurredAt: noon + 1 }),
      track('Product Removed', { ...cup, cart_id: 'a' }, { occurredAt: noon + 2 }),
      track('Product Added', { ...mug, cart_id: 'a' }, { occurredAt: noon + 3 }),
      track('Checkout Started', { cart_id: 'a', checkout_id: 'k' }, { occurredAt: noon + 4 }),
      track('Product Added', { ...cup, checkout_id: 'k', quantity: 3 }, { occurredAt: noon + 5 }),
    ];
    for (const order of [
      [0, 1, 2, 3, 4, 5],
      [5, 4, 3, 2, 1, 0],
      [5, 0, 4, 2, 1, 3],
      [3, 5, 1, 0, 2, 4],
    ]) {
      await resetTables(store());
      for (const index of order) await ingestEvents(ingestDeps(store()), [events[index] ?? (events[0] as (typeof events)[0])], []);
      const [cart, ...others] = await carts();
      expect(others, order.join()).toEqual([]);
      expect(cart, order.join()).toMatchObject({ token: 'a', value: 75, currency: 'GBP', updated_at: noon + 5 });
      expect(cart?.lines, order.join()).toMatchObject([
        { productId: 'mug', quantity: 2 },
        { productId: 'cup', quantity: 3 },
      ]);
    }
  });

  test('that were left alone for more than a day are another matter', async () => {
    const deps = await shopWithJourney();
    await take(
      deps,
      track('Product Added', { ...mug, cart_id: 'a' }),
      track('Product Added', { ...mug, cart_id: 'b' }, { occurredAt: noon + day + minute }),
    );
    expect(await carts()).toHaveLength(2);
  });
});

test('one cart filled by many requests at once holds what all of them added', async () => {
  const { store, dispose } = await openServerStore();
  try {
    const requests = Array.from({ length: 40 }, (_, index) =>
      ingestEvents(
        ingestDeps(store),
        [track('Product Added', { ...mug, cart_id: 'shared' }, { userId: `person-${index % 4}`, occurredAt: noon + index })],
        [],
      ),
    );
    await Promise.all(requests);

    expect(await store.db.selectFrom('carts').select(['token', 'value']).execute()).toEqual([{ token: 'shared', value: 1200 }]);
    expect(await store.db.selectFrom('facts').select('cart_id').distinct().execute()).toHaveLength(1);
  } finally {
    await dispose();
  }
});
