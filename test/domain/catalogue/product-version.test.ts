import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Product, priceOf, shownVariant, type ToldProduct } from '../../../src/domain/catalogue/product.js';
import { newestOfEach, type ProductVersion } from '../../../src/domain/catalogue/product-version.js';
import { aProduct, aVariant } from '../../support/products.js';

type Told = ToldProduct & ProductVersion;

const told = fc
  .record({
    productId: fc.constantFrom('mug', 'tea'),
    updatedAt: fc.integer({ min: 1, max: 3 }),
    says: fc.constantFrom('a', 'b', '~'),
  })
  .map(({ says, ...one }): Told => ({ ...one, mark: says, product: says === '~' ? null : aProduct({ name: says }) }));

describe('what is known of a product', () => {
  test('is the same in whatever order it was told, once or several times', () => {
    fc.assert(
      fc.property(fc.array(told, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (all, chance) => {
        const shuffled = [...all, ...all.slice(0, 3)]
          .map((one) => ({ one, place: chance.next().value as number }))
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one);
        const inParts = newestOfEach([...newestOfEach(shuffled.slice(0, 4)), ...newestOfEach(shuffled.slice(4))]);

        expect(inParts).toEqual(newestOfEach(all));
      }),
    );
  });

  test('ends with the newest telling, and at one instant with the end of the product', () => {
    const at = (updatedAt: number, mark: string): Told => ({ productId: 'mug', updatedAt, mark, product: null });

    expect(newestOfEach([at(2, 'a'), at(1, '~')])).toEqual([at(2, 'a')]);
    expect(newestOfEach([at(2, '~'), at(2, 'f')])).toEqual([at(2, '~')]);
  });
});

describe('the price of a product', () => {
  const price = (...variants: Product['variants']): number | null => priceOf(aProduct({ variants }));

  test('is the lowest of what is there', () => {
    expect(price(aVariant({ price: 12 }), aVariant({ price: 9, stock: 0 }), aVariant({ price: 10, stock: 1 }))).toBe(10);
  });

  test('is the lowest of all when nothing is there, and none when nobody says one', () => {
    expect(price(aVariant({ price: 12, stock: 0 }), aVariant({ price: 9, stock: -2 }))).toBe(9);
    expect(price(aVariant({ price: null }))).toBeNull();
    expect(shownVariant([])).toBeNull();
  });
});
