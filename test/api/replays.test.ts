import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishJourney } from '../../src/app/journeys/publish-journey.js';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import { runCli } from '../../src/cli/program.js';
import { hour, minute } from '../../src/domain/time/instant.js';
import { loadTemplates } from '../../src/render/load.js';
import { listActs } from '../../src/store/audit.js';
import { testApi } from '../support/api.js';
import { asSegment, cartYaml } from '../support/replays.js';
import { openMemoryStore } from '../support/stores.js';
import { take, turnDeps } from '../support/turns.js';

const start = Date.UTC(2026, 10, 24, 9);
let opened: Awaited<ReturnType<typeof openMemoryStore>>;
let api: Awaited<ReturnType<typeof testApi>>;

/** Two people fill a cart; one comes back after two hours. */
beforeAll(async () => {
  opened = await openMemoryStore();
  const deps = turnDeps(opened.store);
  await publishTemplates(deps, await loadTemplates('.'));
  await publishJourney(deps, { source: cartYaml });
  for (const userId of ['ada', 'ben']) {
    const consent = { channel: 'email', topic: 'cart_reminder', method: 'form', source: 'shop', text: 'Yes.' };
    await take(
      deps,
      event({ type: 'identify', userId, traits: { email: `${userId}@customer.example` } }, start),
      event({ type: 'track', userId, event: 'Consent Granted', properties: consent }, start),
      event({ type: 'track', userId, event: 'Product Added', properties: cartOf(userId) }, start + minute),
    );
  }
  await take(deps, event({ type: 'track', userId: 'ben', event: 'Product Added', properties: cartOf('ben') }, start + 2 * hour));
  api = await testApi(deps);
});
afterAll(() => opened.dispose());

let count = 0;
function event(raw: Readonly<Record<string, unknown>>, at: number) {
  count += 1;
  return asSegment({ ...raw, messageId: `m-${count}`, timestamp: new Date(at).toISOString() }, at);
}

function cartOf(userId: string) {
  return { cart_id: `cart-${userId}`, product_id: 'mug', name: 'Mug', quantity: 1, price: 30, currency: 'GBP' };
}

const range = { from: '2026-11-24T00:00:00Z', to: '2026-11-30T00:00:00Z' };
const later = cartYaml.replace('for: PT1H\n', 'for: PT3H\n');

async function replay(body: object) {
  const response = await api.server.inject({
    method: 'POST',
    url: '/v1/replays',
    headers: { authorization: `Bearer ${api.apiKey}` },
    payload: { ...range, ...body },
  });
  const lines = response.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  return { status: response.statusCode, type: response.headers['content-type'], text: response.body, lines };
}

test('answers in lines: how far it is, then what would differ, without anything about a person', async () => {
  const { status, type, lines, text } = await replay({ source: later });
  expect(status).toBe(200);
  expect(type).toContain('application/x-ndjson');
  expect(lines[0]).toEqual({ progress: { people: 2, of: 2 } });
  expect(lines.at(-1)).toMatchObject({
    replay: { journeyId: 'abandoned-cart', liveVersion: 1, from: '2026-11-24T00:00:00.000Z', people: 2, events: 7, shown: [] },
  });
  expect(text).not.toMatch(/ada|ben|customer/);
  expect(await acts()).toEqual([]);
});

test('names people for whom it differs where it is asked to, and writes down whom', async () => {
  const { lines } = await replay({ source: later, show: 5 });
  const { shown } = (lines.at(-1) as { replay: { shown: { profileId: string; differs: string; live: { text: string | null }[] }[] } })
    .replay;
  expect(shown.map(({ differs }) => differs)).toEqual(['when', 'when']);
  expect(await acts()).toEqual([
    expect.objectContaining({ act: 'journey.replay', kind: 'read', profileIds: shown.map(({ profileId }) => profileId) }),
  ]);
});

test('refuses a draft with errors, and a time that is none', async () => {
  const broken = await replay({ source: cartYaml.replace('for: PT1H\n', 'for: an hour\n') });
  expect(broken).toMatchObject({ status: 422, lines: [expect.objectContaining({ code: 'journey-not-valid' })] });
  expect(await replay({ source: cartYaml, to: range.from })).toMatchObject({ status: 400 });
  expect(await replay({ source: cartYaml, from: '2026-01-01T00:00:00Z' })).toMatchObject({ status: 400 });
});

test('the command tells it as a table, with its progress beside', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-replay-'));
  const file = join(folder, 'later.journey.yaml');
  await writeFile(file, later);
  const url = await api.server.listen({ port: 0, host: '127.0.0.1' });
  const said = { out: '', err: '' };
  const io = { env: {}, out: (text: string) => void (said.out += text), err: (text: string) => void (said.err += text) };
  const args = ['replay', file, '--from', range.from, '--to', range.to, '--url', url, '--api-key', api.apiKey];
  expect(await runCli(args, io)).toBe(0);
  expect(said.err).toContain('2 of 2 people played');
  expect(said.out).toContain('abandoned-cart: the draft against version 1');
  expect(said.out).toContain('The result would be the same for everyone; it would be the same at other times for 2.');
  expect(said.out).toMatch(/abandoned-cart +cart-reminder-1 sent +2 +2/);
  expect(await runCli([...args, '--show', '1', '--days'], io)).toBe(0);
  expect(said.out).toContain('same result at other times\n  live ');
  await rm(folder, { recursive: true });
});

async function acts() {
  await api.audit.stop();
  const all = { profileIds: null, keyId: null, act: 'journey.replay', since: null, until: null };
  return listActs(opened.store.db, all, 50, null);
}
