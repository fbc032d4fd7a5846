import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { EntryId } from '../../../src/domain/values/ids.js';
import { parseJourney } from '../../../src/journey/parse.js';
import { readKnown, selectKnown } from '../../../src/knowledge/load.js';
import { askedByTemplate, shownToTemplate } from '../../../src/knowledge/templates.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const parsed = parseJourney(
  `journey: check-in
name: Check-in
class: marketing
topic: newsletter
trigger: { event: { name: order.paid } }
entry: { key: order, reentry: always, concurrency: parallel }
steps: [{ wait: { for: P3D } }]
`,
  {},
);

describeOnBothStores('what messages show of an order and of the event that began an entry', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    await publish(store(), parsed.definition);
  });

  const shown = async () => {
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const asked = askedByTemplate(['order', 'trigger'], noon);
    const about = { entryId: id as EntryId, profileId: sql`null` };
    const { rows } = await sql<{ known: Record<string, unknown> }>`select ${selectKnown(asked, about)} as known`.execute(store().db);
    return shownToTemplate(asked, readKnown(asked, rows[0]?.known ?? null), noon);
  };

  test('is the order as it is now, without what was sent back, and words without addresses', async () => {
    const products = [
      { product_id: 'mug', name: 'Mug https://evil.example/x', price: 12, quantity: 2, url: 'https://shop.example/mug' },
      { product_id: 'cup', name: 'Cup', price: 6 },
    ];
    await take(
      deps,
      track('Order Completed', {
        order_id: '1001',
        total: 30,
        currency: 'EUR',
        coupon: 'SPRING',
        note: 'see https://evil.example',
        gift: true,
        products,
      }),
    );
    await take(deps, track('Order Refunded', { order_id: '1001', products: [{ product_id: 'cup' }] }));
    await take(deps, track('Shipment Delivered', { order_id: '1001', promised_at: noon, tracking_url: 'https://carrier.example/1' }));

    expect(await shown()).toMatchObject({
      order: {
        number: '1001',
        total: 30,
        net: 24,
        currency: 'EUR',
        codes: ['SPRING'],
        lines: [{ name: 'Mug', quantity: 2, price: 12, url: 'https://shop.example/mug' }],
        deliveredAt: noon,
        trackingUrl: 'https://carrier.example/1',
      },
      trigger: { order_id: '1001', total: 30, gift: true, note: 'see' },
    });
  });

  test('is no number where the shop gave none', async () => {
    await take(deps, track('Order Completed', { total: 30, currency: 'EUR' }));
    expect(await shown()).toMatchObject({ order: { number: null, total: 30 } });
  });
});
