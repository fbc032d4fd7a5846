import { expect, test } from 'vitest';
import { dataIn, missingData, readingsOf } from '../../../src/domain/messages/data-words.js';

const letter = { price: 5, headline: 'Snow', by_language: { de: { headline: 'Schnee' }, 'de-AT': { headline: 'Schneefall' } } };

test.each([
  ['de', { price: 5, headline: 'Schnee' }],
  ['de-CH', { price: 5, headline: 'Schnee' }],
  ['de-AT', { price: 5, headline: 'Schneefall' }],
  ['fr', { price: 5, headline: 'Snow' }],
])('words of %s lie over the rest', (locale, expected) => {
  expect(dataIn(locale, letter)).toEqual(expected);
});

test('data without languages is as it is', () => {
  expect(dataIn('de', { a: 1 })).toEqual({ a: 1 });
  expect(readingsOf({ a: 1 })).toEqual([{ a: 1 }]);
});

test('what no reading gives a value to is missing', () => {
  const requires = ['data.headline', 'data.offer.code', 'cart.lines'];
  expect(missingData(requires, [{ headline: '' }, { offer: {} }])).toEqual(['data.headline', 'data.offer.code']);
  expect(missingData(requires, [{ headline: 'x' }, { offer: { code: 'A' } }])).toEqual([]);
  expect(missingData(requires, readingsOf(letter))).toEqual(['data.offer.code']);
});
