import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { identify, noon } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take, turnDeps } from '../support/turns.js';

describe('POST /v1/messages', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function door() {
    const deps = turnDeps(opened.store);
    await publishHead(opened.store, { id: 'order-confirmation' });
    await publishHead(opened.store, { id: 'sale', class: 'broadcast', topic: 'sales' });
    await take(deps, identify({ email: 'ada@example.test' }));
    const { server, apiKey, call } = await testApi(deps);
    const post = async (payload: object, key: string | null = 'key-1') => {
      const response = await server.inject({
        method: 'POST',
        url: '/v1/messages',
        headers: { authorization: `Bearer ${apiKey}`, ...(key === null ? {} : { 'idempotency-key': key }) },
        payload,
      });
      return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
    };
    return { call, post };
  }
  const order = { to: { userId: 'ada' }, template: 'order-confirmation', data: { order: { number: 'A-7' } } };

  test('answers with the message and its verdict, and leads to its story', async () => {
    const { call, post } = await door();
    const { status, body } = await post({ ...order, deadline: 'PT4H' });

    expect({ status, body }).toMatchObject({
      status: 202,
      body: {
        message: { origin: 'api', template: 'order-confirmation', deadlineAt: new Date(noon + 4 * 3_600_000).toISOString() },
        verdict: { decision: 'send', reason: null, sentence: 'Nothing prevents this email.', until: null },
      },
    });
    const { id, entryId } = body['message'] as { id: string; entryId: string };
    expect(await call('GET', `/v1/messages/${id}`)).toMatchObject({
      status: 200,
      body: { origin: 'api', journeyId: 'message.order-confirmation' },
    });
    expect((await call('GET', '/v1/messages?origin=api')).body['items']).toHaveLength(1);
    expect((await call('GET', '/v1/messages?origin=journey')).body['items']).toHaveLength(0);
    expect(await call('GET', `/v1/entries/${entryId}`)).toMatchObject({ status: 200, body: { state: 'open' } });
    // A journey that Sojourn made for itself is not among the shop's.
    expect((await call('GET', '/v1/journeys')).body['items']).toHaveLength(0);
    expect((await call('GET', '/v1/journeys?internal=true')).body['items']).toHaveLength(1);
  });

  test('makes one message of twenty requests with one key', async () => {
    const { call, post } = await door();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(order)));

    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect((await call('GET', '/v1/messages')).body['items']).toHaveLength(1);
    expect(await post({ ...order, data: {} })).toMatchObject({ status: 409, body: { code: 'idempotency-key-used' } });
  });

  test('says what is wrong and how to mend it', async () => {
    const { post } = await door();

    expect(await post(order, null)).toMatchObject({
      status: 400,
      body: { detail: 'Send an Idempotency-Key header, such as shipped-W-10482.' },
    });
    expect(await post({ ...order, to: { userId: 'bob' } })).toMatchObject({ status: 404, body: { code: 'unknown-profile' } });
    expect(await post({ ...order, template: 'order-conformation' })).toMatchObject({ status: 404, body: { code: 'unknown-template' } });
    expect(await post({ ...order, template: 'sale' })).toMatchObject({
      status: 422,
      body: { code: 'class-not-allowed', detail: expect.stringContaining('POST /v1/broadcasts') },
    });
    expect(await post({ ...order, deadline: 'tomorrow' })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('PT4H') },
    });
    expect(await post({ ...order, to: { email: 'ada@example.test' } })).toMatchObject({ status: 400 });
  });
});
