import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signLink } from '../../src/domain/keys/link-token.js';
import { hour, minute } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { postForm } from '../support/ask-page.js';
import { reminded } from '../support/reminded.js';
import { identify, noon } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take } from '../support/turns.js';

/**
 * Issue 10, B 8: a mail is passed on, and its links with it. What is kept of a person opens only by a link that was just sent to their
 * address.
 */
describe('a link to a person’s data', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    await publishHead(opened.store, { id: 'data-link', class: 'transactional', topic: 'consent' });
    await publishHead(opened.store, { id: 'data-link-text', channel: 'sms', class: 'transactional', topic: 'consent' });
  });

  async function ready() {
    const sent = await reminded(opened.store);
    const { server } = await testApi(sent.deps);
    const preferences = `/p/${signLink(sent.deps.secret, { purpose: 'preferences', id: sent.messageId })}`;
    const sentLinks = async () =>
      (
        await opened.store.db
          .selectFrom('entries')
          .select(['data', 'journey_id', 'profile_id'])
          .where('journey_id', 'like', 'message.data-link%')
          .orderBy('created_at')
          .execute()
      ).map(({ data, journey_id, profile_id }) => ({
        path: new URL((data['trigger'] as { readonly url: string }).url).pathname,
        journey: journey_id,
        profileId: profile_id,
      }));
    const isErased = async () =>
      (await opened.store.db.selectFrom('profiles').select('erased_at').where('id', '=', sent.profileId).executeTakeFirstOrThrow())
        .erased_at !== null;
    return { ...sent, server, preferences, sentLinks, isErased };
  }

  test('is mailed to the address that has just been proven, and opens download and deletion', async () => {
    const { server, preferences, sentLinks, isErased } = await ready();
    const asked = await postForm(server, `${preferences}/data`);
    expect([asked.statusCode, asked.body.includes('The link is on its way'), asked.body.includes('/x/')]).toEqual([200, true, false]);
    const [link] = await sentLinks();
    const url = link?.path ?? '';
    expect((await server.inject(url)).body).toContain('Download my data');
    const file = await postForm(server, `${url}/export`);
    expect(file.headers['content-disposition']).toContain('attachment');
    expect(file.json()).toMatchObject({ profile: { traits: { firstName: 'Ada' } } });

    expect((await server.inject(`${url}/erase`)).body).toContain('Delete all data about you?');
    expect((await postForm(server, `${url}/erase`)).statusCode).toBe(400);
    expect(await isErased()).toBe(false);
    expect((await postForm(server, `${url}/erase`, { confirm: 'erase' })).body).toContain('Your data is deleted');
    expect(await isErased()).toBe(true);
    expect((await server.inject(url)).statusCode).toBe(404);
  });

  test('is all that a link of a message can ask for: it gives away and deletes nothing itself', async () => {
    const { server, preferences, isErased } = await ready();
    for (const path of ['export', 'erase']) {
      const answer = await postForm(server, `${preferences}/${path}`, { confirm: 'erase' });
      expect(answer.headers['content-disposition']).toBeUndefined();
      expect(answer.body).not.toContain('Ada');
    }
    expect([404, 405]).toContain((await server.inject(`${preferences}/erase`)).statusCode);
    expect(await isErased()).toBe(false);
  });

  test('is good for an hour', async () => {
    const { server, preferences, sentLinks, deps } = await ready();
    await postForm(server, `${preferences}/data`);
    const url = (await sentLinks())[0]?.path ?? '';
    deps.clock.pass(hour - minute);
    expect((await server.inject(url)).statusCode).toBe(200);
    deps.clock.pass(minute);
    expect((await server.inject(url)).statusCode).toBe(410);
    expect((await postForm(server, `${url}/erase`, { confirm: 'erase' })).statusCode).toBe(410);
    expect((await postForm(server, `${url}/export`)).statusCode).toBe(410);
  });

  test('opens nothing once the person has another address', async () => {
    const { server, preferences, sentLinks, deps } = await ready();
    await postForm(server, `${preferences}/data`);
    await take(deps, identify({ email: 'ada@elsewhere.test' }, { occurredAt: noon + hour, receivedAt: noon + hour }));
    expect((await server.inject((await sentLinks())[0]?.path ?? '')).statusCode).toBe(410);
    expect((await postForm(server, `${preferences}/data`)).statusCode).toBe(403);
    expect(await sentLinks()).toHaveLength(1);
  });

  test('goes by text to who came by the link of a text: never to another address of the profile', async () => {
    const { server, preferences, sentLinks } = await ready();
    await opened.store.db
      .updateTable('messages')
      .set({ channel: 'sms', content: JSON.stringify({ kind: 'sms', to: '+447700900123' }) as never })
      .execute();
    await postForm(server, `${preferences}/data`);
    expect((await sentLinks()).map(({ journey }) => journey.startsWith('message.data-link-text'))).toEqual([true]);
  });

  test('is sent once in ten minutes, however often it is asked for', async () => {
    const { server, preferences, sentLinks, deps } = await ready();
    for (let time = 0; time < 3; time += 1) expect((await postForm(server, `${preferences}/data`)).statusCode).toBe(200);
    expect(await sentLinks()).toHaveLength(1);
    deps.clock.pass(10 * minute);
    await postForm(server, `${preferences}/data`);
    expect(await sentLinks()).toHaveLength(2);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a sister site', { 'sec-fetch-site': 'same-site', origin: 'https://www.shop.example' }],
    ['another site, by a browser that says only its origin', { origin: 'https://evil.example' }],
    ['a page that hides where it is', { origin: 'null' }],
    ['our name with another port', { origin: 'https://shop.example:8443' }],
    ['our name without TLS', { origin: 'http://shop.example' }],
  ] as const)('does nothing by a form from %s', async (_where, headers) => {
    const { server, preferences, sentLinks, isErased } = await ready();
    expect((await postForm(server, `${preferences}/data`, {}, headers)).statusCode).toBe(403);
    expect((await postForm(server, preferences, { save: 'nothing' }, headers)).statusCode).toBe(403);
    expect(await sentLinks()).toEqual([]);
    await postForm(server, `${preferences}/data`, {}, { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' });
    const url = (await sentLinks())[0]?.path ?? '';
    expect((await postForm(server, `${url}/erase`, { confirm: 'erase' }, headers)).statusCode).toBe(403);
    expect((await postForm(server, `${url}/export`, {}, headers)).statusCode).toBe(403);
    expect(await isErased()).toBe(false);
    const own = { origin: 'https://shop.example' };
    expect((await postForm(server, `${url}/erase`, { confirm: 'erase' }, own)).statusCode).toBe(200);
    expect(await isErased()).toBe(true);
  });
});
