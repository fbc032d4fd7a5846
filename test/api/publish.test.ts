import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadTemplates } from '../../src/render/load.js';
import { loadLiveJourneys } from '../../src/store/live-journeys.js';
import { testApi } from '../support/api.js';
import { cartWithoutOffer } from '../support/shipped-cart.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const source = cartWithoutOffer();
const path = '/v1/journeys/abandoned-cart/versions';

describe('publishing', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function ready() {
    return testApi(turnDeps(opened.store), { templates: await loadTemplates('.') });
  }

  test('freezes a version that new entries take, and does nothing for the same again', async () => {
    const { call } = await ready();
    expect(await call('POST', path, { source, note: 'first' })).toMatchObject({
      status: 201,
      body: { version: 1, published: true, problems: [] },
    });
    expect(await call('POST', path, { source })).toMatchObject({ status: 200, body: { version: 1, published: false } });
    expect(await call('POST', path, { source: `${source}\n# a word` })).toMatchObject({ status: 201, body: { version: 2 } });

    expect(await loadLiveJourneys(opened.store.db)).toMatchObject([{ id: 'abandoned-cart', version: 2, state: 'active' }]);
    expect((await call('GET', path)).body).toMatchObject({ items: [{ version: 2 }, { version: 1, note: 'first' }] });
    expect((await call('GET', `${path}/1`)).body).toMatchObject({ version: 1, source });
    expect((await call('GET', `${path}/live`)).body).toMatchObject({ version: 2 });
    expect((await call('GET', `${path}/7`)).status).toBe(404);
  });

  test('takes the file as it is', async () => {
    const { server, apiKey } = await ready();
    const response = await server.inject({
      method: 'POST',
      url: path,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/yaml' },
      payload: source,
    });
    expect(response.statusCode).toBe(201);
  });

  test('refuses what does not lint, with the place and a suggestion, and keeps nothing of it', async () => {
    const { call } = await ready();
    const answer = await call('POST', path, { source: source.replace('template: cart-reminder-1', 'template: cart-remindr-1') });
    expect(answer).toMatchObject({
      status: 422,
      body: {
        code: 'journey-not-valid',
        problems: [{ severity: 'error', line: expect.any(Number), suggestion: expect.stringContaining('cart-reminder-1') }],
      },
    });
    expect((await call('GET', '/v1/journeys')).body).toMatchObject({ items: [] });
  });

  test('refuses the source of another journey', async () => {
    const { call } = await ready();
    expect(await call('POST', '/v1/journeys/welcome/versions', { source })).toMatchObject({
      status: 422,
      body: { problems: [{ path: 'journey' }] },
    });
  });

  test('of two at once makes two versions, or one when they say the same', async () => {
    const { call } = await ready();
    const answers = await Promise.all([
      call('POST', path, { source }),
      call('POST', path, { source }),
      call('POST', path, { source: `${source}\n# other` }),
    ]);
    expect(answers.map((answer) => answer.status).every((status) => status === 201 || status === 200)).toBe(true);
    const versions = ((await call('GET', path)).body['items'] as { version: number }[]).map((item) => item.version);
    expect(versions).toEqual(versions.length === 2 ? [2, 1] : [3, 2, 1]);
  });

  test('leaves a paused journey paused', async () => {
    const { call } = await ready();
    await call('POST', path, { source });
    await call('POST', '/v1/journeys/abandoned-cart/pause');
    await call('POST', path, { source: `${source}\n# again` });
    expect((await call('GET', '/v1/journeys/abandoned-cart')).body).toMatchObject({ state: 'paused', liveVersion: 2 });
  });
});
