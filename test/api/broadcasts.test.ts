import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrolDue } from '../../src/app/broadcasts/enrol-recipients.js';
import { hour } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take, turnDeps } from '../support/turns.js';

describe('broadcasts over the API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  test('are started, watched, paused, resumed and cancelled', async () => {
    const deps = turnDeps(opened.store);
    await publishHead(opened.store, { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    for (const user of ['ada', 'bob']) await take(deps, identify({ email: `${user}@example.test` }, { userId: user }));
    const { call } = await testApi(deps);
    const to = { userIds: ['ada', 'bob', 'eve'] };

    const { status, body } = await call('POST', '/v1/broadcasts', { name: 'Snow', template: 'newsletter', to, over: 'PT2H' });
    expect({ status, body }).toMatchObject({ status: 201, body: { total: 2, unknown: { count: 1, ids: ['eve'] } } });
    await enrolDue(deps);
    const path = `/v1/broadcasts/${String(body['id'])}`;
    expect(await call('GET', `${path}/recipients?limit=1`)).toMatchObject({
      status: 200,
      body: { items: [{ position: 0, to: 'ada@example.test', state: 'waiting' }], nextCursor: expect.any(String) },
    });
    expect(await call('GET', path)).toMatchObject({
      status: 200,
      body: {
        name: 'Snow',
        state: 'running',
        startsAt: new Date(noon).toISOString(),
        settings: { class: 'broadcast', topic: 'newsletter', priority: 20, overMs: 2 * hour },
        progress: { sent: 0, waiting: 1, toCome: 1, expectedEnd: new Date(noon + hour).toISOString() },
      },
    });
    expect((await call('GET', '/v1/broadcasts')).body['items']).toMatchObject([{ name: 'Snow' }]);

    expect(await call('POST', `${path}/pause`)).toMatchObject({ status: 200, body: { state: 'paused', changed: true } });
    expect(await call('POST', `${path}/pause`)).toMatchObject({ body: { state: 'paused', changed: false } });
    expect(await call('POST', `${path}/resume`)).toMatchObject({ body: { state: 'running', changed: true } });
    expect(await call('POST', `${path}/cancel`)).toMatchObject({ body: { state: 'cancelled', changed: true } });
    expect(await call('POST', `${path}/resume`)).toMatchObject({ status: 409, body: { code: 'broadcast-ended' } });
    expect(await call('POST', '/v1/broadcasts/none/pause')).toMatchObject({ status: 404 });
    expect(await call('POST', '/v1/broadcasts', { name: 'x', template: 'newsletter', to: { userIds: ['eve'] } })).toMatchObject({
      status: 422,
      body: { code: 'no-recipients' },
    });
    for (const odd of [
      { name: 'a\0' },
      { name: '\uD800' },
      { template: 'a\0' },
      { to: { userIds: ['a\0'] } },
      { to: { profileIds: ['\uD800'] } },
    ])
      expect(await call('POST', '/v1/broadcasts', { name: 'x', template: 'newsletter', to, ...odd })).toMatchObject({ status: 400 });
  });

  test('is refused without the data that its template requires; by address, with words of each and by language', async () => {
    const deps = turnDeps(opened.store);
    await publishHead(opened.store, { id: 'letter', class: 'broadcast', topic: 'newsletter', requires: ['data.headline'] });
    for (const user of ['cleo', 'dan'])
      await take(
        deps,
        identify({ email: `${user}@example.test` }, { userId: user }),
        track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId: user }),
      );
    const { call } = await testApi(deps);
    const letter = { name: 'Letter', template: 'letter', to: { emails: ['CLEO@example.test', 'dan@example.test', 'eve@example.test'] } };
    const missing = { status: 422, body: { code: 'data-missing', detail: expect.stringContaining('data.headline') } };

    expect(await call('POST', '/v1/broadcasts', letter)).toMatchObject(missing);
    expect(await call('POST', '/v1/broadcast-checks', { ...letter, data: { headline: '' } })).toMatchObject(missing);
    expect(await call('POST', '/v1/broadcasts', { ...letter, data: { by_language: { de: { headline: 'Schnee' } } } })).toMatchObject({
      status: 201,
      body: { total: 2, unknown: { count: 1 } },
    });
    const recipients = [
      { id: 'cleo', data: { headline: 'For Cleo' } },
      { id: 'dan', data: null },
    ];
    const { status, body } = await call('POST', '/v1/broadcasts', { name: 'Own', template: 'letter', to: { by: 'userId', recipients } });
    expect(status).toBe(201);
    await enrolDue(deps);
    const entries = await opened.store.db
      .selectFrom('entries')
      .select('data')
      .where('journey_id', '=', `broadcast.${String(body['id'])}`)
      .orderBy('id')
      .execute();
    expect(entries.map(({ data }) => data['trigger'])).toEqual(expect.arrayContaining([{ headline: 'For Cleo' }, {}]));
  });
});
