import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '../../src/domain/values/exact-json.js';

test.each([
  ['{"userId":12345678901234567890}', { userId: '12345678901234567890' }],
  ['{"cart_id":-9007199254740993,"n":1}', { cart_id: '-9007199254740993', n: 1 }],
  ['[9007199254740991,9007199254740992,9007199254740993]', [9007199254740991, '9007199254740992', '9007199254740993']],
  ['{"a":"12345678901234567890","12345678901234567890":1}', { a: '12345678901234567890', '12345678901234567890': 1 }],
  ['{"a":"quote \\" 12345678901234567890","b":12345678901234567891}', { a: 'quote " 12345678901234567890', b: '12345678901234567891' }],
  ['{"a":1234567890123456.5,"b":1e22,"c":0.1234567890123456}', { a: 1234567890123456.5, b: 1e22, c: 0.1234567890123456 }],
  ['{"a":01234567890123456789}', undefined],
  ['12345678901234567890x', undefined],
])('%s keeps its digits', (text, expected) => expect(readJson(text)).toEqual(expected));

test('all that JSON writes is read as JSON reads it, but for whole numbers beyond 2^53', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!/\d{16}|\\u/.test(text));
      expect(JSON.stringify(readJson(`[${text},1234567890123456]`))).toBe(JSON.stringify(JSON.parse(`[${text},1234567890123456]`)));
    }),
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }), (id) => {
      expect(readJson(`{"id":${id}}`)).toEqual({ id: String(id) });
    }),
  );
});

test('a large body takes time in proportion to its length', () => {
  const time = (text: string): number => {
    const started = performance.now();
    readJson(text);
    return performance.now() - started;
  };
  const id = 'x1234567890123456';
  for (const piece of ['"\\\\', '1234567890123456,', `"${id}":`, '-1e']) time(`[${piece.repeat(200_000)}`);
  // A string without an end.
  expect(time(`[1234567890123456,"${'\\"'.repeat(500_000)}`)).toBeLessThan(3000);
  expect(time(`["${'a\\"'.repeat(1_000_000)}",12345678901234567890]`)).toBeLessThan(3000);
});
