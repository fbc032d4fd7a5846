import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signLink } from '../../src/domain/keys/link-token.js';
import type { Secrets } from '../../src/domain/keys/secrets.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { testApi } from '../support/api.js';
import { postForm } from '../support/ask-page.js';
import { mayReceive } from '../support/consents.js';
import { reminded, turn } from '../support/reminded.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take } from '../support/turns.js';

const oneClick = { 'List-Unsubscribe': 'One-Click' };

/** Issue 10, B 8: mailbox providers keep the link of the header, and people pass their mail on. */
describe('the unsubscribe link', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    await publishHead(opened.store, { id: 'fresh-links', class: 'transactional', topic: 'consent' });
  });

  async function ready() {
    const sent = await reminded(opened.store);
    const { server } = await testApi(sent.deps);
    const token = signLink(sent.deps.secret, { purpose: 'unsubscribe', id: sent.messageId });
    const may = async (channel: 'email' | 'sms', topic: string, userId = 'ada') => {
      const { profile_id } = await opened.store.db
        .selectFrom('identities')
        .select('profile_id')
        .where('value', '=', userId)
        .executeTakeFirstOrThrow();
      return mayReceive(await readConsents(opened.store.db, profile_id), channel, topic, sent.deps.clock.now());
    };
    /** Sends what was asked for, and says which links went out. */
    const mails = async () => {
      const asked = await opened.store.db
        .selectFrom('entries')
        .select(['id', 'data'])
        .where('journey_id', 'like', 'message.fresh-links%')
        .execute();
      for (const { id } of asked) await turn(sent.deps, id);
      return asked.map(({ data }) => data['trigger'] as { readonly unsubscribeUrl: string; readonly preferencesUrl: string });
    };
    return { ...sent, server, token, may, mails };
  }

  test('and its pages lead to nothing but refusing', async () => {
    const { server, token, may } = await ready();
    const pages = [await server.inject(`/u/${token}`), await postForm(server, `/u/${token}`, { ...oneClick, lang: 'en' })];
    for (const { body } of pages) expect(body).not.toMatch(/href="\/|\/p\/|\/x\/|Ada|example\.test/);
    for (const path of [`/p/${token}`, `/x/${token}`, `/x/${token}/erase`, `/d/${token}`])
      expect((await server.inject(path)).statusCode).toBe(404);
    expect([await may('email', 'marketing'), await may('sms', 'cart_reminder')]).toEqual([false, true]);
  });

  test('works by one click from anywhere, as RFC 8058 has it', async () => {
    const { server, token, may } = await ready();
    const headers = { origin: 'https://mail.example', 'sec-fetch-site': 'cross-site' };
    expect((await postForm(server, `/u/${token}`, oneClick, headers)).statusCode).toBe(200);
    expect(await may('email', 'marketing')).toBe(false);
  });

  test('speaks for the address that it came to, and not for a number that its profile shares with a stranger', async () => {
    const { server, deps, may, messageId } = await ready();
    const stranger = { userId: 'stranger' };
    await take(
      deps,
      identify({ phone: '+447700900123' }, stranger),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, stranger),
    );
    const preferences = `/p/${signLink(deps.secret, { purpose: 'preferences', id: messageId })}`;
    await postForm(server, preferences, { save: 'nothing' });
    expect([await may('sms', 'cart_reminder'), await may('sms', 'cart_reminder', 'stranger')]).toEqual([false, true]);
    const rows = await opened.store.db.selectFrom('suppressions').select(['channel', 'reason']).execute();
    expect(rows).toEqual([{ channel: 'email', reason: 'unsubscribed' }]);
  });

  test.each([
    '.',
    ',',
    '>',
    '%20',
    '%22',
    '%E2%80%9D',
    ')',
    '%3E%2C',
    '/',
    '%0D%0A',
    '&amp;lang=de',
    '%E2%80%8B',
    '%3C%2Fa%3E',
    '.%20Thanks',
  ])('works with “%s” behind it', async (junk) => {
    const { server, token, may } = await ready();
    expect((await postForm(server, `/u/${token}${junk}`, oneClick)).statusCode).toBe(200);
    expect(await may('email', 'marketing')).toBe(false);
  });

  test.each([
    ['cut short', (token: string) => token.slice(0, -3)],
    ['cut before its signature', (token: string) => token.split('.').slice(0, 2).join('.')],
    ['empty', () => ''],
    ['in small letters', (token: string) => token.toLowerCase()],
    ['one of another shop', (token: string) => `${token.slice(0, -6)}xxxxxx`],
    ['one that no path can be', () => '%E0%A4%A'],
    ['one of a cart', (_token: string, secret: Secrets, id: string) => signLink(secret, { purpose: 'cart', id })],
    ['one of a message that is not there', (_token: string, secret: Secrets) => signLink(secret, { purpose: 'unsubscribe', id: 'gone' })],
  ] as const)('that is %s says that nothing has changed, and offers the way by address', async (_what, change) => {
    const { server, token, may, deps, messageId, mails } = await ready();
    const url = `/u/${change(token, deps.secret, messageId)}`;
    for (const page of [await server.inject(url), await postForm(server, url, { ...oneClick, lang: 'en' })]) {
      if (page.statusCode === 200) continue;
      expect([400, 404]).toContain(page.statusCode);
      expect(page.body).toContain('This link is incomplete');
      expect(page.body).toContain('action="/u"');
    }
    expect((await postForm(server, url, { ...oneClick, lang: 'en' })).body).not.toContain('You are unsubscribed');
    expect(await may('email', 'marketing')).toBe(true);

    expect((await postForm(server, '/u', { email: ' ADA@example.test ' })).statusCode).toBe(200);
    const [mail] = await mails();
    await postForm(server, new URL(mail?.unsubscribeUrl ?? '').pathname, oneClick);
    expect(await may('email', 'marketing')).toBe(false);
  });

  test('by address answers alike whoever is asked about, in as long a time, and mails once an hour', async () => {
    const { server, deps, mails } = await ready();
    const ask = async (email: string) => {
      const startedAt = performance.now();
      const { statusCode, body } = await postForm(server, '/u', { email });
      return { statusCode, body, tookMs: performance.now() - startedAt };
    };
    const known = await ask('ada@example.test');
    const unknown = await ask('nobody@example.test');
    expect([unknown.statusCode, unknown.body]).toEqual([known.statusCode, known.body]);
    expect(Math.min(known.tookMs, unknown.tookMs)).toBeGreaterThan(380);
    await ask('ada@example.test');
    expect(await mails()).toHaveLength(1);
    deps.clock.pass(3_600_000);
    await ask('Ada@Example.test');
    expect(await mails()).toHaveLength(2);
    expect((await postForm(server, '/u', { email: 'no address' })).statusCode).toBe(400);
  });

  test('by address is not sent to who was erased, nor twice where two profiles share the mailbox', async () => {
    const { server, deps, mails } = await ready();
    await take(deps, identify({ email: 'ada@example.test' }, { userId: 'twin', occurredAt: noon }));
    await postForm(server, '/u', { email: 'ada@example.test' });
    expect(await mails()).toHaveLength(1);
  });

  test('cannot be asked for without end from one place', async () => {
    const { deps } = await ready();
    const { server } = await testApi(deps, { trustedProxies: ['127.0.0.1'] });
    const ask = (from: string) => postForm(server, '/u', { email: 'nobody@example.test' }, { 'x-forwarded-for': from });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('198.51.100.7')));
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(2);
    expect((await ask('198.51.100.8')).statusCode).toBe(200);
  });
});
