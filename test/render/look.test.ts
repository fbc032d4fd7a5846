import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTemplates } from '../../src/render/load.js';
import { compileTemplate } from '../../src/render/compile.js';
import { withMjml } from '../../src/render/mjml.js';
import { createRenderer } from '../../src/render/renderer.js';
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
const renderer = createRenderer({
  loadVersion: async (id) => {
    const found = compiled.get(id);
    return found === undefined ? null : { version: 1, compiled: found };
  },
  shop,
});
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

async function rendered(id: string, language: string) {
  const source = set.sources.find((one) => one.id === id);
  const context = renderContext({
    cart,
    data: source?.data ?? {},
    profile: { firstName: 'Ada', locale: language, traits: {} },
    links: {
      unsubscribe: 'https://links.example/u/token',
      preferences: 'https://links.example/p/token',
      view: 'https://links.example/v/token',
    },
  });
  const email = await renderer.render(id, 1, context);
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
      for (const width of [1280, 360]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
        await page.route('**/*', (route) => route.abort());
        await page.setContent(html);
        // A letter is no page: it has no landmarks.
        const violations = await violationsOf(page, ['region', 'landmark-one-main']);
        const folder = process.env['SCREENSHOTS'];
        if (folder !== undefined)
          await page.screenshot({ path: `${folder}/mail-${id}-${language}-${scheme}-${width}.png`, fullPage: true });
        const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
        await page.close();
        expect([width, violations, Math.max(0, overflow)]).toEqual([width, [], 0]);
      }
    },
  );
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
