import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AppDeps } from '../../src/app/deps.js';
import { showEngagement } from '../../src/app/people/show-engagement.js';
import { type LinkPurpose, signLink } from '../../src/domain/keys/link-token.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { readTrace } from '../../src/store/entries-read.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { testApi } from '../support/api.js';
import { mayReceive } from '../support/consents.js';
import { reminded } from '../support/reminded.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { take } from '../support/turns.js';

interface VectorRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly content_type?: string;
  readonly body?: string;
  readonly token?: string;
  readonly effect: string;
  readonly status: number;
}
const vectors = (JSON.parse(readFileSync('test/vectors/unsubscribe.json', 'utf8')) as { readonly requests: readonly VectorRequest[] })
  .requests;
const oneClick = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  payload: 'List-Unsubscribe=One-Click',
} as const;

describe('pages', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function ready() {
    const sent = await reminded(opened.store);
    const { server } = await testApi(sent.deps);
    const link = (purpose: LinkPurpose) => signLink(sent.deps.secret, { purpose, id: sent.messageId });
    const marketing = async () => mayReceive(await readConsents(opened.store.db, sent.profileId), 'email', 'marketing');
    return { ...sent, server, link, marketing };
  }

  test('answer people with a page in their language, also where a link was cut or a form is too large', async () => {
    const { server, link } = await ready();
    const german = { 'accept-language': 'de' };
    for (const [request, status, words] of [
      [{ url: '/u/%E0%A4%A' }, 400, 'Dieser Link ist unvollständig'],
      [{ url: `/p/${'a'.repeat(300)}` }, 414, 'Dieser Link ist unvollständig'],
      [{ ...oneClick, url: `/p/${link('preferences')}`, payload: `save=choice&x=${'x'.repeat(65 * 1024)}` }, 413, 'zu lang'],
    ] as const) {
      const response = await server.inject({ ...request, headers: { ...('headers' in request ? request.headers : {}), ...german } });
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toContain('text/html');
      expect(response.body).toContain(words);
      expect(response.body).toContain('lang="de"');
    }
  });

  describe('unsubscribe', () => {
    test('asks why once it is done: who got too much gets less of what is left, and the story tells it once', async () => {
      const { server, link, profileId, entryId, deps, marketing } = await ready();
      const url = `/u/${link('unsubscribe')}`;
      const say = (payload: string, at: string = url) => server.inject({ ...oneClick, url: at, payload });
      const fatigue = async () => (await showEngagement(deps, profileId))?.fatigue.map(({ cause }) => cause);
      const told = async () => (await readTrace(opened.store.db, entryId)).filter(({ text }) => text.includes('said why')).length;

      expect((await say('List-Unsubscribe=One-Click&lang=en')).body).toContain('Would you tell us why?');
      await say('why=too-many', `/u/${link('cart')}`);
      await say('why=rubbish');
      expect([await fatigue(), await told()]).toEqual([[], 0]);

      expect((await say('why=too-many&lang=en')).body).toContain('You stay unsubscribed');
      await say('why=other');
      expect([await fatigue(), await told(), await marketing()]).toEqual([['too-many', 'too-many'], 1, false]);
    });

    test.each(vectors)('$method $content_type $token: $effect', async ({ method, content_type, body, token, effect, status }) => {
      const { server, link, marketing } = await ready();
      const mine = link('unsubscribe');
      const url = `/u/${token === 'forged' ? `${mine.slice(0, -2)}xx` : mine}`;
      const send = () =>
        server.inject({
          method,
          url,
          ...(body === undefined
            ? {}
            : { payload: body, headers: { 'content-type': content_type ?? 'application/x-www-form-urlencoded' } }),
        });
      if (token === 'repeat') await send();

      const response = await send();
      expect(response.statusCode).toBe(status);
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(await marketing()).toBe(!/unsubscribe|idempotent/.test(effect));
    });

    test('does nothing for a link of another purpose', async () => {
      const { server, link, marketing } = await ready();
      for (const purpose of ['preferences', 'cart'] as const) await server.inject({ ...oneClick, url: `/u/${link(purpose)}` });
      expect(await marketing()).toBe(true);
    });

    test('speaks the person’s language, with a form, no script, and nothing from elsewhere', async () => {
      const { server, link, deps } = await ready();
      await take(deps, identify({ locale: 'de-AT' }));
      const { body, headers } = await server.inject(`/u/${link('unsubscribe')}`);
      expect(body).toContain('<html lang="de">');
      expect(body).toContain('Möchten Sie keine Werbe-E‑Mails von Willow &amp; Wren mehr erhalten?');
      expect(body).toContain('<form method="post">');
      expect(body).not.toMatch(/<script|src=|<link/);
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*form-action 'self'/);
      expect(headers['cache-control']).toBe('no-store');
    });

    test('takes effect before it answers', async () => {
      const { deps, messageId, profileId } = await reminded(opened.store);
      let committed = false;
      const slow: AppDeps = {
        ...deps,
        store: {
          ...deps.store,
          transaction: async (work) => {
            const result = await deps.store.transaction(work);
            await new Promise((resolve) => setTimeout(resolve, 30));
            committed = true;
            return result;
          },
        },
      };
      const { server } = await testApi(slow);
      await server.inject({ ...oneClick, url: `/u/${signLink(deps.secret, { purpose: 'unsubscribe', id: messageId })}` });
      expect(committed).toBe(true);
      expect(mayReceive(await readConsents(opened.store.db, profileId), 'email', 'marketing')).toBe(false);
    });
  });

  describe('preferences', () => {
    test('show what holds, and save what is chosen as acts of consent', async () => {
      const { server, link, profileId } = await ready();
      const url = `/p/${link('preferences')}`;
      const shown = await server.inject(url);
      expect(shown.body).toContain('name="email.marketing" checked');
      expect(shown.body).toContain('name="sms.marketing">');
      expect(shown.body).not.toContain('@example.test');

      const saved = await server.inject({ method: 'POST', url, headers: oneClick.headers, payload: 'email.cart_reminder=on&save=choice' });
      expect(saved.statusCode).toBe(200);
      expect(saved.body).toContain('Your choice is saved.');
      const acts = await readConsents(opened.store.db, profileId);
      expect([
        mayReceive(acts, 'email', 'marketing'),
        mayReceive(acts, 'email', 'cart_reminder'),
        mayReceive(acts, 'sms', 'cart_reminder'),
      ]).toEqual([false, true, false]);
    });

    test('end all marketing at one button, and change nothing without one', async () => {
      const { server, link, profileId, marketing } = await ready();
      const url = `/p/${link('preferences')}`;
      expect((await server.inject({ method: 'POST', url, headers: oneClick.headers, payload: '' })).statusCode).toBe(400);
      expect(await marketing()).toBe(true);

      await server.inject({ method: 'POST', url, headers: oneClick.headers, payload: 'email.marketing=on&save=nothing' });
      const acts = await readConsents(opened.store.db, profileId);
      expect([mayReceive(acts, 'email', 'marketing'), mayReceive(acts, 'sms', 'cart_reminder')]).toEqual([false, false]);
    });

    test('show a name only by a link that is not old', async () => {
      const { server, link, deps } = await ready();
      const url = `/p/${link('preferences')}`;
      expect((await server.inject(url)).body).toContain('Ada');
      deps.clock.pass(31 * day);
      expect((await server.inject(url)).body).not.toContain('Ada');
    });

    test('say kindly why a link to a former address only turns off', async () => {
      const { server, link, deps, marketing } = await ready();
      const url = `/p/${link('preferences')}`;
      await take(deps, identify({ email: 'ada@elsewhere.test' }, { occurredAt: noon + hour, receivedAt: noon + hour }));
      const { body } = await server.inject(url);
      expect(body).toContain('an address that is not the one we have now');
      expect(body).toContain('name="email.marketing" checked');
      expect(body).not.toMatch(/Ada|name="(sms|first_name|language|frequency)|\/data"/);
      for (const path of ['data', 'export', 'erase']) {
        const closed = await server.inject({ method: 'POST', url: `${url}/${path}`, headers: oneClick.headers, payload: 'confirm=erase' });
        expect([closed.statusCode, closed.body.includes('not the one we have now')]).toEqual([403, true]);
      }
      expect((await server.inject({ method: 'POST', url, headers: oneClick.headers, payload: 'save=nothing' })).statusCode).toBe(200);
      expect(await marketing()).toBe(false);
    });

    test('take a name, a birthday and a language, answer in that language, and say kindly what no day is', async () => {
      const { server, link } = await ready();
      const url = `/p/${link('preferences')}`;
      const send = (payload: string) => server.inject({ method: 'POST', url, headers: oneClick.headers, payload });
      const wrong = await send('save=choice&first_name=Ida&birthday_month=2&birthday_day=30');
      expect([wrong.statusCode, wrong.body.includes('in no calendar'), wrong.body.includes('value="Ida"')]).toEqual([400, true, true]);

      const saved = await send(
        'save=choice&first_name=<b>&birthday_month=2&birthday_day=29&language=de&frequency=monthly&email.marketing=on',
      );
      expect(saved.body).toContain('Ihre Auswahl ist gespeichert.');
      expect(saved.body).toContain('value="&lt;b&gt;"');
      expect(saved.body).toMatch(/value="monthly" checked/);
      const { traits } = await opened.store.db.selectFrom('profiles').select('traits').executeTakeFirstOrThrow();
      expect(traits).toMatchObject({
        firstName: '<b>',
        birthday: '02-29',
        locale: 'de',
        message_frequency: { level: 'monthly', until: null },
      });
    });

    test('of a forged link are not there', async () => {
      const { server, link } = await ready();
      expect((await server.inject(`/p/${link('unsubscribe')}`)).statusCode).toBe(404);
    });
  });

  describe('a link of one purpose', () => {
    const opens: Readonly<Record<LinkPurpose, readonly string[]>> = {
      unsubscribe: ['/u/$'],
      preferences: ['/p/$', '/p/$/data', '/p/$/export', '/p/$/erase'],
      cart: ['/c/$'],
      confirm: ['/d/$'],
      data: ['/x/$', '/x/$/export', '/x/$/erase'],
      view: ['/v/$'],
      quiz: ['/q/$/gift-finder', '/q/$/gift-finder/who/self'],
    };
    const doors = [...Object.values(opens).flat(), '/l/$', '/o/$'];
    const cases = (Object.keys(opens) as LinkPurpose[]).flatMap((purpose) =>
      doors.filter((door) => !opens[purpose].includes(door)).map((door) => ({ purpose, door })),
    );

    test.each(cases)('$purpose opens nothing of another at $door', async ({ purpose, door }) => {
      const { server, link, profileId, marketing } = await ready();
      const url = door.replace('$', link(purpose));
      const shown = await server.inject(url);
      expect(shown.body).not.toMatch(/href="\/p\/|Ada|@example\.test|Mug/);
      expect(shown.headers.location ?? 'https://willow-and-wren.example/').toBe('https://willow-and-wren.example/');

      const payload = 'List-Unsubscribe=One-Click&save=nothing&confirm=erase';
      const posted = await server.inject({ method: 'POST', url, headers: oneClick.headers, payload });
      expect(posted.body).not.toMatch(/href="\/p\/|Ada|@example\.test/);
      expect(await marketing()).toBe(true);
      const { erased_at } = await opened.store.db
        .selectFrom('profiles')
        .select('erased_at')
        .where('id', '=', profileId)
        .executeTakeFirstOrThrow();
      expect(erased_at).toBeNull();
    });
  });

  describe('a cart link', () => {
    test('leads to the shop’s page with the cart’s present token', async () => {
      const { server, link, deps } = await ready();
      const at = { occurredAt: noon + hour, receivedAt: noon + hour };
      await take(
        deps,
        track('Cart Viewed', { cart_id: 'c1', checkout_token: 'tok/2', products: [{ product_id: 'p1', name: 'Mug', price: 30 }] }, at),
      );
      const cart = await opened.store.db.selectFrom('carts').select('token').executeTakeFirstOrThrow();

      const response = await server.inject(`/c/${link('cart')}`);
      expect([response.statusCode, response.headers.location]).toEqual([
        302,
        `https://willow-and-wren.example/cart/${encodeURIComponent(cart.token)}`,
      ]);
    });

    test('leads nowhere but to the shop, whatever the link says', async () => {
      const { server } = await ready();
      for (const token of ['https:%2F%2Fevil.example', '1caaaa.x.AAAAAAAAAAAAAAAAAAAAAA']) {
        const response = await server.inject(`/c/${token}`);
        expect([response.statusCode, response.headers.location]).toEqual([302, 'https://willow-and-wren.example/']);
      }
    });
  });
});
