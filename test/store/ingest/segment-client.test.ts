import { Analytics } from '@segment/analytics-node';
import { beforeEach, expect, test } from 'vitest';
import { makeWriteKey } from '../../../src/app/keys/manage-write-keys.js';
import { minute } from '../../../src/domain/time/instant.js';
import { testApi } from '../../support/api.js';
import { eventDoors } from '../../support/segment.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('a shop with Segment’s own client', (store) => {
  beforeEach(() => resetTables(store()));

  test('is understood: people, merges, carts, orders, consent and time', async () => {
    const deps = turnDeps(store());
    const { secret: writeKey } = await makeWriteKey(deps, 'server', 'shop');
    const { server } = await testApi(deps, { plugins: [...eventDoors(deps)] });
    const host = await server.listen({ host: '127.0.0.1', port: 0 });
    const errors: unknown[] = [];
    // Small batches, several at once.
    const analytics = new Analytics({ writeKey, host, flushAt: 4, flushInterval: 5 }).on('error', (error) => errors.push(error));
    try {
      const product = { product_id: 'mug', price: 12.5, currency: 'EUR', cart_id: 'c1' };
      analytics.track({ anonymousId: 'x', event: 'Product Added', properties: { ...product, quantity: 2 } });
      analytics.identify({ userId: 'ada', anonymousId: 'x', traits: { email: 'ada@example.test', born: new Date(0) } });
      analytics.track({ userId: 'ada', event: 'Consent Granted', properties: { channel: 'email', method: 'form', source: 'footer' } });
      analytics.page({ userId: 'ada', name: 'Home', properties: { url: 'https://shop.example/' } });
      analytics.screen({ userId: 'ada', name: 'Start' });
      analytics.group({ userId: 'ada', groupId: 'g1', traits: { name: 'Acme' } });
      analytics.alias({ userId: 'ada', previousId: 'old-ada' });
      analytics.track({ userId: 'ada', event: 'Product Added', properties: product, messageId: 'twice' });
      analytics.track({ userId: 'ada', event: 'Product Added', properties: product, messageId: 'twice' });
      analytics.track({ userId: 'ada', event: 'Quiz Taken', timestamp: new Date(Date.now() - 2 * minute) });
      await analytics.flush({ timeout: 20_000 });
      analytics.track({
        userId: 'bea',
        event: 'Order Completed',
        properties: { order_id: 'o1', cart_id: 'c1', total: 37.5, currency: 'EUR' },
      });
      await analytics.closeAndFlush({ timeout: 20_000 });

      expect(errors).toEqual([]);
      const { db } = store();
      const events = await db.selectFrom('events').selectAll().execute();
      expect(events).toHaveLength(10);
      expect(await db.selectFrom('dead_letters').selectAll().execute()).toEqual([]);
      const people = await db.selectFrom('profiles').selectAll().where('merged_into', 'is', null).execute();
      expect(new Set(people.map(({ email }) => email))).toEqual(new Set(['ada@example.test', null]));
      expect(await db.selectFrom('carts').selectAll().execute()).toMatchObject([{ token: 'c1', state: 'ordered', value: 37.5 }]);
      expect(await db.selectFrom('consents').selectAll().execute()).toMatchObject([
        { channel: 'email', topic: 'marketing', state: 'granted' },
      ]);
      // The service's clock stands at noon; the quiz was taken two minutes before it was sent.
      const quiz = events.find(({ name }) => name === 'Quiz Taken');
      expect(quiz?.occurred_at).toBeGreaterThan(noon - 3 * minute);
      expect(quiz?.occurred_at).toBeLessThanOrEqual(noon - 2 * minute);
    } finally {
      await server.close();
    }
  });
});
