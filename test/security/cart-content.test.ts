import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CartLine } from '../../src/domain/carts/cart.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import { minute } from '../../src/domain/time/instant.js';
import { loadTemplates } from '../../src/render/load.js';
import { previewTemplate } from '../../src/render/preview.js';
import { renderContext, shop } from '../render/project.js';
import { noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../support/turns.js';

const templates = await loadTemplates('.');

/**
 * Issue 10, A 4: a browser's key is public. What it says of products comes in a genuine mail of the shop, so it is words, and pictures and
 * links of the shop.
 */
describe('what a mail shows of a cart', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let deps: TurnDeps;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = turnDeps(opened.store);
  });

  const guest = { anonymousId: 'a-browser' };
  const byBrowser = (event: IncomingEvent): IncomingEvent => ({
    ...event,
    speaker: { kind: 'browser', keyId: 'k1', lineage: 'k1', vouchesUser: false, vouchesPrevious: false },
  });
  const added = (product: Record<string, unknown>, at = noon) =>
    track('Product Added', { cart_id: 'c1', price: 20, currency: 'GBP', ...product }, { ...guest, occurredAt: at, receivedAt: at });
  const lines = async () => {
    const { lines: kept } = await opened.store.db.selectFrom('carts').select('lines').executeTakeFirstOrThrow();
    return kept as readonly CartLine[];
  };
  const mail = async () => {
    const cart = { ...renderContext().cart, lines: await lines(), value: 20, currency: 'GBP', url: 'https://links.example/c/token' };
    const shown = await previewTemplate({ set: templates, shop, templateId: 'cart-reminder-1', context: renderContext({ cart }) });
    if (shown.kind !== 'email') throw new Error('No mail.');
    return `${shown.subject}\n${shown.html}\n${shown.text}`;
  };

  test('by a browser is no letter of somebody else', async () => {
    await take(
      deps,
      byBrowser(
        added({
          product_id: 'https://evil.example/id',
          name: 'Your account is blocked: pay at https://evil.example/pay or call 0906 900 1234',
          url: 'https://evil.example/pay',
          image_url: 'https://evil.example/track.png',
        }),
      ),
    );
    expect(await lines()).toMatchObject([{ name: 'Your account is blocked: pay at or call', url: null, imageUrl: null }]);
    expect(await mail()).not.toMatch(/evil|0906/);
  });

  test.each([
    'https://willow-and-wren.example@evil.example/x',
    'https://willow-and-wren.example.evil.example/x',
    '//evil.example/x',
    '/\\evil.example/x',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://evil.example/?u=willow-and-wren.example',
    'https://willow-and-wren.example:8443/x',
  ])('by a browser leads only to the shop: %s', async (url) => {
    await take(deps, byBrowser(added({ product_id: 'p1', name: 'Mug', url, image_url: url })));
    expect(await lines()).toMatchObject([{ name: 'Mug', url: null, imageUrl: null }]);
  });

  test('by an honest browser is shown as it is', async () => {
    const product = {
      product_id: 'p1',
      name: "Levi's 501, 32 × 34",
      url: 'https://www.willow-and-wren.example/jeans?c=1',
      image_url: 'https://cdn.willow-and-wren.example/jeans.jpg',
    };
    await take(deps, byBrowser(added(product)), byBrowser(added({ product_id: 'p2', name: 'Tea', url: '/tea' })));
    expect(await lines()).toMatchObject([
      { name: product.name, url: product.url, imageUrl: product.image_url, price: 20 },
      { name: 'Tea', url: '/tea' },
    ]);
  });

  test('by a server key is shown as it is, and stands over what a browser says later', async () => {
    const told = { product_id: 'p1', name: 'Blue mug 12345', price: 24, image_url: 'https://pictures.example/mug.jpg' };
    await take(deps, added(told), byBrowser(added({ product_id: 'p1', name: 'Invoice', price: 1 }, noon + minute)));
    expect(await lines()).toMatchObject([{ name: told.name, price: 24, imageUrl: told.image_url, quantity: 2 }]);
    await take(deps, added({ product_id: 'p1', name: 'Red mug', price: 25 }, noon + 2 * minute));
    expect(await lines()).toMatchObject([{ name: 'Red mug', price: 25 }]);
  });

  test('of a person is a name, and no address', async () => {
    const profile = { firstName: 'Ada https://evil.example', locale: 'en', traits: { lastName: 'See evil.example/now' } };
    const shown = await previewTemplate({ set: templates, shop, templateId: 'cart-reminder-1', context: renderContext({ profile }) });
    expect(JSON.stringify(shown)).not.toContain('evil');
    expect(shown).toMatchObject({ subject: 'Ada, your basket is waiting' });
  });
});
