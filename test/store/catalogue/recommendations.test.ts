import { beforeEach, expect, test } from 'vitest';
import { tellProducts } from '../../../src/app/catalogue/tell-products.js';
import { previewContext } from '../../../src/app/messages/preview-message.js';
import { rebuildModel } from '../../../src/app/recommendations/build-model.js';
import { publishTemplates } from '../../../src/app/templates/publish-templates.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { Product } from '../../../src/domain/catalogue/product.js';
import { seal } from '../../../src/domain/keys/sealed.js';
import type { RecommendedRecord } from '../../../src/domain/recommendations/record.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { loadTemplates } from '../../../src/render/load.js';
import { createRenderer } from '../../../src/render/renderer.js';
import { findTemplateVersion } from '../../../src/store/templates.js';
import { opset } from '../../../workflows/contract.js';
import { testApi } from '../../support/api.js';
import { aProduct, aVariant } from '../../support/products.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const templates = await loadTemplates('.');

describeOnBothStores('recommendations in messages', (store) => {
  beforeEach(() => resetTables(store()));

  /** A shop that sells tea, honey and more, where forty people bought honey with their tea, and ten coffee. */
  async function shopWithOrders(): Promise<TurnDeps> {
    const deps = turnDeps(store(), {
      renderer: createRenderer({
        loadVersion: (id, version) => findTemplateVersion(store().db, id, version),
        shop: turnDeps(store()).shop,
      }),
    });
    deps.clock.set(noon - 2 * day);
    await publishTemplates(deps, { ...templates, sources: templates.sources.filter(({ id }) => id === 'for-you') });
    const told = (productId: string, of: Partial<Product>) => ({
      productId,
      updatedAt: 1,
      product: aProduct({ name: `The ${productId}`, family: productId, category: null, ...of }),
    });
    await tellProducts(deps, [
      told('tea', {}),
      told('honey', { url: 'https://shop.example/honey', variants: [aVariant({ price: 8, compareAt: 10 })] }),
      told('coffee', {}),
      told('cup', { variants: [aVariant({ stock: 0 })] }),
      told('oil', { tags: ['skin:dry'] }),
      told('nut-oil', { tags: ['skin:dry'], notFor: ['allergy:nuts'] }),
    ]);
    const orders = Array.from({ length: 50 }, (_, index) =>
      track(
        'Order Completed',
        {
          order_id: `o${index}`,
          total: 20,
          products: (index % 5 === 0 ? ['coffee', 'cup'] : ['tea', 'honey']).map((id) => ({ product_id: id, quantity: 1, price: 10 })),
        },
        { userId: `someone-${index}`, occurredAt: noon - 2 * day - index * hour },
      ),
    );
    await take(deps, ...orders);
    deps.clock.set(noon - day);
    return deps;
  }

  const letter = cartJourney({
    topic: 'newsletter',
    steps: { 'for-you': send('for-you', null) } as never,
    start: 'for-you' as never,
    maxDurationMs: 5 * day,
  });

  /** Ada is sent the letter an hour after she filled a cart with something that nobody sells. */
  async function sendTo(deps: TurnDeps, traits: Record<string, unknown>, ...events: Parameters<typeof take>[1][]) {
    await publish(store(), letter);
    deps.clock.set(noon);
    await take(
      deps,
      identify({ email: 'ada@example.test', ...traits }, { occurredAt: noon - hour }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      ...events,
      track('Product Added', { cart_id: 'c1', product_id: 'other', name: 'Other', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    return turn(deps);
  }
  async function turn(deps: TurnDeps) {
    const { id } = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').executeTakeFirstOrThrow();
    const before = deps.providers.email.submitted.length;
    await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
    const [mail = null] = deps.providers.email.submitted.slice(before);
    const row = await store()
      .db.selectFrom('messages')
      .select(['recommended', 'state', 'reason'])
      .orderBy('created_at', 'desc')
      .executeTakeFirst();
    return { mail, row };
  }

  test('are versions learnt from orders, once a day, the same for the same orders', async () => {
    const deps = await shopWithOrders();
    expect(await rebuildModel(deps)).toMatchObject({ version: 1, baskets: 50, modelled: 4, tested: 50, isUsed: true });
    expect(await rebuildModel(deps)).toBeNull();
    const read = (version: number) =>
      store()
        .db.selectFrom('recommendation_products')
        .select(['product_id', 'bought', 'companions'])
        .where('version', '=', version)
        .orderBy('product_id')
        .execute();
    const first = await read(1);
    expect(first.find(({ product_id }) => product_id === 'tea')).toMatchObject({
      bought: { '': 40 },
      companions: { honey: expect.any(Number) },
    });

    deps.clock.pass(day);
    expect(await rebuildModel(deps)).toMatchObject({ version: 2 });
    expect(await read(2)).toEqual(first);
  });

  test('say what the person told, and keep weights and reasons with the message', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    const { mail, row } = await sendTo(deps, { skin: 'Dry', allergy: ['nuts'] });

    expect(mail?.text).toContain('The oil');
    expect(mail?.text).toContain('It fits what you told us');
    expect(mail?.text).not.toContain('nut-oil');
    expect(mail?.text).not.toContain('The cup');
    expect(row?.recommended).toMatchObject({
      slot: 'for-you',
      modelVersion: 1,
      isFallback: false,
      weights: { content: 1 },
      items: [{ productId: 'oil', reason: { kind: 'declared', tag: 'skin:dry' }, parts: { content: expect.closeTo(1) } }],
    });
  });

  test('show what is bought with what the person has, and never that again', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    const { mail, row } = await sendTo(
      deps,
      {},
      track(
        'Order Completed',
        { order_id: 'mine', total: 10, products: [{ product_id: 'tea', quantity: 1, price: 10 }] },
        { occurredAt: noon - 30 * hour },
      ),
    );

    expect(mail?.text).toContain('Often bought with The tea');
    expect(mail?.text).not.toContain('The tea:');
    expect(mail?.html).toContain('£8.00');
    expect(row?.recommended?.items[0]).toMatchObject({ productId: 'honey', reason: { kind: 'bought-with', itemId: 'tea' } });
  });

  test('fall back as the template says when all that speaks for something was shown three times', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    await sendTo(deps, {});
    const seen = await store().db.selectFrom('messages').select('recommended').executeTakeFirstOrThrow();
    expect(seen.recommended?.items.map(({ productId }) => productId)).toEqual(['honey', 'tea', 'coffee']);
    const shown = JSON.stringify(seen.recommended);
    await store()
      .db.updateTable('messages')
      .set({ recommended: JSON.stringify({ ...seen.recommended, items: [1, 2, 3].flatMap(() => seen.recommended?.items ?? []) }) })
      .execute();
    expect(shown).not.toBe('null');

    const again = track(
      'Product Added',
      { cart_id: 'c2', product_id: 'another', name: 'Other', price: 30, currency: 'GBP' },
      { occurredAt: noon + 8 * day },
    );
    deps.clock.set(noon + 8 * day);
    await store()
      .db.updateTable('entries')
      .set({ state: 'finished', finished_at: noon + hour })
      .execute();
    await take(deps, again);
    deps.clock.set(noon + 8 * day + hour);
    const { mail, row } = await turn(deps);
    expect(mail?.text).toContain('You may like this too');
    expect(row?.recommended).toMatchObject({ isFallback: true, items: [{ productId: 'honey', reason: { kind: 'fallback' } }, {}, {}] });
  });

  test('send nothing where nothing is known of products', async () => {
    const deps = await shopWithOrders();
    const { mail, row } = await sendTo(deps, {});

    expect(mail).toBeNull();
    expect(row).toMatchObject({ state: 'skipped', reason: 'empty-content', recommended: null });
  });

  test('are of no account to who may not be profiled, but for what they must not be shown', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    const { row } = await sendTo(deps, { skin: 'dry', profiling_allowed: false });

    expect(row?.recommended?.items.map(({ productId, reason }) => [productId, reason.kind])).toEqual([
      ['honey', 'popular'],
      ['tea', 'popular'],
      ['coffee', 'popular'],
    ]);
  });

  test('cost one statement more than the same message without them', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    const texts = await countStatements(store(), () => sendTo(deps, {}));

    expect(texts.filter((text) => text.includes('recommendation_models'))).toHaveLength(1);
  });

  test('are in the preview for a person, and in the story of the message with weights and reasons', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    await sendTo(deps, { skin: 'dry' });
    const { id, profile_id: person } = await store().db.selectFrom('messages').select(['id', 'profile_id']).executeTakeFirstOrThrow();
    const context = await previewContext(deps, person, ['recommendations']);
    const preview = await deps.renderer.render('for-you', 'latest', context as NonNullable<typeof context>);
    expect(preview).toMatchObject({ text: expect.stringContaining('The oil') });

    const { call } = await testApi(deps);
    const { recommended } = (await call('GET', `/v1/messages/${id}`)).body as { readonly recommended: RecommendedRecord };
    expect(recommended).toMatchObject({ slot: 'for-you', weights: { content: 1 } });
    expect(recommended.items[0]).toMatchObject({ productId: 'nut-oil', reason: { kind: 'declared', tag: 'skin:dry' } });
    expect((await call('GET', '/v1/recommendation-models')).body).toMatchObject({ items: [{ version: 1, tested: 50, isUsed: true }] });
  });

  test('leave out what an encrypted answer keeps away, and never say it', async () => {
    const deps = await shopWithOrders();
    await rebuildModel(deps);
    const answer = {
      profile_id: '',
      name: 'allergy',
      value: JSON.stringify(seal(deps.secret, 'allergy', ['nuts'])),
      source: 'quiz',
      answered_at: noon,
      expires_at: noon + day,
      recorded_at: noon,
    };
    const { mail } = await sendTo(deps, { skin: 'dry' });
    expect(mail?.text).toContain('The nut-oil');
    const { id } = await store().db.selectFrom('profiles').select('id').where('email', '=', 'ada@example.test').executeTakeFirstOrThrow();
    await store()
      .db.insertInto('answers')
      .values({ ...answer, profile_id: id } as never)
      .execute();
    const context = await previewContext(deps, id, ['recommendations']);
    const preview = await deps.renderer.render('for-you', 'latest', context as NonNullable<typeof context>);

    expect(preview).toMatchObject({ text: expect.stringContaining('The oil') });
    expect(JSON.stringify(preview)).not.toMatch(/nut/);
  });
});
