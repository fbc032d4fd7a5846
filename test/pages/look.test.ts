import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tendConsents } from '../../src/app/consent/double-opt-in.js';
import { publishDefinition } from '../../src/app/definitions/publish-definition.js';
import type { AppDeps } from '../../src/app/deps.js';
import { fields as fieldKind } from '../../src/definitions/field/kind.js';
import { quizzes } from '../../src/definitions/quiz/kind.js';
import { type LinkPurpose, signLink } from '../../src/domain/keys/link-token.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { parseShop } from '../../src/project/shop.js';
import { testApi } from '../support/api.js';
import { violationsOf } from '../support/axe.js';
import { onPath } from '../support/on-path.js';
import { reminded } from '../support/reminded.js';
import { shop } from '../support/shop.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take } from '../support/turns.js';

const browserPath = onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
const folder = process.env['SCREENSHOTS'];
/** A computer, a tablet, a small phone. */
const widths = [1280, 768, 360];

interface SeenPage {
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Colours and a logo that a shop chose. */
const dressed = {
  ...shop,
  look: {
    ...shop.look,
    logo: { url: 'https://cdn.willow-and-wren.example/logo.svg', width: 180 },
    light: { ...shop.look.light, ground: '#f6f1ee', accent: '#7a2e3a', onAccent: '#ffffff' },
    dark: { ...shop.look.dark, accent: '#e6a4ae', onAccent: '#10201a' },
    fonts: { headline: "'Trebuchet MS', sans-serif", body: 'Verdana, sans-serif' },
    social: [{ name: 'Instagram', url: 'https://instagram.example/shop' }],
  },
};
const logo = '<svg xmlns="http://www.w3.org/2000/svg" width="180" height="48"><rect width="180" height="48" rx="8" fill="#7a2e3a"/></svg>';

describe.skipIf(browserPath === null)('every page for customers, in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
    if (folder !== undefined) await mkdir(folder, { recursive: true });
  });
  afterAll(() => browser?.close());

  test.each([
    ['en', 'usual', shop],
    ['de', 'usual', shop],
    ['en', 'dressed', dressed],
  ] as const)(
    '%s, %s look: axe finds nothing, it fits, its policy lets it be, and dark is dark',
    async (language, look, worn) => {
      const pages = await allPages(language, worn);
      expect(pages.length).toBeGreaterThan(18);
      for (const page of pages) for (const scheme of ['light', 'dark'] as const) await lookAt(page, scheme, `${look}-${language}`);
    },
    300_000,
  );

  /** One page of the browser for each scheme: a context of its own for each look would cost more than the look. */
  const opened = new Map<'light' | 'dark', Promise<Page>>();
  let shown: SeenPage;
  let complaints: string[] = [];

  async function pageFor(scheme: 'light' | 'dark'): Promise<Page> {
    const page = await (await browser.newContext({ colorScheme: scheme })).newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of')) complaints.push(message.text());
    });
    await page.route('**/*', (route) => {
      const url = route.request().url();
      if (url === address) return route.fulfill({ status: shown.status, headers: shown.headers, body: shown.body });
      return url.endsWith('/logo.svg') ? route.fulfill({ contentType: 'image/svg+xml', body: logo }) : route.abort();
    });
    return page;
  }

  async function lookAt(seen: SeenPage, scheme: 'light' | 'dark', set: string): Promise<void> {
    shown = seen;
    complaints = [];
    if (!opened.has(scheme)) opened.set(scheme, pageFor(scheme));
    const page = (await opened.get(scheme)) as Page;
    const found: unknown[] = [];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      if (width === widths[0]) await page.goto(address);
      if (folder !== undefined || isSearched(seen.name, { set, scheme, width }))
        found.push(...(await violationsOf(page)).map((violation) => [width, violation]));
      const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
      if (overflow > 0) found.push([width, `${overflow} pixels too wide`]);
      if (folder !== undefined)
        await page.screenshot({ path: `${folder}/page-${seen.name}-${set}-${scheme}-${width}.png`, fullPage: true });
    }
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(seen.body).not.toContain('<script');
    expect([seen.name, found, complaints]).toEqual([seen.name, [], []]);
    expect(luminance(String(ground)) < 0.5).toBe(scheme === 'dark');
  }
});

const address = 'https://links.shop.example/page';

/**
 * Axe looks at the pages that people answer on at every width. Elsewhere a tablet has nothing that the two others lack. Dark colours are
 * the same at every width, and German changes words alone.
 */
function isSearched(
  page: string,
  { set, scheme, width }: { readonly set: string; readonly scheme: string; readonly width: number },
): boolean {
  if (set === 'usual-en' && scheme === 'light' && /^(quiz|preferences)/.test(page)) return true;
  return !set.endsWith('-de') && width === (scheme === 'light' ? 1280 : 360);
}

function luminance(rgb: string): number {
  const [red = 0, green = 0, blue = 0] = [...rgb.matchAll(/\d+/g)].map(([part]) => Number(part));
  return (red + green + blue) / 765;
}

/** Each page that a person may come to, as the server answers it. */
async function allPages(language: 'en' | 'de', worn: AppDeps['shop']): Promise<readonly SeenPage[]> {
  const opened = await openMemoryStore();
  const pages: SeenPage[] = [];
  try {
    for (const id of ['data-link', 'fresh-links', 'double-opt-in']) await publishHead(opened.store, { id, topic: 'consent' });
    const { deps, messageId, profileId } = await reminded(opened.store);
    const app = { ...deps, shop: { ...deps.shop, ...worn, texts: deps.shop.texts } };
    await take(deps, identify({ locale: language }, { occurredAt: noon + hour, receivedAt: noon + hour }));
    const { server } = await testApi(app);
    const link = (purpose: LinkPurpose, id = messageId) => signLink(deps.secret, { purpose, id });
    const see = async (name: string, url: string, fields?: Readonly<Record<string, string>>) => {
      const page = await ask(server, language, url, fields);
      pages.push({ name, ...page });
      return page;
    };

    const [u, p] = [`/u/${link('unsubscribe')}`, `/p/${link('preferences')}`];
    await see('preferences', p);
    await see('preferences-saved', p, { save: 'choice', 'email.marketing': 'on', 'sms.marketing': 'on', frequency: 'weekly' });
    await see('preferences-wrong-birthday', p, { save: 'choice', birthday_month: '2', birthday_day: '31' });
    await see('preferences-from-elsewhere', p, { save: 'choice', elsewhere: '1' });
    await see('data-asked', `${p}/data`, {});
    await see('unsubscribe', u);
    await see('unsubscribe-not-confirmed', u, { lang: language });
    await see('unsubscribed', u, { 'List-Unsubscribe': 'One-Click', lang: language });
    await see('why-thanks', u, { why: 'too-many', lang: language });
    await see('incomplete', '/u/cut');
    await see('ask-for-links', '/u?ask');
    await see('ask-wrong-address', '/u', { email: 'nobody', lang: language });
    await see('ask-done', '/u', { email: 'nobody@example.test', lang: language });
    await see('gone', '/l/none');

    const fields = readFileSync('fields.yaml', 'utf8');
    const quiz = readFileSync('quizzes/gift-finder.quiz.yaml', 'utf8')
      .replace('{ id: partner, ', '{ id: partner, picture: https://cdn.willow-and-wren.example/logo.svg, ')
      .replace('    tags: [home]\n', '    picture: https://cdn.willow-and-wren.example/logo.svg\n    tags: [home]\n');
    await publishDefinition(app, fieldKind, { source: fields });
    expect(await publishDefinition(app, quizzes, { source: quiz })).toMatchObject({ kind: 'published' });
    const q = `/q/${link('quiz')}/gift-finder`;
    await see('quiz-intro', q);
    await see('quiz-question', `${q}?at=who`);
    await see('quiz-followed', `${q}/who/partner`);
    await see('quiz-several', `${q}?at=occasions`);
    await see('quiz-special', `${q}?at=allergies`);
    await see('quiz-nothing-chosen', q, { move: 'next', question: 'style' });
    await ask(server, language, q, { move: 'next', question: 'who', answer: 'self' }, true);
    await see('quiz-second', `${q}?at=style`);
    await ask(server, language, q, { move: 'next', question: 'style', answer: 'classic' }, true);
    await ask(server, language, q, { move: 'next', question: 'allergies', 'a.fragrance': 'on', agree: 'on' }, true);
    await see('quiz-result', q);
    await see('quiz-consent-given', q, { move: 'consent', consent: 'on' });
    await see('quiz-closed', q.replace('gift-finder', 'none'));

    const asked = await opened.store.db
      .selectFrom('entries')
      .select('data')
      .where('journey_id', 'like', 'message.data-link%')
      .executeTakeFirstOrThrow();
    const x = new URL((asked.data['trigger'] as { readonly url: string }).url).pathname;
    await see('your-data', x);
    await see('erase', `${x}/erase`);
    const d = await signUp();
    await see('confirm', d);
    await see('confirmed', d, { confirm: 'yes' });
    await see('confirm-unknown', '/d/none');
    await see('former-address', await former());
    const v = `/v/${link('view')}`;
    deps.clock.pass(91 * day);
    await see('view-no-longer', v);
    await see('your-data-late', x);
    await server.close();
    expect(profileId).not.toBe('');
    return pages;

    /** Somebody else, who signs up. */
    async function signUp(): Promise<string> {
      const eve = { userId: 'eve', occurredAt: noon + hour, receivedAt: noon + hour };
      await take(
        app,
        identify({ email: 'eve@example.test', locale: language }, eve),
        track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'footer', double_opt_in: true }, eve),
      );
      await tendConsents(app);
      const { data } = await opened.store.db
        .selectFrom('entries')
        .select('data')
        .where('journey_id', 'like', 'message.double-opt-in%')
        .executeTakeFirstOrThrow();
      return new URL((data['trigger'] as { readonly confirmUrl: string }).confirmUrl).pathname;
    }

    /** Ada has another address by now. */
    async function former(): Promise<string> {
      await take(app, identify({ email: 'ada@elsewhere.test' }, { occurredAt: noon + hour, receivedAt: noon + hour }));
      return p;
    }
  } finally {
    await opened.dispose();
  }
}

async function ask(server: FastifyInstance, language: string, url: string, fields?: Readonly<Record<string, string>>, leadsOn = false) {
  const headers = {
    'accept-language': language,
    ...(fields?.['elsewhere'] === undefined ? {} : { 'sec-fetch-site': 'cross-site' }),
    ...(fields === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const response = await server.inject({
    url,
    headers,
    method: fields === undefined ? 'GET' : 'POST',
    ...(fields === undefined ? {} : { payload: new URLSearchParams(fields).toString() }),
  });
  if (leadsOn) expect(response.statusCode).toBe(303);
  else expect(response.body).toContain(`<html lang="${language}">`);
  const shown = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return { status: response.statusCode, headers: shown, body: response.body };
}

test('a look without its contrast is refused before any page wears it', () => {
  expect(parseShop('look: { colours: { accent: "#ffee00" } }').kind).toBe('invalid');
});
