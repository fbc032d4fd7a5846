import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { testApi } from '../support/api.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

const source = 'segment: gold\nname: Gold\nwho: { trait: { name: plan, is: gold } }\n';

describe('definitions of marketers, by the example of segments', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  test('are published in versions, listed, and read back as they were', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    expect((await call('GET', '/v1/segments')).body).toEqual({ items: [], nextCursor: null });
    expect(await call('POST', '/v1/segments', { source, note: 'first' })).toMatchObject({
      status: 201,
      body: { id: 'gold', version: 1, published: true, problems: [] },
    });
    expect(await call('POST', '/v1/segments', { source })).toMatchObject({ status: 200, body: { version: 1, published: false } });
    const changed = source.replace('is: gold', 'is: golden');
    expect(await call('POST', '/v1/segments', { source: changed })).toMatchObject({ status: 201, body: { version: 2 } });

    expect((await call('GET', '/v1/segments')).body).toMatchObject({ items: [{ id: 'gold', name: 'Gold', version: 2, state: 'live' }] });
    expect((await call('GET', '/v1/segments/gold/versions')).body).toMatchObject({
      items: [{ version: 2 }, { version: 1, note: 'first' }],
    });
    expect((await call('GET', '/v1/segments/gold/versions/1')).body).toMatchObject({ version: 1, source });
    expect((await call('GET', '/v1/segments/gold/versions/live')).body).toMatchObject({ version: 2, source: changed });
    expect(await call('GET', '/v1/segments/silver/versions')).toMatchObject({
      status: 404,
      body: { code: 'unknown-segment', detail: 'There is no segment silver.' },
    });
  });

  test('are archived, and come back when they are published again', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    await call('POST', '/v1/segments', { source });
    expect(await call('POST', '/v1/segments/gold/archive')).toMatchObject({ status: 200, body: { id: 'gold', version: 2 } });
    expect((await call('POST', '/v1/segments/gold/archive')).status).toBe(404);
    expect((await call('GET', '/v1/segments')).body).toMatchObject({ items: [{ id: 'gold', name: null, state: 'archived' }] });
    expect((await call('GET', '/v1/segments/gold/versions/live')).status).toBe(404);
    expect(await call('POST', '/v1/segments', { source })).toMatchObject({ status: 201, body: { version: 3 } });
  });

  test('are refused with line and suggestion, and what was in force stays', async () => {
    const { call } = await testApi(turnDeps(opened.store));
    await call('POST', '/v1/segments', { source });
    expect(await call('POST', '/v1/segments', { source: source.replace('trait', 'trat') })).toMatchObject({
      status: 422,
      body: {
        code: 'segment-not-valid',
        detail: 'The segment gold was not published: it has an error.',
        problems: [{ file: 'segments/gold.segment.yaml', line: 3, suggestion: 'Did you mean "trait"?' }],
      },
    });
    expect((await call('GET', '/v1/segments/gold/versions/live')).body).toMatchObject({ version: 1 });
  });
});
