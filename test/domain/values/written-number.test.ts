import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyDecimals, readCurrencyCode } from '../../../src/domain/values/currency.js';
import { readWrittenNumber } from '../../../src/domain/values/written-number.js';
import { processorMs } from '../../support/processor-time.js';

describe('a number as people write it', () => {
  test.each([
    ['30', 2, 30],
    ['30.00', 2, 30],
    ['30,00', 2, 30],
    ['30.5', null, 30.5],
    ['1,299.00', null, 1299],
    ['1.299,00', null, 1299],
    ['1,234,567.89', 2, 1234567.89],
    ['1.234.567', null, 1234567],
    ['12,34,567.50', 2, 1234567.5],
    ['1 234,50', 2, 1234.5],
    ['1\u00a0234,50 €', 2, 1234.5],
    ['1\u202f234,50', 2, 1234.5],
    ["1'250.00", 2, 1250],
    ['CHF 1’250.–', 2, 1250],
    ['€30.00', null, 30],
    ['30.00€', null, 30],
    ['30,00 EUR', 2, 30],
    ['US$ 12.34', 2, 12.34],
    ['kr. 199,00', 2, 199],
    ['-5.00', 2, -5],
    ['−5,00', 2, -5],
    ['+5', 2, 5],
    ['1 pc', null, 1],
    ['2 Stück', null, 2],
    ['3x', null, 3],
    ['1e3', 2, 1000],
    ['1,299', 0, 1299],
    ['1.299', 0, 1299],
    ['1,299', 2, 1299],
    ['0,125', 2, 0.125],
    ['1299.125', 2, 1299.125],
    ['１２．５０', 2, 12.5],
    ['\u200e30.00\u200f', 2, 30],
  ])('%j with %j decimals is %d', (text, decimals, expected) => expect(readWrittenNumber(text, decimals)).toBe(expected));

  test.each([
    ['1.299', 2],
    ['1.299', null],
    ['1,299', null],
    ['1,299', 3],
    ['1,299', 4],
    ['', 2],
    ['free', 2],
    ['ten', 2],
    ['1.2.3', 2],
    ['1,2,3', 2],
    ['1.23.456,7', 2],
    ['12 34', 2],
    ['1/2', null],
    ['(30.00)', 2],
    ['0x1f', 2],
    ['NaN', 2],
    ['Infinity', 2],
    ['1e999', 2],
    ['10-20', 2],
    ['€', 2],
    ['30 + 5', 2],
    ['9'.repeat(400), 2],
  ])('%j with %j decimals may mean two things, or none', (text, decimals) => expect(readWrittenNumber(text, decimals)).toBeNull());

  test('what Intl writes in any language is read back, or not read', () => {
    const locales = ['en', 'de', 'fr', 'de-CH', 'en-IN', 'sv', 'pl', 'es', 'pt-BR', 'nb', 'vi', 'ja'];
    const codes = ['EUR', 'GBP', 'JPY', 'VND', 'INR', 'CHF', 'SEK', 'USD'];
    fc.assert(
      fc.property(
        fc.constantFrom(...locales),
        fc.constantFrom(...codes),
        fc.integer({ min: -10_000_000, max: 10_000_000 }),
        (locale, code, cents) => {
          const decimals = currencyDecimals(code);
          const amount = cents / 10 ** decimals;
          const plain = new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(amount);
          expect((readWrittenNumber(plain, decimals) ?? Number.NaN) + 0).toBe(amount + 0);
        },
      ),
    );
  });

  test('any text gives a finite number or none, in good time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.constantFrom(null, 0, 2, 3), (text, decimals) => {
        const number = readWrittenNumber(text, decimals);
        expect(number === null || Number.isFinite(number)).toBe(true);
      }),
    );
    const hostile = ['1.'.repeat(30), '1 '.repeat(30), 'a'.repeat(60), '1,234'.repeat(12), "'".repeat(60)];
    expect(processorMs(() => hostile.map((text) => readWrittenNumber(text, 2)))).toBeLessThan(200);
  });
});

test.each([
  ['eur', 'EUR'],
  [' GBP ', 'GBP'],
  ['£', 'GBP'],
  ['€', 'EUR'],
  ['zł', 'PLN'],
  ['Kč', 'CZK'],
  ['US$', 'USD'],
  ['$', null],
  ['¥', null],
  ['kr', null],
  ['gold coins', null],
  ['constructor', null],
  ['', null],
])('the currency %j is %j', (text, expected) => expect(readCurrencyCode(text)).toBe(expected));
