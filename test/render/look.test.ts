import { mkdir, writeFile } from 'node:fs/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RenderContext } from '../../src/domain/messages/rendering.js';
import { templateExamples } from '../../src/knowledge/templates.js';
import { compileTemplate } from '../../src/render/compile.js';
import { loadTemplates } from '../../src/render/load.js';
import { withMjml } from '../../src/render/mjml.js';
import { createRenderer, type PublishedTemplates } from '../../src/render/renderer.js';
import { violationsOf } from '../support/axe.js';
import { onPath } from '../support/on-path.js';
import { renderContext, shop } from './project.js';

const set = await loadTemplates('.');
/** Each is compiled once. */
const compiled = new Map(
  await withMjml((mjml) =>
    Promise.all(
      set.sources
        .filter(({ channel }) => channel === 'email')
        .map(async (source) => [source.id, (await compileTemplate(source, set, mjml)).compiled] as const),
    ),
  ),
);
/** Colours, fonts and a logo that a shop chose. */
const dressed = {
  ...shop,
  look: {
    ...shop.look,
    logo: { url: 'https://willow-and-wren.example/images/logo.svg', width: 180 },
    light: { ...shop.look.light, ground: '#f6f1ee', accent: '#7a2e3a' },
    dark: { ...shop.look.dark, accent: '#e6a4ae' },
    fonts: { headline: "'Trebuchet MS', sans-serif", body: 'Verdana, sans-serif' },
    social: [
      { name: 'Instagram', url: 'https://instagram.example/shop' },
      { name: 'Pinterest', url: 'https://pinterest.example/shop' },
    ],
  },
};
const [renderer, dressedRenderer] = [shop, dressed].map((worn) =>
  createRenderer({
    loadVersion: async (id) => {
      const found = compiled.get(id);
      return found === undefined ? null : { version: 1, compiled: found };
    },
    shop: worn,
  }),
) as [PublishedTemplates, PublishedTemplates];
/** For a person who wants to look: `npm run screenshots`. */
const folder = process.env['SCREENSHOTS'];
if (folder !== undefined) await mkdir(folder, { recursive: true });

const emails = set.sources.filter(({ channel }) => channel === 'email');
const looks = emails.flatMap((source) => Object.keys(source.words).map((language) => [source.id, language] as const));

const cart = {
  lines: [
    {
      name: 'White hanging heart T-light holder',
      quantity: 6,
      price: 2.55,
      imageUrl: 'https://pictures.example/heart.jpg',
      url: 'https://willow-and-wren.example/p/1',
    },
    { name: 'Cream "cupid hearts" coat hanger & hook', quantity: 1, price: 2.75, imageUrl: null, url: null },
    { name: '85123A', isNamed: false, quantity: 2, price: 0, imageUrl: null, url: null },
  ],
  value: 18.05,
  currency: 'GBP',
  url: 'https://links.example/c/token',
};

interface Given {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly look?: 'usual' | 'dressed';
  readonly basket?: RenderContext['cart'];
}

async function rendered(id: string, language: string, { data, look = 'usual', basket = cart }: Given = {}) {
  const source = set.sources.find((one) => one.id === id);
  const links = {
    unsubscribe: 'https://links.example/u/token',
    preferences: 'https://links.example/p/token',
    quiz: 'https://links.example/q/token',
  };
  const context = renderContext({
    cart: basket,
    data: data ?? source?.data ?? {},
    known: templateExamples(),
    profile: { firstName: 'Ada', locale: language, traits: {} },
    links: source?.class === 'transactional' ? links : { ...links, view: 'https://links.example/v/token' },
  });
  const email = await (look === 'usual' ? renderer : dressedRenderer).render(id, 1, context);
  if (email.kind !== 'email') throw new Error(email.kind === 'empty' ? email.problem : 'not an email');
  return email;
}

/** What an HTML checker says first: elements that are not closed in order, attributes twice, ids twice, links to nowhere. */
function faultsOf(html: string): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const body = html.replaceAll(/<!--[\s\S]*?-->|<!doctype[^>]*>|<style[\s\S]*?<\/style>/gi, '');
  for (const [tag, closing, name = '', attributes = ''] of body.matchAll(
    /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[^\s=>]+(?:=(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*\/?>/g,
  )) {
    const element = name.toLowerCase();
    if (closing === '/') {
      const last = open.pop();
      if (last !== element) faults.push(`</${element}> closes <${last ?? 'nothing'}>`);
      continue;
    }
    const names = [...attributes.matchAll(/([^\s=]+)(?:=(?:"[^"]*"|'[^']*'|[^\s]+))?/g)].map(([, one = '']) => one.toLowerCase());
    if (new Set(names).size !== names.length) faults.push(`an attribute twice: ${tag.slice(0, 80)}`);
    if (/\s(href|src)=(""|''|\s|>)/.test(tag)) faults.push(`an empty address: ${tag.slice(0, 80)}`);
    if (!voids.has(element) && !tag.endsWith('/>')) open.push(element);
  }
  return [...faults, ...open.map((element) => `<${element}> is not closed`)];
}

const voids = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

test.each(looks)('%s (%s): well-formed HTML, with a language and a title', async (id, language) => {
  const { html } = await rendered(id, language);
  expect(faultsOf(html)).toEqual([]);
  // A link stands apart from the word before it.
  expect(html.match(/\S*[\p{L}:,.!?]<a\s/gu)).toBeNull();
  expect(html).toMatch(/<html[^>]* lang="?(en|de)/);
  expect(html).toMatch(/<title>[^<]+<\/title>/);
  expect(html).not.toMatch(/\{\{|\{%|LQ\d|lq\d|#fa57/);
});

const browserPath = onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');

describe.skipIf(browserPath === null)('every mail that is shipped, in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  test.each(looks.flatMap(([id, language]) => (['light', 'dark'] as const).map((scheme) => [id, language, scheme] as const)))(
    '%s (%s, %s): axe finds nothing, and it fits a phone',
    async (id, language, scheme) => {
      const { html } = await rendered(id, language);
      await lookAt(html, scheme, `${id}-${language}`);
    },
  );

  test.each([
    ['newsletter', 'light'],
    ['newsletter', 'dark'],
    ['order-shipped', 'dark'],
    ['cart-reminder-1', 'dark'],
  ] as const)('%s in the colours and fonts that a shop chose (%s)', async (id, scheme) => {
    const { html } = await rendered(id, 'en', { look: 'dressed' });
    await lookAt(html, scheme, `${id}-dressed`);
  });

  test.each(Object.keys(hostile))('fits and reads with data that nobody foresaw: %s', async (name) => {
    for (const id of ['newsletter', 'letter', 'order-shipped'])
      await lookAt((await rendered(id, 'en', { data: hostile[name] ?? {} })).html, 'light', `${id}-${name}`);
  });

  test('fits and reads with a basket that nobody foresaw', async () => {
    for (const id of ['cart-reminder-1', 'cart-reminder-2', 'cart-reminder-3'])
      await lookAt((await rendered(id, 'de', { basket: hostileBasket })).html, 'light', `${id}-hostile`);
  });

  /** One page of the browser for each scheme: a context of its own for each look would cost more than the look. */
  const opened = new Map<'light' | 'dark', Promise<Page>>();

  async function pageFor(scheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: scheme });
    await page.route('**/*', (route) =>
      route.request().url().includes('//willow-and-wren.example/images/')
        ? route.fulfill({ contentType: 'image/svg+xml', body: pictureOf(route.request().url()) })
        : route.abort(),
    );
    return page;
  }

  /** At both widths; pictures of the shop come, others are missing. */
  async function lookAt(html: string, scheme: 'light' | 'dark', name: string): Promise<void> {
    if (!opened.has(scheme)) opened.set(scheme, pageFor(scheme));
    const page = (await opened.get(scheme)) as Page;
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.setContent(html);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      // A letter is no page: it has no landmarks.
      const violations = await violationsOf(page, ['region', 'landmark-one-main']);
      const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
      if (folder !== undefined) await page.screenshot({ path: `${folder}/mail-${name}-${scheme}-${width}.png`, fullPage: true });
      expect([name, width, violations, Math.max(0, overflow)]).toEqual([name, width, [], 0]);
    }
  }
});

/** A stand-in for a photograph: each address its own hue, the wide ones wide. */
function pictureOf(url: string): string {
  const hue = Array.from(url).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  const [width, height] = /logo/.test(url) ? [180, 48] : /\d/.test(url) ? [400, 400] : [1200, 560];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl(${hue} 35% 72%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 40% 42%)"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/></svg>`;
}

const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';
const said = {
  subject: 'A letter',
  headline: long,
  paragraphs: [long, 'Two <b>marks</b> & "quotes"'],
  order: { number: '1' },
  parcel: { carrier: long, trackingUrl: 'https://tracking.example/1' },
};
/** What calls and broadcasts give along beside what a template requires: each block is whole, or nothing. */
const hostile: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nothing: said,
  empty: {
    ...said,
    products: [],
    recommendations: [],
    coupon: {},
    review: {},
    hero: {},
    link: {},
    from: {},
    order: { number: '1', lines: [], address: [] },
  },
  nulls: { ...said, products: null, recommendations: null, coupon: null, review: null, hero: null, link: null, from: null },
  bare: {
    ...said,
    products: [
      {},
      { name: 'Cup', price: 3 },
      { url: 'https://willow-and-wren.example/1' },
      { image: 'https://willow-and-wren.example/images/1.jpg' },
    ],
    recommendations: [
      {},
      { name: 'Cup' },
      { image: 'https://willow-and-wren.example/images/1.jpg' },
      { url: 'https://willow-and-wren.example/2' },
    ],
    coupon: { code: 'X' },
    review: { words: 'Good' },
    hero: { image: 'https://willow-and-wren.example/images/evenings.jpg' },
    link: { url: 'https://willow-and-wren.example/' },
    from: { name: 'Rosie' },
    order: {
      number: '1',
      lines: [{}, { name: 'Cup' }, { quantity: 2 }, { price: 3 }, { image: 'https://willow-and-wren.example/images/1.jpg' }],
    },
  },
  wrong: {
    ...said,
    products: [{ name: 'Cup', url: 'javascript:alert(1)', image: 'data:image/png;base64,AAAA', price: 'much', currency: 'nope' }],
    recommendations: [{ name: 'Cup', url: 'ftp://files.example/', image: '//', price: -3, currency: 3 }],
    coupon: { code: 12345, words: null, until: 'soon' },
    review: { words: 5, by: null },
    hero: { image: 'hero.jpg"onload="alert(1)', words: '"><script>', url: 'about:blank' },
    link: { url: 'data:text/html,x', words: 'Open' },
    order: { number: 1, lines: [{ name: '<img src=x>', quantity: 'two', price: 'x', image: 'x y' }], address: [null, ''] },
    parcel: { carrier: 'x', trackingUrl: '/track', expected: '01/03/1990' },
  },
  long: {
    ...said,
    products: Array.from({ length: 40 }, () => ({
      name: long,
      url: 'https://willow-and-wren.example/1',
      image: 'https://pictures.example/missing.jpg',
      price: 123_456_789.5,
      currency: 'GBP',
    })),
    recommendations: Array.from({ length: 40 }, () => ({
      name: long,
      url: 'https://willow-and-wren.example/1',
      image: 'https://pictures.example/missing.jpg',
      price: 123_456_789.5,
      currency: 'GBP',
    })),
    coupon: { words: long, code: long, until: '2026-12-06' },
    review: { words: long.repeat(3), by: long },
    hero: { image: 'https://pictures.example/missing.jpg', words: long },
    link: { words: long, url: 'https://willow-and-wren.example/' },
    from: { name: long, role: long },
    order: { number: long, lines: [{ name: long, quantity: 1_000_000, price: 123_456.5 }], address: [long, long], currency: 'GBP' },
  },
  'right-to-left': {
    ...said,
    headline: 'ثلاث أمسيات هادئة',
    paragraphs: ['الأيام قصيرة. لقد جهزنا ما يجعل الغرفة دافئة.', 'הכול נעשה ביד.'],
    products: [{ name: 'كوب أزرق من الخزف', url: 'https://willow-and-wren.example/1', price: 12, currency: 'AED' }],
    review: { words: 'أجمل طرد فتحته هذا العام.', by: 'مها' },
    order: { number: '1', lines: [{ name: 'כוס כחולה', quantity: 2, price: 12 }], address: ['דיזנגוף 99', 'תל אביב'], currency: 'ILS' },
  },
};

const unknown = { quantity: 1, price: 1, imageUrl: null, url: null };
const hostileBasket = {
  ...cart,
  lines: [
    { ...unknown, name: long, price: 123_456_789.5, quantity: 1_000 },
    { ...unknown, name: 'كوب أزرق من الخزف' },
    { ...unknown, name: '👩‍👩‍👧 tea for three', imageUrl: 'https://pictures.example/missing.jpg' },
    { ...unknown, name: '', isNamed: false },
    { ...unknown, name: '<script>alert(1)</script>', url: 'javascript:alert(1)' },
  ],
};

test.each([
  ['pounds and euros', ['EUR', 'GBP'], ['€15.30', '£2.75']],
  ['euros in a shop of pounds', ['EUR', 'EUR'], ['€15.30', '€2.75', '€18.05']],
  ['yen and pounds', ['JPY', null], ['JP¥15', '£2.75']],
  ['none told', [null, null], ['£15.30', '£2.75', '£18.05']],
] as const)('a line shows its own currency, and two currencies no total: %s', async (_name, [first, second], shown) => {
  const [heart, hook] = cart.lines as [(typeof cart.lines)[0], (typeof cart.lines)[1]];
  const currency = first === second ? (first ?? 'GBP') : 'GBP';
  const basket = {
    ...cart,
    currency,
    value: first === second ? cart.value : null,
    lines: [
      { ...heart, currency: first },
      { ...hook, currency: second },
    ],
  };
  for (const id of ['cart-reminder-1', 'cart-reminder-2', 'cart-reminder-3']) {
    const { html, text } = await rendered(id, 'en', { basket });
    for (const part of [html.slice(html.indexOf('<h1')), text]) expect([id, amountsIn(part)]).toEqual([id, shown]);
  }
});

/** Amounts of money in a text, in order. */
function amountsIn(text: string): readonly string[] {
  return text.match(/(?:JP)?[£€¥][\d.,]*\d/g) ?? [];
}

test.each(Object.entries(hostile))('data that nobody foresaw leaves no hole and no name out: %s', async (_name, data) => {
  for (const id of ['newsletter', 'letter', 'order-shipped'])
    for (const language of ['en', 'de']) {
      const { html, text, subject } = await rendered(id, language, { data });
      expect([id, faultsOf(html)]).toEqual([id, []]);
      expect([id, holesOf(html)]).toEqual([id, []]);
      expect(`${subject}${text}`).not.toMatch(/undefined|null|NaN|\[object|[£€]\s?0[.,]00|“”|„“/);
      expect(html).not.toMatch(/<script|javascript:|undefined|NaN|\[object/);
    }
});

/** Links and pictures without a name, boxes with nothing in them. */
function holesOf(html: string): readonly string[] {
  const body = html.slice(html.indexOf('<body')).replaceAll(/<!--[\s\S]*?-->/g, '');
  const links = [...body.matchAll(/<a\s([^>]*)>([\s\S]*?)<\/a>/g)]
    .filter(
      ([, , inner = '']) => !/[\p{L}\p{N}]/u.test(inner.replaceAll(/<[^>]*>/g, '')) && !/(alt|aria-label)="[^"]*[\p{L}\p{N}]/u.test(inner),
    )
    .map(([whole]) => whole.slice(0, 200));
  const pictures = [...body.matchAll(/<img\s[^>]*>/g)]
    .filter(([tag]) => !/\salt[=\s>]/.test(tag) || !/\ssrc="https?:/.test(tag))
    .map(([tag]) => tag.slice(0, 200));
  const boxes = [
    ...body.matchAll(
      /(?:until|bis)\s*<|<strong>[^<]*<\/strong><br>\s*<\/div>|<(h1|h2|p|strong)\b[^>]*>\s*<\/\1>|<div style="padding: 2px 0 2px 18px[^>]*>\s*[“„]?\s*[”“]?\s*</g,
    ),
  ].map(([box]) => box.slice(0, 200));
  return [...links, ...pictures, ...boxes];
}

test.each(looks)('%s (%s): a text part to be read, and no more than Gmail shows', async (id, language) => {
  const { html, text, subject } = await rendered(id, language);
  expect(Buffer.byteLength(html)).toBeLessThan(100_000);
  expect(text.length).toBeGreaterThan(100);
  expect(text).not.toMatch(/<[a-z/]|&[a-z]+;|\n{3}|[ \t]+\n|\u200c|\u034f/);
  expect(text).toContain('Bath BA1 1AA');
  expect(subject.length).toBeLessThan(80);
  if (folder !== undefined) await writeFile(`${folder}/mail-${id}-${language}.txt`, `${subject}\n\n${text}`);
});

test('a line without a price shows none, and a product without a name is never called by its id', async () => {
  for (const [id, language] of looks.filter(([one]) => one.startsWith('cart-reminder'))) {
    const onlyUnknown = { ...cart, lines: cart.lines.slice(2), value: 0 };
    for (const context of [cart, onlyUnknown]) {
      const profile = { firstName: null, locale: language, traits: {} };
      const email = await renderer.render(id, 1, renderContext({ cart: context, profile }));
      if (email.kind !== 'email') throw new Error('not an email');
      const all = `${email.subject}\n${email.html}\n${email.text}`;
      expect(all).not.toMatch(/[£€]\s?0[.,]00|0[.,]00\s?[£€]/);
      expect(all).not.toContain('85123A');
    }
  }
});
