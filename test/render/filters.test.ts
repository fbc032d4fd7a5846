import { describe, expect, test } from 'vitest';
import { parseLiquid, renderLiquid } from '../../src/render/engine.js';
import { safeUrl } from '../../src/render/filters.js';
import { templateScope } from '../../src/render/scope.js';
import { renderContext, shop } from './project.js';

const now = Date.UTC(2026, 11, 1, 3, 30);
const formatting = { locale: 'en-GB', timeZone: 'America/New_York', currency: 'GBP', now, siteUrl: 'https://shop.example/uk/' };

function render(source: string, scope: Record<string, unknown> = {}, more: Partial<typeof formatting> = {}): string {
  const result = renderLiquid(parseLiquid(source, 'text'), scope, { ...formatting, ...more });
  return result.kind === 'ok' ? result.value : `failed: ${result.why}`;
}

describe('a date', () => {
  test.each([
    ['2026-12-24', 'long', '24 December 2026'],
    ['1990-03-01', 'long', '1 March 1990'],
    ['1990-03-01T00:00:00', 'medium', '1 Mar 1990'],
    ['2026-12-24', '%d.%m.%Y', '24.12.2026'],
    ['2026-12-04', '%-d %B %y', '4 December 26'],
    ['2026-12-24', '%A %e. %b', 'Thursday 24. Dec'],
    ['now', 'long', '30 November 2026'],
    ['now', '%H:%M %F', '22:30 2026-11-30'],
    [now, 'long', '30 November 2026'],
    [now / 1000, 'long', '30 November 2026'],
    ['2026-12-01T03:30:00Z', '%I:%M %p', '10:30 PM'],
    ['2026-12-01 03:30', 'long', '30 November 2026'],
    ['2026-12-01T03:30:00+02', 'long', '30 November 2026'],
    ['1985-06-01T12:00:00Z', 'long', '1 June 1985'],
    ['2026-12-24', '100%% %Q', '100% %Q'],
  ])('%j as %j is %j', (value, style, expected) => expect(render('{{ value | date: style }}', { value, style })).toBe(expected));

  test.each(['01/03/1990', '1.3.90', 'soon', '2026-02-30', '2026-13-01', '', 'null'])('%j may be two, or none, and is empty', (value) => {
    expect(render('{{ value | date: "long" }}', { value })).toBe('');
  });

  test('has its names in the language of the person', () => {
    expect(render('{{ "2026-12-24" | date: "%A, %d. %B" }}', {}, { locale: 'de' })).toBe('Donnerstag, 24. Dezember');
  });
});

describe('what people and shops tell', () => {
  const scope = templateScope(
    renderContext({ profile: { firstName: 'Ada', locale: 'en', traits: { plan: 'gold', tags: ['a', 'b'], size: 42, box: { a: 1 } } } }),
    shop,
    'en',
  );
  const plain = templateScope(
    renderContext({ profile: { firstName: 'Ada', locale: 'en', traits: { plan: 'gold', word: 'undefined', gone: '{{plan}}' } } }),
    shop,
    'en',
  );

  test.each([
    ['{{ profile.traits.size }}', '42'],
    ['{{ profile.traits.tags.size }}', '2'],
    ['{{ profile.traits.tags.first }}{{ profile.traits.tags.last }}', 'ab'],
    ['{{ profile.traits.plan.size }}', '4'],
    ['{{ profile.traits.box.size | default: "none" }}', 'none'],
    ['{{ profile.traits.box }}', ''],
    ['{{ profile.traits.tags }}', 'ab'],
  ])('%s is %j', (source, expected) => expect(render(source, scope)).toBe(expected));

  test.each([
    'profile.traits.size',
    'profile.traits.first',
    'profile.traits.last',
    'profile.size',
    'profile.first',
    'cart.size',
    'shop.size',
    'data.size',
    'links.size',
    'profile.traits.word',
    'profile.traits.gone',
  ])('%s is missing where nobody said it', (path) => {
    expect(render(`{{ ${path} }}`, plain)).toMatch(/^failed: ".+" is missing$/);
    expect(render(`{{ ${path} | default: "none" }}`, plain)).toBe('none');
    expect(render(`{% if ${path} %}there{% endif %}`, plain)).toBe('');
  });

  test('prints each line of a cart in its own currency, and no total of two', () => {
    const lines = [
      { name: 'Lamp', quantity: 1, price: 30, currency: 'EUR', imageUrl: null, url: null },
      { name: 'Mug', quantity: 1, price: 25, currency: 'GBP', imageUrl: null, url: null },
      { name: 'Pot', quantity: 1, price: 5, imageUrl: null, url: null },
    ];
    const mixed = templateScope(
      renderContext({ cart: { lines, value: null, currency: 'GBP', url: 'https://links.example/c/t' } }),
      shop,
      'en',
    );
    expect(render('{% for line in cart.lines %}{{ line.price | money: line.currency }} {% endfor %}', mixed)).toBe('€30.00 £25.00 £5.00 ');
    expect(render('{{ cart.value | money }}{% if cart.value > 0 %}there{% endif %}', mixed)).toBe('');
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, { a: 1 }, [{ a: 1 }], null])('%j prints nothing, in HTML too', (value) => {
    for (const output of ['text', 'html'] as const) {
      const result = renderLiquid(parseLiquid('<{{ value }}>', output), { value: value ?? '' }, formatting);
      expect(result).toEqual({ kind: 'ok', value: '<>' });
    }
  });
});

test.each([
  ['/products/mug', 'https://shop.example/products/mug'],
  ['?sku=1', 'https://shop.example/uk/?sku=1'],
  ['//cdn.example/mug.jpg', 'https://cdn.example/mug.jpg'],
  ['https://cdn.example/mug.jpg', 'https://cdn.example/mug.jpg'],
  ['/\\evil.example', ''],
  ['/', 'https://shop.example/'],
  ['mug', ''],
  ['javascript:alert(1)', ''],
  ['data:image/png;base64,AA', ''],
  ['', ''],
  [null, ''],
])('the address %j leads to %j', (value, expected) => expect(safeUrl(value, 'https://shop.example/uk/')).toBe(expected));
