import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildHealthServer } from '../../src/api/server.js';
import { openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';

let opened: Awaited<ReturnType<typeof openMemoryStore>>;
beforeAll(async () => {
  opened = await openMemoryStore();
});
afterAll(() => opened.dispose());

test('a process without the API serves health and metrics, and nothing else', async () => {
  const parts = async () => [{ name: 'worker', state: 'down' as const, detail: null, needed: false }];
  const server = buildHealthServer({ app: turnDeps(opened.store), version: '0', registry: new Registry(), parts, notices: async () => [] });

  expect((await server.inject('/readyz')).json()).toMatchObject({ status: 'degraded', parts: [{ name: 'worker', state: 'down' }] });
  expect((await server.inject('/metrics')).statusCode).toBe(200);
  expect((await server.inject('/v1/journeys')).statusCode).toBe(404);
});
