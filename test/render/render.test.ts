import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RenderContext } from '../../src/domain/messages/rendering.js';
import type { Shop } from '../../src/domain/shop/shop.js';
import { formatMoney, safeUrl } from '../../src/render/filters.js';
import { loadTemplates } from '../../src/render/load.js';
import { previewTemplate } from '../../src/render/preview.js';
import { createRenderer } from '../../src/render/renderer.js';
import { renderContext, shop, smsTemplate } from './project.js';

const set = await loadTemplates('.');

async function show(templateId: string, context: RenderContext, locale?: string) {
  const rendered = await previewTemplate({ set, shop, templateId, context, ...(locale === undefined ? {} : { locale }) });
  if (rendered.kind === 'empty') throw new Error(rendered.problem);
  return rendered;
}

async function showEmail(templateId: string, context: RenderContext, locale?: string) {
  const rendered = await show(templateId, context, locale);
  if (rendered.kind !== 'email') throw new Error('not an email');
  return rendered;
}

/** The text of a body, or the problem. */
async function showText(body: string, changes: Partial<RenderContext> = {}, forShop: Shop = shop): Promise<string> {
  const renderer = createRenderer({ loadVersion: async () => ({ version: 1, compiled: smsTemplate(body) }), shop: forShop });
  const rendered = await renderer.render('note', 1, renderContext(changes));
  return rendered.kind === 'sms' ? rendered.body : rendered.kind === 'empty' ? rendered.problem : '';
}

test('fills a reminder with the live cart, the link that restores it, the postal address and both ways out', async () => {
  const email = await showEmail('cart-reminder-1', renderContext());

  expect(email.subject).toBe('Ada, your basket is waiting');
  expect(email.text).toContain('Tea cosy\nQuantity: 2 · £8.50');
  expect(email.text).toContain('Prices as of 1 December 2010.');
  expect(email.text).toContain('Return to your basket: https://links.example/c/token');
  expect(email.text).toContain('Unsubscribe: https://links.example/u/token');
  for (const part of [
    'https://links.example/c/token',
    'https://links.example/u/token',
    'https://links.example/p/token',
    '12 Orchard Lane',
  ]) {
    expect(email.html).toContain(part);
  }
  expect(`${email.html}${email.text}`).not.toMatch(/\{\{|\{%|LQ\d|<slot|<partial/);
});

test('writes German with German money and dates, and in the shop’s language for a language it does not offer', async () => {
  const german = await showEmail('cart-reminder-1', renderContext({ profile: { firstName: null, locale: 'de_AT', traits: {} } }));
  const french = await showEmail('cart-reminder-1', renderContext({ profile: { firstName: null, locale: 'fr', traits: {} } }));

  expect(german.locale).toBe('de');
  expect(german.subject).toBe('Ihr Warenkorb wartet');
  expect(german.text).toMatch(/Anzahl: 2 · £\s8,50/);
  expect(german.text).toContain('Preise vom 1. Dezember 2010.');
  expect(french).toMatchObject({ locale: 'en', subject: 'Your basket is waiting' });
});

test('escapes what people and shops typed in HTML, and leaves it as it is in the text part and the subject', async () => {
  const email = await showEmail(
    'cart-reminder-2',
    renderContext({
      cart: {
        lines: [
          { name: 'Salt & <b>Pepper</b>', quantity: 1, price: 3, imageUrl: 'javascript:alert(1)', url: 'https://shop.example/p?a=1&b="2"' },
        ],
        value: 3,
        currency: 'GBP',
        url: 'https://links.example/c/token',
      },
    }),
  );

  expect(email.subject).toBe('Still thinking about Salt & <b>Pepper</b>?');
  expect(email.text).toContain('Salt & <b>Pepper</b>');
  expect(email.html).toContain('Salt &amp; &lt;b&gt;Pepper&lt;/b&gt;');
  expect(email.html).toContain('href="https://shop.example/p?a=1&amp;b=%222%22"');
  expect(email.html).not.toContain('javascript:');
});

test('sends nothing about an empty cart, and names the template and the variable but nobody', async () => {
  const gone = renderContext({ cart: { lines: [], value: 0, currency: 'GBP', url: 'https://links.example/c/token' } });

  expect(await previewTemplate({ set, shop, templateId: 'cart-reminder-1', context: gone })).toEqual({
    kind: 'empty',
    problem: 'The template cart-reminder-1 cannot be filled: "cart.lines" is missing or empty.',
  });
});

test('refuses a greeting to nobody unless the template says what stands instead', async () => {
  const nameless = { profile: { firstName: null, locale: null, traits: { city: 'Bath' } } };

  expect(await showText('Hello {{ profile.firstName }}', nameless)).toBe(
    'The template note cannot be filled: "profile.firstName" is missing.',
  );
  expect(await showText('Hello {{ profile.firstName | default: "there" }} from {{ profile.traits.city }}', nameless)).toBe(
    'Hello there from Bath',
  );
  expect(await showText('{% if profile.traits.vip %}Dear {% endif %}friend', nameless)).toBe('friend');
  expect(await showText(' {{ profile.traits.city | slice: 9 }} ', nameless)).toBe(
    'The template note cannot be filled: there is no text in it.',
  );
});

test('gives the first text to a person its terms within two segments, in both languages', async () => {
  for (const locale of ['en', 'de']) {
    const first = await show(
      'cart-link',
      renderContext({
        isFirstSms: true,
        cart: cartWithLink('https://links.willow-and-wren.example/c/v1.7w3kq2m5r6x4n8s1t0b9.h6d2f4a8c1e3'),
      }),
      locale,
    );
    const next = await show('cart-link', renderContext(), locale);

    expect(first).toMatchObject({ kind: 'sms', encoding: 'GSM-7', segments: 2 });
    expect(first.kind === 'sms' && first.body).toMatch(/^Willow & Wren: .*HELP.*STOP/s);
    expect(next.kind === 'sms' && next.body).not.toMatch(/HELP|STOP/);
    expect(next).toMatchObject({ segments: 1 });
  }
});

test('keeps a text in the cheap alphabet where a plain character says the same', async () => {
  expect(await showText('It’s “here” – go… {{ 12.5 | money: "EUR" }}', { profile: { firstName: null, locale: 'de-DE', traits: {} } })).toBe(
    `It's "here" - go... 12.50 EUR`.replace('12.50 EUR', '€12.50'),
  );
});

test('does not send a text of more than three segments', async () => {
  expect(await showText('a'.repeat(459))).toHaveLength(459);
  expect(await showText('a'.repeat(460))).toBe('The template note cannot be filled: it is too long: 4 segments (GSM-7), at most 3.');
  expect(await showText('{% for a in (1..1000) %}{{ shop.brand }}{% endfor %}')).toMatch(/too long: 13000 characters, at most 1600/);
});

test.each([
  ['a loop without end', '{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}{% endfor %}{% endfor %}{% endfor %}'],
  ['a string that doubles', '{% assign s = "aaaaaaaaaaaaaaaa" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}'],
  ['a huge range', '{% for a in (1..100000000) %}x{% endfor %}'],
])('stops %s', async (_, body) => {
  const began = performance.now();

  expect(await showText(body)).toBe('The template note cannot be filled: it took too long or grew too large.');
  expect(performance.now() - began).toBeLessThan(5000);
});

test('reaches nothing but the data: no prototypes, no getters, no other files', async () => {
  expect(await showText('{{ profile.constructor.name | default: "none" }}{{ profile.traits.__proto__ | default: "none" }}')).toBe(
    'nonenone',
  );
  await expect(showText('{% include "shop.yaml" %}')).rejects.toThrow(/include/);
});

test('writes money as the person does, without decimals where the currency has none, and whatever a shop calls its currency', () => {
  expect(formatMoney(1234.5, 'GBP', 'en-GB')).toBe('£1,234.50');
  expect(formatMoney(1234.5, 'eur', 'de-DE').replace(/\s/g, ' ')).toBe('1.234,50 €');
  expect(formatMoney(1234, 'JPY', 'en-GB')).toBe('JP¥1,234');
  expect(formatMoney('4.5', 'points', 'en-GB')).toBe('4.5 POINTS');
  expect(formatMoney('a lot', 'GBP', 'en-GB')).toBe('');
});

test('lets no address through but web, mail and phone', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.constantFrom('java\nscript:alert(1)', ' JAVASCRIPT:x', 'data:text/html,x', '/cart', '//x', 'ftp://x'),
      ),
      (address) => {
        expect(safeUrl(address)).toMatch(/^($|https?:\/\/|mailto:|tel:)/);
      },
    ),
  );
  expect(safeUrl(' https://shop.example/a b ')).toBe('https://shop.example/a%20b');
});

test('asks for the latest version at most every five seconds, or when told to, and for a fixed one once', async () => {
  const asked: (number | 'latest')[] = [];
  let elapsed = 0;
  const renderer = createRenderer({
    shop,
    elapsed: () => elapsed,
    loadVersion: async (_, version) => {
      asked.push(version);
      return { version: version === 'latest' ? 7 : version, compiled: smsTemplate('Hello', { atMostOnce: true }) };
    },
  });
  const at = async (ms: number, version: number | 'latest') => {
    elapsed = ms;
    return renderer.render('note', version, renderContext());
  };

  expect(await at(0, 'latest')).toMatchObject({ kind: 'sms', templateVersion: 7, atMostOnce: true });
  await at(4999, 'latest');
  await at(5000, 'latest');
  renderer.refresh();
  await at(5001, 'latest');
  await at(6000, 3);
  await at(99_000, 3);
  expect(asked).toEqual(['latest', 'latest', 'latest', 3]);
});

test('says that a template is not published, and asks again the next time', async () => {
  let published = false;
  const renderer = createRenderer({ shop, loadVersion: async () => (published ? { version: 1, compiled: smsTemplate('Hello') } : null) });

  expect(await renderer.render('note', 'latest', renderContext())).toMatchObject({
    kind: 'empty',
    problem: 'The template note is not published.',
  });
  published = true;
  expect(await renderer.render('note', 'latest', renderContext())).toMatchObject({ kind: 'sms' });
});

test('gives the same content hash for the same words, and another for others', async () => {
  const [one, same, other] = await Promise.all([
    showEmail('cart-reminder-3', renderContext()),
    showEmail('cart-reminder-3', renderContext()),
    showEmail('cart-reminder-3', renderContext({ cart: cartWithLink('https://links.example/c/other') })),
  ]);

  expect(same.contentHash).toBe(one.contentHash);
  expect(other.contentHash).not.toBe(one.contentHash);
});

function cartWithLink(url: string): RenderContext['cart'] {
  return { lines: [{ name: 'Tea cosy', quantity: 1, price: 4.25, imageUrl: null, url: null }], value: 4.25, currency: 'GBP', url };
}
