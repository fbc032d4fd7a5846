import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { tellProducts } from '../../../src/app/catalogue/tell-products.js';
import type { ToldProduct } from '../../../src/domain/catalogue/product.js';
import { findProduct, listProducts } from '../../../src/store/products.js';
import { testApi } from '../../support/api.js';
import { aProduct } from '../../support/products.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('products in the store', (store) => {
  beforeEach(() => resetTables(store()));

  const told = (updatedAt: number, name: string | null, productId = 'mug'): ToldProduct => ({
    productId,
    updatedAt,
    product: name === null ? null : aProduct({ name }),
  });

  test('end the same in whatever order they are told, in whatever parts, one after another or at once', async () => {
    const tellings = [told(1, 'first'), told(2, 'one'), told(2, 'other'), told(2, null), told(3, 'third'), told(1, 'tea', 'tea')];
    const deps = turnDeps(store());
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(tellings, { minLength: tellings.length }),
        fc.nat(6),
        fc.boolean(),
        async (order, cut, together) => {
          await resetTables(store());
          const parts = [order.slice(0, cut), order.slice(cut), order.slice(1, 3)];
          if (together) await Promise.all(parts.map((part) => tellProducts(deps, part)));
          else for (const part of parts) await tellProducts(deps, part);
          ends.add(JSON.stringify((await listProducts(store().db, { after: null, limit: 9 })).map((one) => ({ ...one, receivedAt: 0 }))));
        },
      ),
      { numRuns: 25 },
    );

    expect(ends.size).toBe(1);
    expect(await findProduct(store().db, 'mug')).toMatchObject({ updatedAt: 3, product: { name: 'third' } });
  });

  test('say what was taken, known and older, and cost two statements for any number', async () => {
    const deps = turnDeps(store());
    expect(await tellProducts(deps, [told(5, 'mug'), told(5, 'tea', 'tea')])).toEqual({ taken: 2, unchanged: 0, older: [] });
    expect(await tellProducts(deps, [told(5, 'mug'), told(4, null, 'tea')])).toEqual({ taken: 0, unchanged: 1, older: ['tea'] });

    const many = Array.from({ length: 40 }, (_, index) => told(6, 'mug', `p${index}`));
    expect(await countStatements(store(), () => tellProducts(deps, many))).toHaveLength(4);
  });
});

describeOnBothStores('products by the API', (store) => {
  beforeEach(() => resetTables(store()));

  const mug = {
    productId: 'mug/1',
    updatedAt: '2026-11-24T12:00:00Z',
    name: 'Stoneware mug',
    tags: [' Room:Kitchen ', 'room:kitchen'],
    variants: [
      { variantId: 'blue', price: 12.5, stock: 0 },
      { variantId: 'white', price: 14, stock: 3 },
    ],
  };

  test('are told whole, listed and shown, with the price of what is there', async () => {
    const { call } = await testApi(turnDeps(store()));
    expect(await call('PUT', '/v1/products', { products: [mug] })).toMatchObject({
      status: 200,
      body: { taken: 1, unchanged: 0, older: [] },
    });

    expect((await call('GET', '/v1/products/mug%2F1')).body).toMatchObject({
      productId: 'mug/1',
      updatedAt: '2026-11-24T12:00:00.000Z',
      deleted: false,
      family: 'mug/1',
      tags: ['room:kitchen'],
      isInStock: true,
      price: 14,
    });
    await call('PUT', '/v1/products', { products: [{ productId: 'mug/1', updatedAt: '2026-11-25T12:00:00Z', deleted: true }] });
    expect((await call('GET', '/v1/products')).body).toMatchObject({ items: [{ productId: 'mug/1', deleted: true, name: null }] });
    expect(await call('GET', '/v1/products/cup')).toMatchObject({ status: 404, body: { code: 'unknown-product' } });
  });

  test.each([
    [{ ...mug, name: undefined }, /name/],
    [{ ...mug, updatedAt: 'yesterday' }, /updatedAt/],
    [{ ...mug, variants: [{ variantId: 'blue', price: -1 }] }, /price/],
    [{ ...mug, url: 'javascript:alert(1)' }, /web address/],
    [{ ...mug, currency: 'pounds' }, /three capital letters/],
    [{ ...mug, prize: 3 }, /prize/],
  ])('are refused together when one is not valid, with what and where: %#', async (wrong, says) => {
    const { call } = await testApi(turnDeps(store()));
    const refused = await call('PUT', '/v1/products', { products: [mug, wrong] });

    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toMatch(says);
    expect(JSON.stringify(refused.body)).toMatch(/products.{0,4}1/);
    expect((await call('GET', '/v1/products')).body).toMatchObject({ items: [] });
  });
});
