import { beforeEach, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { hour, minute } from '../../../src/domain/time/instant.js';
import { withNextMark } from '../../../src/store/pool.js';
import { alias, identify, ingestDeps, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish } from '../../support/turns.js';

describeOnBothStores('ingest', (store) => {
  beforeEach(() => resetTables(store()));
  const ingest = (...events: Parameters<typeof ingestEvents>[1][number][]) => ingestEvents(ingestDeps(store()), events, []);
  const cartLine = (id: string, more: Record<string, unknown> = {}) => ({
    cart_id: 'c1',
    product_id: id,
    price: 10,
    currency: 'EUR',
    ...more,
  });

  test('stores an event, its profile, its cart and its facts together', async () => {
    await ingest(identify({ email: 'Ada@Example.TEST', phone: '+447700900123' }), track('Product Added', cartLine('p1', { quantity: 2 })));

    const [profile] = await store().db.selectFrom('profiles').selectAll().execute();
    expect(profile).toMatchObject({ email: 'Ada@example.test', phone: '+447700900123', last_instant: noon });
    const [cart] = await store().db.selectFrom('carts').selectAll().execute();
    expect(cart).toMatchObject({ token: 'c1', state: 'open', value: 20, currency: 'EUR', profile_id: profile?.id });
    const facts = await store().db.selectFrom('facts').select(['name', 'cart_id']).orderBy('seq').execute();
    expect(facts).toEqual([
      { name: 'profile.updated', cart_id: null },
      { name: 'cart.updated', cart_id: cart?.id },
    ]);
  });

  test('takes an event once, however often it is sent', async () => {
    const added = track('Product Added', cartLine('p1'));

    expect(await ingest(added, added)).toMatchObject({ stored: 1, duplicates: 1 });
    expect(await ingest(added)).toMatchObject({ stored: 0, duplicates: 1 });
    const [cart] = await store().db.selectFrom('carts').selectAll().execute();
    expect(cart?.value).toBe(10);
  });

  test('takes an event once when it is sent several times at once', async () => {
    const added = track('Product Added', cartLine('p1'));

    const results = await Promise.all([ingest(added), ingest(added), ingest(added), ingest(added)]);
    expect(results.map(({ stored }) => stored).sort((a, b) => a - b)).toEqual([0, 0, 0, 1]);
    expect(await store().db.selectFrom('profiles').selectAll().execute()).toHaveLength(1);
  });

  test('keeps a badly formed yes as a dead letter and stores the rest, with notes on what could not be read', async () => {
    const odd = track('Product Added', { cart_id: 'c1', product_id: 'mug', price: 'ten' });
    const result = await ingest(odd, track('Wishlist Shared', {}), track('Consent Granted', { channel: 'fax' }));

    expect(result).toMatchObject({ stored: 2 });
    const letters = await store().db.selectFrom('dead_letters').select(['reason', 'detail']).execute();
    expect(letters.map(({ reason }) => reason)).toEqual(['invalid-consent-event']);
    const kept = await store()
      .db.selectFrom('events')
      .select('matched')
      .where('message_id', '=', odd.event.messageId)
      .executeTakeFirstOrThrow();
    expect(kept.matched).toMatchObject(
      expect.arrayContaining([{ result: 'note', reason: 'unreadable:price' }].map((one) => expect.objectContaining(one))),
    );
  });

  test('records consent from its own events only', async () => {
    await ingest(
      identify({ consent: true, 'Consent Granted': true }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'checkout', text: 'Yes' }),
    );

    const consents = await store().db.selectFrom('consents').selectAll().execute();
    expect(consents).toHaveLength(1);
    expect(consents[0]).toMatchObject({
      channel: 'sms',
      topic: 'cart_reminder',
      state: 'granted',
      method: 'form',
      source: 'checkout',
      text: 'Yes',
      occurred_at: noon,
    });
  });

  test('an order from another profile marks the cart ordered and tells of the cart', async () => {
    await ingest(track('Product Added', cartLine('p1')));
    await ingest(track('Order Completed', { order_id: 'o1', cart_id: 'c1', total: 10 }, { userId: 'bea', occurredAt: noon + minute }));

    const [cart] = await store().db.selectFrom('carts').selectAll().execute();
    expect(cart?.state).toBe('ordered');
    const paid = await store().db.selectFrom('facts').selectAll().where('name', '=', 'order.paid').execute();
    expect(paid).toMatchObject([{ cart_id: cart?.id }]);
    expect(paid[0]?.profile_id).not.toBe(cart?.profile_id);
    expect(await store().db.selectFrom('orders').selectAll().execute()).toMatchObject([
      { order_id: 'o1', status: 'paid', total: 10, cart_id: cart?.id },
    ]);
  });

  test('an order keeps its newest state, whatever arrives last', async () => {
    await ingest(track('Order Cancelled', { order_id: 'o1' }, { occurredAt: noon + minute }));
    await ingest(track('Order Completed', { order_id: 'o1', total: 42, currency: 'EUR' }, { occurredAt: noon }));

    expect(await store().db.selectFrom('orders').selectAll().execute()).toMatchObject([
      { status: 'cancelled', total: 42, currency: 'EUR', ordered_at: noon },
    ]);
  });

  test('a batch of fifteen events of one person costs few statements', async () => {
    await ingest(identify({ email: 'ada@example.test' }), track('Product Added', cartLine('p0')));
    const batch = Array.from({ length: 15 }, (_, index) => track('Product Added', cartLine(`p${index}`), { occurredAt: noon + index }));

    // Locks, the snapshot, waits, live journeys, all writes; begin and commit.
    expect(await countStatements(store(), () => ingest(...batch))).toHaveLength(7);
  });

  test('what an event writes goes with its commit, and is told under the wanted rows', async () => {
    const statements = await countStatements(store(), () => ingest(track('Product Viewed', { product_id: 'p1' })));

    const [write = '', commit] = statements.slice(-2);
    expect(commit).toBe('commit');
    expect(write.startsWith(withNextMark)).toBe(true);
    expect(write).toContain('must_touch');
  });

  test('an event whose id is of another sender costs one statement more, and is kept', async () => {
    const view = (anonymousId: string) => track('Product Viewed', { product_id: 'p1' }, { anonymousId, userId: null, messageId: 'taken' });
    const first = await countStatements(store(), () => ingest(view('a1')));
    const second = await countStatements(store(), () => ingest(view('a2')));
    const again = await countStatements(store(), () => ingest(view('a2')));

    expect([first.length, second.length]).toEqual([7, 8]);
    expect(again.length).toBeLessThanOrEqual(8);
    expect(await store().db.selectFrom('events').select('message_id').execute()).toHaveLength(2);
  });

  test('a batch of fifteen events that postpones an armed entry costs one statement more', async () => {
    await publish(store(), cartJourney());
    await ingest(track('Product Added', cartLine('p0')));
    const batch = Array.from({ length: 15 }, (_, index) => track('Product Added', cartLine(`p${index}`), { occurredAt: noon + index }));

    expect(await countStatements(store(), () => ingest(...batch))).toHaveLength(8);
    expect(await store().db.selectFrom('entries').select(['state', 'due_at']).execute()).toEqual([
      { state: 'armed', due_at: noon + 14 + hour },
    ]);
  });

  test('an alias whose two ids are one is harmless, and a circle of aliases ends in one profile', async () => {
    await ingest(alias('ada', 'ada'), track('A', {}, { userId: 'bea' }), track('B', {}, { userId: 'cyd' }));
    await ingest(alias('ada', 'bea'), alias('bea', 'cyd'), alias('cyd', 'ada'));

    const profiles = await store().db.selectFrom('profiles').selectAll().where('merged_into', 'is', null).execute();
    expect(profiles).toHaveLength(1);
    const events = await store().db.selectFrom('events').select('profile_id').distinct().execute();
    expect(events).toEqual([{ profile_id: profiles[0]?.id }]);
  });
});
