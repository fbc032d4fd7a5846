import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { suppress } from '../../src/app/consent/suppress-address.js';
import { runCli } from '../../src/cli/program.js';
import type { SuppressionReason } from '../../src/domain/consent/suppression.js';
import { testApi } from '../support/api.js';
import { identify } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { take, turnDeps } from '../support/turns.js';

const email = 'ada@example.test';

describe('a wrong suppression', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let data: string;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    opened = await openMemoryStore();
    data = await mkdtemp(join(tmpdir(), 'sojourn-unsuppress-'));
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await rm(data, { recursive: true, force: true });
    await opened.dispose();
  });
  beforeEach(() => resetTables(opened.store));

  async function ready(reason: SuppressionReason | null) {
    const deps = turnDeps(opened.store);
    await take(deps, identify({ email, phone: '+447700900123' }));
    if (reason !== null)
      await deps.store.transaction((trx) =>
        suppress(deps, trx, { channel: 'email', address: email, reason, code: '5.1.1', at: deps.clock.now() }),
      );
    const api = await testApi(deps);
    const [ada] = (await api.call('GET', '/v1/profiles?userId=ada')).body['items'] as { id: string }[];
    return { deps, ...api, id: ada?.id ?? '' };
  }

  test('is lifted over the API, and the reason is kept with the person', async () => {
    const { call, id } = await ready('bounced');
    expect((await call('GET', `/v1/profiles/${id}`)).body).toMatchObject({
      suppressions: [{ channel: 'email', reason: 'bounced', sentence: expect.stringContaining('an operator can lift it') }],
    });
    const lifted = await call('DELETE', `/v1/profiles/${id}/suppressions/email`, { reason: 'Told 5.1.1 for an hour.', actor: 'agent-7' });
    expect(lifted).toMatchObject({
      status: 200,
      body: { lifted: 'bounced', stands: null, sentence: expect.stringContaining('gets messages again') },
    });
    expect((await call('GET', `/v1/profiles/${id}`)).body).toMatchObject({ suppressions: [] });
    expect((await call('GET', `/v1/events?profileId=${id}&limit=1`)).body).toMatchObject({
      items: [{ messageId: lifted.body['eventId'], origin: 'operator' }],
    });
    expect(await call('GET', `/v1/events/${encodeURIComponent(String(lifted.body['eventId']))}`)).toMatchObject({
      status: 200,
      body: { payload: { channel: 'email', reason: 'bounced', why: 'Told 5.1.1 for an hour.', actor: 'agent-7' } },
    });
  });

  test.each([
    ['stopped', 'only their own START lifts that'],
    ['erased', 'only their own confirmed sign-up'],
  ] as const)('of the person’s own doing stays: %s', async (reason, said) => {
    const { call, id } = await ready(reason);
    expect(await call('DELETE', `/v1/profiles/${id}/suppressions/email`, { reason: 'They called.' })).toMatchObject({
      status: 409,
      body: { code: 'suppression-stands', detail: expect.stringContaining(said) },
    });
  });

  test('wants a reason, a person and a suppression', async () => {
    const { call, id } = await ready(null);
    expect(await call('DELETE', `/v1/profiles/${id}/suppressions/email`, {})).toMatchObject({ status: 400 });
    expect(await call('DELETE', `/v1/profiles/${id}/suppressions/email`, { reason: 'x', force: true })).toMatchObject({ status: 400 });
    expect(await call('DELETE', `/v1/profiles/${id}/suppressions/post`, { reason: 'x' })).toMatchObject({ status: 400 });
    expect(await call('DELETE', '/v1/profiles/nobody/suppressions/email', { reason: 'x' })).toMatchObject({ status: 404 });
    expect(await call('DELETE', `/v1/profiles/${id}/suppressions/sms`, { reason: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'not-suppressed', detail: `The phone number of profile ${id} is not suppressed.` },
    });
  });

  test('is shown and lifted by the command line, and a consent given on the phone is recorded', async () => {
    const { server, apiKey } = await ready('bounced');
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    closing.push(() => server.close());
    const cli = async (...args: readonly string[]) => {
      const said: string[] = [];
      const io = { env: { SOJOURN_DATA: data }, out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
      const exit = await runCli([...args, '--url', url, '--api-key', apiKey], io);
      return { exit, said: said.join('\n') };
    };

    expect((await cli('profile', 'show', 'ada')).said).toMatch(/Suppressed: email \(bounced, .*\)\. .*sojourn profile unsuppress/);
    expect(await cli('profile', 'unsuppress', 'ada', '--channel', 'email')).toMatchObject({ exit: 2 });
    const lift = ['profile', 'unsuppress', 'ada', '--channel', 'email', '--reason', 'Told 5.1.1 for an hour.'];
    expect((await cli(...lift)).said).toMatch(
      /^No longer suppressed as bounced \(suppression\/\w+\)\. The email address gets messages again/,
    );
    expect(await cli(...lift)).toMatchObject({ exit: 1, said: expect.stringContaining('is not suppressed') });

    const yes = ['--channel', 'sms', '--state', 'granted', '--method', 'phone-call', '--source', 'support', '--text', 'May we text you?'];
    expect(await cli('profile', 'consent', 'ada', ...yes, '--topic', 'cart_reminder', '--actor', 'agent-7')).toMatchObject({
      exit: 0,
      said: expect.stringMatching(/^Recorded\.\n\n.*cart_reminder by text/),
    });
    expect((await cli('profile', 'consents', 'ada')).said).toMatch(/sms +cart_reminder +\w+ +phone-call +support/);
  });
});
