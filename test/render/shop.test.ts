import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { restoreCartUrl } from '../../src/domain/shop/shop.js';
import { loadShop, parseShop } from '../../src/project/shop.js';

const source = await readFile('shop.yaml', 'utf8');

test('reads the shipped shop, with the default sender where a class names none', async () => {
  const shop = await loadShop('.');

  expect(shop.from.marketing).toEqual({
    name: 'Willow & Wren',
    address: 'hello@willow-and-wren.example',
    replyTo: 'help@willow-and-wren.example',
  });
  expect(shop.from.transactional.address).toBe('orders@willow-and-wren.example');
});

test.each([
  ['time_zone: Europe/London', 'time_zone: Europe/Lundon', 'must be an IANA time zone', 'time_zone'],
  ['currency: GBP', 'currency: pounds', 'must be an ISO 4217 code', 'currency'],
  ['cart/{{token}}', 'cart/', 'must contain {{token}}', 'cart_link'],
  ['locales: [en, de]', 'locales: [de]', 'must contain the language of "locale"', 'locales'],
  ['currency: GBP', 'caps: { email: { limit: 4 } }\ncurrency: GBP', '"caps" has moved to policies/caps.yaml', 'caps'],
])('says what is wrong with %s at its line', (good, bad, message, path) => {
  const broken = source.replace(good, bad);
  const parsed = parseShop(broken);

  if (parsed.kind !== 'invalid') throw new Error('it was taken');
  expect(parsed.problems).toHaveLength(1);
  expect(parsed.problems[0]).toMatchObject({ path, line: broken.slice(0, broken.indexOf(bad)).split('\n').length });
  expect(parsed.problems[0]?.message).toContain(message);
});

test('suggests the word that was meant', () => {
  const parsed = parseShop(source.replace('time_zone:', 'timezone:'));

  expect(parsed).toMatchObject({ kind: 'invalid' });
  expect(parsed.kind === 'invalid' && parsed.problems.map((problem) => problem.suggestion)).toContain('Did you mean "time_zone"?');
});

describe('the cart link', () => {
  const site = 'https://shop.example/';
  const leads = (cartLink: string, token: string | null, ...lines: readonly [variant: string, quantity: number][]) =>
    restoreCartUrl({ cartLink, siteUrl: site }, { token, lines: lines.map(([variant, quantity]) => ({ variant, quantity })) });

  test('has the token as one path segment', () => {
    expect(leads('https://shop.example/cart/{{ token }}?a=1', 'a/b $&')).toBe('https://shop.example/cart/a%2Fb%20%24%26?a=1');
  });

  test('has what is in the cart, as Shopify reads it', () => {
    expect(leads('https://shop.example/cart/{{lines}}', null, ['808950810', 2], ['39072856', 1], ['', 4])).toBe(
      'https://shop.example/cart/808950810:2,39072856:1',
    );
  });

  test('leads to the shop where the cart lacks what the link needs', () => {
    expect(leads('https://shop.example/cart/{{token}}', null, ['1', 1])).toBe(site);
    expect(leads('https://shop.example/cart/{{lines}}', 'a', ['', 1])).toBe(site);
  });
});
