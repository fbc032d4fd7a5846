import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppDeps } from '../../src/app/deps.js';
import { eraseProfile } from '../../src/app/people/erase-profile.js';
import { signLink } from '../../src/domain/keys/link-token.js';
import type { RenderContext } from '../../src/domain/messages/rendering.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { abandonedCart, turn } from '../support/reminded.js';
import { identify, noon } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { cartJourney, take } from '../support/turns.js';

/** A mail page is passed on as a picture is: whoever has its address sees the mail, and can do nothing. */
describe('the link to a mail in the browser', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  /** Ada, who lets her clicks be counted, has been reminded of her cart. */
  async function ready(mail: (context: RenderContext) => string = reminder, messageClass: 'marketing' | 'transactional' = 'marketing') {
    const deps = await abandonedCart(opened.store, cartJourney({ class: messageClass }));
    await take(deps, identify({ tracking_allowed: true }, { occurredAt: noon, receivedAt: noon }));
    const seen: RenderContext[] = [];
    const renderer: AppDeps['renderer'] = {
      render: async (_template, _version, context) => {
        seen.push(context);
        const html = mail(context);
        return {
          kind: 'email',
          subject: 'A mail',
          html,
          text: 'A mail',
          locale: 'en',
          contentHash: 'hash',
          templateVersion: 1,
          atMostOnce: false,
        };
      },
    };
    const { id: entryId } = await opened.store.db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const app = { ...deps, renderer };
    await turn(app, entryId);
    const { id: messageId, profile_id: profileId } = await opened.store.db
      .selectFrom('messages')
      .select(['id', 'profile_id'])
      .executeTakeFirstOrThrow();
    const { server } = await testApi(app);
    const path = `/v/${signLink(deps.secret, { purpose: 'view', id: messageId })}`;
    return {
      deps: app,
      clock: deps.clock,
      server,
      path,
      messageId,
      profileId,
      sent: deps.providers.email.submitted[0],
      links: seen[0]?.links,
    };
  }

  type Ready = Awaited<ReturnType<typeof ready>>;

  test('is in the mail, and shows that very mail, whatever has changed since', async () => {
    const { server, path, links, deps } = await ready();
    expect(links?.view).toBe(`https://shop.example${path}`);
    await take(deps, identify({ firstName: 'Grace' }, { occurredAt: noon + hour, receivedAt: noon + hour }));
    const { statusCode, body, headers } = await server.inject(path);
    expect(statusCode).toBe(200);
    expect(body).toContain('Hello Ada');
    expect(headers['content-type']).toContain('text/html');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-robots-tag']).toBe('noindex');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('shows a copy that tells nothing and acts for nobody', async () => {
    const { server, path, sent } = await ready();
    // The mail itself does both.
    expect(sent?.html).toMatch(/\/l\/1\..*\/l\/0\..*\/o\/o\./s);
    const { body } = await server.inject(path);
    expect(body).not.toMatch(/\/(?:l|o|c|p|v|d|x)\/[\w.-]{10}|\/u\/|aria-hidden|<script|<form/);
    expect([...body.matchAll(/href="([^"]*)">([^<]*)/g)].map(([, address, words]) => [words, address])).toEqual([
      ['Mug', 'https://willow-and-wren.example/mug?a=1&amp;b=2'],
      ['Your basket', 'https://willow-and-wren.example/'],
      ['Elsewhere', 'https://elsewhere.example/l/somewhere'],
      ['Unsubscribe', 'https://shop.example/u?ask'],
      ['Choose', 'https://shop.example/u?ask'],
    ]);
    expect(body).toContain('<img src="https://willow-and-wren.example/mug.jpg"');
  });

  test('lets nothing of the page run, be sent, be framed, or come from elsewhere but the shop', async () => {
    const { server, path } = await ready();
    const policy = String((await server.inject(path)).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain('img-src willow-and-wren.example www.willow-and-wren.example cdn.willow-and-wren.example;');
    expect(policy).toMatch(/form-action 'none'.*frame-ancestors 'none'.*base-uri 'none'.*sandbox(?!.*allow-scripts)/);
    expect(policy).not.toContain('script-src');
  });

  test('counts nothing: neither an open nor a click', async () => {
    const { server, path } = await ready();
    for (const method of ['HEAD', 'GET'] as const)
      await server.inject({ method, url: path, headers: { 'user-agent': 'Mozilla/5.0 (X11)' } });
    expect(await opened.store.db.selectFrom('interactions').selectAll().execute()).toEqual([]);
  });

  test.each([
    ['after 90 days', ({ clock }) => clock.pass(91 * day)],
    ['when the person was erased', ({ deps, profileId }) => eraseProfile(deps, profileId)],
    [
      'when what it said is no longer kept',
      ({ messageId }) => opened.store.db.updateTable('messages').set({ content: null }).where('id', '=', messageId).execute(),
    ],
  ] as readonly (readonly [string, (all: Ready) => unknown])[])(
    'says honestly, and the same, that it shows no more: %s',
    async (_when, passes) => {
      const all = await ready();
      await passes(all);
      const { statusCode, body } = await all.server.inject({ url: all.path, headers: { 'accept-language': 'de' } });
      expect([statusCode, body.includes('lässt sich nicht mehr anzeigen')]).toEqual([410, true]);
      expect(body).not.toMatch(/Ada|Mug/);
    },
  );

  test.each([
    ['cut short', (path: string) => path.slice(0, -3)],
    ['forged', (path: string) => `${path.slice(0, -4)}xxxx`],
    ['of another message', () => '/v/1vabcd.no-such-message.AAAAAAAAAAAAAAAAAAAAAA'],
    ['without a token', () => '/v'],
  ])('shows nothing where it is %s', async (_name, change) => {
    const { server, path } = await ready();
    const { statusCode, body } = await server.inject(change(path));
    expect(statusCode).toBe(404);
    expect(body).not.toMatch(/Ada|Mug/);
  });

  test('shows nothing of a message that never left, and of no text', async () => {
    const { deps, server, messageId, path } = await ready();
    await opened.store.db.updateTable('messages').set({ submitted_at: null }).where('id', '=', messageId).execute();
    expect((await server.inject(path)).statusCode).toBe(404);
    await opened.store.db.updateTable('messages').set({ submitted_at: noon, channel: 'sms' }).where('id', '=', messageId).execute();
    expect((await server.inject(path)).statusCode).toBe(404);
    expect((await server.inject(`/v/${signLink(deps.secret, { purpose: 'preferences', id: messageId })}`)).statusCode).toBe(404);
  });

  test('is not in a transactional mail, which may hold a way in', async () => {
    const { links } = await ready(reminder, 'transactional');
    expect(links?.unsubscribe).toBeDefined();
    expect(links).not.toHaveProperty('view');
  });

  test('leads to a form for an address, which says nothing of what was cut', async () => {
    const { server } = await ready();
    const { statusCode, body } = await server.inject('/u?ask');
    expect([statusCode, body.includes('incomplete'), body.includes('name="email"')]).toEqual([200, false, true]);
    expect((await server.inject('/u')).statusCode).toBe(404);
  });

  test.each([
    ['links that only Outlook reads', ({ links }) => `<!--[if mso]><v:roundrect href="${links.preferences}">x</v:roundrect><![endif]-->`],
    ['links without quotes', ({ links }) => `<a href=${links.preferences}>x</a><a href='${links.unsubscribe}'>y</a>`],
    ['links in words', ({ links }) => `<p>Choose: ${links.preferences}.</p>`],
    [
      'links of another host, from before a move',
      ({ links }) => `<a href="${links.preferences.replace('shop.example', 'old.example')}">x</a>`,
    ],
    [
      'links in pictures and styles',
      ({ links }) => `<img src="${links.preferences}"><td background="${links.unsubscribe}" style="background:url('${links.view ?? ''}')">`,
    ],
    ['forms', ({ links }) => `<form action="${links.preferences}" method="post"><button name="save" value="nothing">x</button></form>`],
  ] as readonly (readonly [string, (context: RenderContext) => string])[])('acts for nobody either by %s', async (_kind, mail) => {
    const { server, path } = await ready(mail);
    const { statusCode, body } = await server.inject(path);
    expect(statusCode).toBe(200);
    expect(body).not.toMatch(/\/[upv]\/[\w.-]{10}|<form/);
  });
});

function reminder({ profile, cart, links }: RenderContext): string {
  return `<html><body><p>Hello ${profile.firstName}</p><img src="https://willow-and-wren.example/mug.jpg" alt="Mug">
    <a href="https://willow-and-wren.example/mug?a=1&amp;b=2">Mug</a><a href="${cart?.url}">Your basket</a>
    <a href="https://elsewhere.example/l/somewhere">Elsewhere</a>
    <a href="${links.unsubscribe}">Unsubscribe</a><a href="${links.preferences}">Choose</a><a href="${links.view}">View in the browser</a><br />
    <!--[if mso]><a href="${links.unsubscribe}">Unsubscribe</a><![endif]--></body></html>`;
}
