import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hour } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { abandonedCart, reminded, turn } from '../support/reminded.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { take, turnDeps } from '../support/turns.js';

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
}

describe('resources of the API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  test('lists come in pages, each item once, the newest first', async () => {
    const deps = await abandonedCart(opened.store);
    for (let n = 0; n < 5; n += 1) {
      await take(
        deps,
        track(
          'Product Added',
          { cart_id: `c-${n}`, product_id: `p-${n}`, name: 'Mug', price: 30 },
          { userId: `user-${n % 2}`, occurredAt: noon + Math.floor(n / 2) },
        ),
      );
    }
    const { call } = await testApi(deps);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = (await call('GET', `/v1/entries?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)).body as unknown as Page;
      expect(page.items.length).toBeGreaterThan(0);
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    const all = await opened.store.db.selectFrom('entries').select('id').orderBy('created_at', 'desc').orderBy('id', 'desc').execute();
    expect(ids).toEqual(all.map((row) => row.id));
    expect(ids.length).toBeGreaterThan(2);
  });

  test('a profile shows its engagement with reasons', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    expect(await call('GET', `/v1/profiles/${profileId}/engagement`)).toMatchObject({
      status: 200,
      body: {
        tier: 'new',
        sentence: expect.stringContaining('New: consent was given within a day'),
        score: { contributions: [{ signal: 'site_visit' }] },
        falls: { to: 'warm' },
        topics: [{ topic: 'cart_reminder', delivered: 1, multiplier: 1, sentence: 'As usual.' }],
        fatigue: [],
      },
    });
    expect((await call('GET', '/v1/profiles/nobody/engagement')).status).toBe(404);
  });

  test('a profile shows its caps: how far each is used, when there is room again, and why', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    const { status, body } = await call('GET', `/v1/profiles/${profileId}/caps`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ tier: 'new', policyVersion: 1, promised: [] });
    const rules = body['rules'] as readonly { readonly rule: string }[];
    expect(rules.find(({ rule }) => rule === 'email-7d')).toMatchObject({
      used: 1,
      limit: 4,
      nextFreeAt: new Date(deps.clock.now()).toISOString(),
      why: 'tier new',
      sentence: 'Cap email-7d, 1 of 4 used (tier new).',
    });
    expect(rules.find(({ rule }) => rule === 'email-gap-12h')).toMatchObject({
      used: 1,
      limit: 1,
      nextFreeAt: new Date(noon + 13 * hour).toISOString(),
      sentence: 'Cap email-gap-12h, 1 of 1 used (tier new); next possible Wed 25 Nov 01:00 (Europe/London).',
    });
    expect(rules.find(({ rule }) => rule === 'any-24h')).toMatchObject({ channels: null, headroom: [{ priorityUpTo: 20, keepFree: 1 }] });
    expect((await call('GET', '/v1/profiles/nobody/caps')).status).toBe(404);
  });

  test('an entry shows its trace, and an exit makes it leave at its next turn', async () => {
    const { deps, entryId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    expect(await call('GET', `/v1/entries/${entryId}`)).toMatchObject({
      status: 200,
      body: {
        state: 'open',
        createdAt: new Date(noon).toISOString(),
        trace: expect.any(Array),
        temporalUrl: `http://temporal.example/namespaces/default/workflows/entry%2Fcart%2F${entryId}`,
      },
    });

    expect(await call('POST', `/v1/entries/${entryId}/exit`, { reason: 'by-phone' })).toMatchObject({ status: 202, body: { asked: true } });
    await turn(deps, entryId);
    expect((await call('GET', `/v1/entries/${entryId}`)).body).toMatchObject({ state: 'finished', outcome: 'exited', reason: 'by-phone' });
    expect(await call('POST', `/v1/entries/${entryId}/exit`)).toMatchObject({ status: 200, body: { asked: false, outcome: 'exited' } });
    expect(await call('POST', '/v1/entries/no-such/exit')).toMatchObject({
      status: 404,
      body: { detail: 'There is no entry with that id.' },
    });
  });

  test('entries and messages are found by journey, profile and state', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    const count = async (url: string): Promise<number> => ((await call('GET', url)).body['items'] as unknown[]).length;
    expect(await count(`/v1/entries?journeyId=cart&profileId=${profileId}&state=open`)).toBe(1);
    expect(await count('/v1/entries?state=armed')).toBe(0);
    expect(await count('/v1/messages?journeyId=cart&state=accepted')).toBe(1);
    expect(await count('/v1/messages?state=delivered')).toBe(0);
  });

  test('a profile is found by our id and by the shop’s, with carts and consents', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    const own = await call('GET', `/v1/profiles/${profileId}`);
    expect(own.body).toMatchObject({
      id: profileId,
      identities: [{ kind: 'user', value: 'ada' }],
      carts: [{ token: 'c1', value: 30, lines: [{ name: 'Mug' }] }],
      consents: { now: expect.arrayContaining([expect.objectContaining({ channel: 'email', topic: 'marketing', granted: true })]) },
    });
    expect((await call('GET', '/v1/profiles?userId=ada')).body).toMatchObject({ items: [own.body] });
    expect((await call('GET', '/v1/profiles?userId=nobody')).body).toMatchObject({ items: [] });
    expect((await call('GET', '/v1/profiles')).status).toBe(400);
    expect((await call('GET', `/v1/profiles/${profileId}/carts`)).body).toMatchObject({ items: [{ token: 'c1' }] });
  });

  test('consent over the API counts from now at the latest, and is told to journeys', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    const given = {
      channel: 'sms',
      state: 'granted',
      method: 'phone-call',
      source: 'agent 7',
      text: 'May we text you?',
      at: new Date(noon + 99 * hour).toISOString(),
    };
    const answer = await call('POST', `/v1/profiles/${profileId}/consents`, given);
    expect(answer).toMatchObject({
      status: 201,
      body: { now: expect.arrayContaining([expect.objectContaining({ channel: 'sms', topic: 'marketing', granted: true })]) },
    });
    expect((answer.body['acts'] as { at: string }[]).at(-1)?.at).toBe(new Date(deps.clock.now()).toISOString());
    expect(
      await opened.store.db
        .selectFrom('facts')
        .select('name')
        .where('name', '=', 'consent.granted')
        .where('at', '=', deps.clock.now())
        .execute(),
    ).toHaveLength(1);
    expect((await call('POST', '/v1/profiles/nobody/consents', given)).status).toBe(404);
    expect((await call('POST', `/v1/profiles/${profileId}/consents`, { ...given, channel: 'fax' })).status).toBe(400);
  });

  test('an erased profile is empty, and its events are too', async () => {
    const { deps, profileId } = await reminded(opened.store);
    const { call } = await testApi(deps);
    expect(await call('DELETE', `/v1/profiles/${profileId}`)).toMatchObject({ status: 200, body: { erased: true, entries: 1 } });
    expect((await call('GET', `/v1/profiles/${profileId}`)).body).toMatchObject({
      email: null,
      traits: {},
      identities: [],
      erasedAt: new Date(deps.clock.now()).toISOString(),
    });
    const events = (await call('GET', `/v1/events?profileId=${profileId}`)).body['items'] as { messageId: string }[];
    const whole = await Promise.all(events.map(({ messageId }) => call('GET', `/v1/events/${messageId}`)));
    expect(whole.map(({ body }) => body['payload'])).toEqual([{}, {}, {}, {}]);
    // Lists carry no payloads.
    expect(events.filter((event) => 'payload' in event)).toEqual([]);
  });

  test('an event that went to dead letters is said to be there', async () => {
    const deps = turnDeps(opened.store);
    await opened.store.db
      .insertInto('dead_letters')
      .values({
        id: 'd1',
        source: 'segment',
        reason: 'no-ids',
        detail: 'Neither userId nor anonymousId is there.',
        payload: JSON.stringify({ messageId: 'm-lost' }),
        received_at: noon,
        retried_at: null,
        resolved_at: null,
      })
      .execute();
    const { call } = await testApi(deps, {
      retryDeadLetter: async () => ({ kind: 'failed', reason: 'Neither userId nor anonymousId is there.' }),
    });
    expect(await call('GET', '/v1/events/m-lost')).toMatchObject({
      status: 404,
      body: { code: 'event-in-dead-letters', detail: expect.stringContaining('d1') },
    });
    expect((await call('GET', '/v1/dead-letters')).body).toMatchObject({
      items: [{ id: 'd1', receivedAt: new Date(noon).toISOString() }],
      nextCursor: null,
    });
    expect((await call('POST', '/v1/dead-letters/d1/retry')).body).toMatchObject({ resolved: false });
  });

  test('a write key is shown once, replaced, and revoked', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    const made = (await call('POST', '/v1/write-keys', { name: 'web' })).body as { secret: string; key: { id: string } };
    expect(made.secret).toMatch(/^sj_wk_/);
    expect(JSON.stringify((await call('GET', '/v1/write-keys')).body)).not.toContain(made.secret);
    const next = (await call('POST', `/v1/write-keys/${made.key.id}/rotate`, { overlap: 'PT0S' })).body as { key: { id: string } };
    expect(await call('POST', `/v1/write-keys/${made.key.id}/revoke`)).toMatchObject({
      status: 404,
      body: { detail: `There is no write key ${made.key.id} in use.` },
    });
    expect((await call('POST', `/v1/write-keys/${next.key.id}/revoke`)).status).toBe(200);
  });

  test('a test send that is refused says why', async () => {
    const { call } = await testApi(turnDeps(opened.store), {
      testSend: async () => ({ kind: 'refused', reason: 'This address is not a test address.' }),
    });
    expect(await call('POST', '/v1/templates/cart%2Freminder/test-sends', { to: 'a@example.test' })).toMatchObject({
      status: 422,
      body: { detail: 'This address is not a test address.' },
    });
  });

  test('a report covers the days that are asked for', async () => {
    const { deps } = await reminded(opened.store);
    await take(deps, identify({ email: 'bob@example.test' }, { userId: 'bob' }));
    const { call } = await testApi(deps);
    expect((await call('GET', '/v1/journeys/cart/report')).body).toMatchObject({ entered: 1, since: '1970-01-01T00:00:00.000Z' });
    expect((await call('GET', `/v1/journeys/cart/report?since=${new Date(noon + hour).toISOString()}`)).body).toMatchObject({ entered: 0 });
    expect((await call('GET', '/v1/journeys/none/report')).status).toBe(404);
    expect(await call('GET', '/v1/journeys/cart/report?since=2026-12-02T00:00:00Z&until=2026-12-01T00:00:00Z')).toMatchObject({
      status: 400,
      body: { detail: 'The query is not valid: `since` is after `until`.' },
    });
  });

  test('a breaker that has not tripped stays as it is, and one of what is not there is unknown', async () => {
    const { deps } = await reminded(opened.store);
    const { call } = await testApi(deps);
    for (const breaker of ['journey/cart', 'provider/gmail'])
      expect(await call('POST', `/v1/breakers/${breaker}/reset`)).toMatchObject({ status: 200, body: { changed: false } });
    expect(await call('POST', '/v1/breakers/journey/nosuch/reset')).toMatchObject({ status: 404, body: { code: 'unknown-journey' } });
    expect(await call('POST', '/v1/breakers/provider/gmial/reset')).toMatchObject({
      status: 404,
      body: { code: 'unknown-mailbox-provider' },
    });
  });
});
