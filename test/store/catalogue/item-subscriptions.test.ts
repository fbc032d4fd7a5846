import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { tellProducts } from '../../../src/app/catalogue/tell-products.js';
import { tellSubscribers } from '../../../src/app/catalogue/tell-subscribers.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { lastingKnown } from '../../../src/knowledge/lasting/index.js';
import { readKnowledge } from '../../../src/store/knowledge.js';
import { aProduct, aVariant } from '../../support/products.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('who subscribed to a product', (store) => {
  beforeEach(() => resetTables(store()));

  const mug = (updatedAt: number, stock: number, price = 10) =>
    [{ productId: 'mug', updatedAt, product: aProduct({ variants: [aVariant({ stock, price })] }) }] as const;
  const subscribes = (userId: string, properties: Record<string, unknown> = {}) =>
    track('Item Subscribed', { product_id: 'mug', ...properties }, { userId });

  async function shop(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    deps.clock.set(noon + hour);
    await tellProducts(deps, mug(1, 0));
    return deps;
  }
  async function heard(): Promise<readonly string[]> {
    const { rows } = await sql<{ said: string }>`
      select i.value || ' ' || f.name || ' ' || (f.properties ->> 'price') as said from facts f
      join identities i on i.profile_id = f.profile_id and i.kind = 'user' where f.name in ('product.restocked', 'product.price_dropped')
      order by 1`.execute(store().db);
    return rows.map(({ said }) => said);
  }

  test('hears once that it is back, and nobody else does', async () => {
    const deps = await shop();
    await take(deps, subscribes('ada'), subscribes('bob'), track('Item Unsubscribed', { product_id: 'mug' }, { userId: 'bob' }));
    await take(deps, track('Product Viewed', { product_id: 'mug' }, { userId: 'eve' }));

    await tellProducts(deps, mug(2, 3));
    await tellSubscribers(deps);
    expect(await heard()).toEqual(['ada product.restocked 10']);

    await tellProducts(deps, mug(3, 0));
    await tellProducts(deps, mug(4, 3));
    await tellSubscribers(deps);
    expect(await heard()).toHaveLength(1);
  });

  test('hears of a lower price, and nothing where it is sold out again before', async () => {
    const deps = await shop();
    await take(deps, subscribes('ada', { for: 'price', price: 9 }), subscribes('bob'));
    await tellProducts(deps, mug(2, 3));
    await tellProducts(deps, mug(3, 0));
    await tellSubscribers(deps);
    expect(await heard()).toEqual([]);

    await tellProducts(deps, mug(4, 1));
    await tellProducts(deps, mug(5, 1, 8.5));
    await tellSubscribers(deps);
    expect(await heard()).toEqual(['ada product.price_dropped 8.5', 'bob product.restocked 8.5']);
  });

  test('is told in parts, however many there are, and not after an erasure', async () => {
    const deps = await shop();
    await take(deps, ...Array.from({ length: 120 }, (_, index) => subscribes(`p${index}`)));
    const { id } = await store().db.selectFrom('profiles').select('id').orderBy('id').executeTakeFirstOrThrow();
    await eraseProfile(deps, id);
    await tellProducts(deps, mug(2, 3));
    await Promise.all([tellSubscribers(deps), tellSubscribers(deps)]);

    expect(await heard()).toHaveLength(119);
    expect(await store().db.selectFrom('product_changes').selectAll().execute()).toEqual([]);
  });

  test('what they bought of products that last is known from when they had it', async () => {
    const deps = await shop();
    await tellProducts(deps, [
      { productId: 'cream', updatedAt: 1, product: aProduct({ family: 'cream', tags: ['a'], consumptionDays: 45 }) },
    ]);
    const products = [
      { product_id: 'cream', quantity: 2, price: 5 },
      { product_id: 'mug', quantity: 1, price: 10 },
    ];
    await take(
      deps,
      track('Order Completed', { order_id: 'o1', total: 20, products }, { occurredAt: noon - 50 * day }),
      track('Order Completed', { order_id: 'o2', total: 20, products }, { occurredAt: noon - day }),
      track('Order Cancelled', { order_id: 'o2' }),
    );
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    const asked = [{ name: 'lasting', source: lastingKnown as never, question: null }];
    const rows = { entry: { id: 'none' }, profile: { id, email: null, phone: null } } as never;

    expect((await readKnowledge(store().db, asked, rows)).lasting).toEqual([
      {
        productId: 'cream',
        family: 'cream',
        tags: ['a'],
        collections: [],
        consumptionDays: 45,
        times: [{ at: noon - 50 * day, quantity: 2 }],
      },
    ]);
  });
});
