import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import { hour } from '../../src/domain/time/instant.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';
import { openMemoryStore, openServerStore } from '../support/stores.js';

interface Act {
  readonly kind: string;
  readonly what: readonly string[];
  readonly profileId: string;
  readonly undoneAt: string | null;
}

/** Issue 10, A 3: what a key said in a stretch of time can be listed and undone. */
describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
])('what a key said (%s)', (_kind, open) => {
  let door: ShopDoor;
  let since: string;
  beforeAll(async () => {
    door = await openShopDoor({}, open);
  });
  afterAll(() => door.close());
  beforeEach(async () => {
    await door.begin();
    await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com', firstName: 'Ada' } });
    await door.tells('track', { userId: 'ada', event: 'Consent Granted', properties: { channel: 'email' } });
    door.deps.clock.pass(hour);
    since = new Date(door.deps.clock.now()).toISOString();
  });

  const acts = async (key = door.browser, query = '') => {
    const { status, body } = await door.call('GET', `/v1/write-keys/${key.id}/acts?since=${since}${query}`);
    expect(status).toBe(200);
    return body['items'] as readonly Act[];
  };
  const said = (list: readonly Act[]) => list.map(({ kind, what }) => `${kind}: ${what.join(', ')}`);
  const undo = async (people: readonly (string | undefined)[], more: object = {}, key = door.browser) =>
    (await door.call('POST', `/v1/write-keys/${key.id}/acts/undo`, { since, profileIds: people, ...more })).body as {
      items: readonly Record<string, unknown>[];
    };
  const ada = () => door.person({ userId: 'ada' });
  const gets = async (topic = 'marketing') =>
    (await ada())?.consents.now.find((one) => one.channel === 'email' && one.topic === topic)?.granted;

  test('is listed by key and time, without its values', async () => {
    await door.says('identify', { userId: 'ada', traits: { email: 'mallory@evil.example', firstName: 'Mallory' } });
    await door.says('track', { userId: 'ada', event: 'Consent Revoked', properties: { channel: 'email' } });
    await door.tells('identify', { userId: 'ada', traits: { lastName: 'Lovelace' } });
    const list = await acts();
    expect(said(list)).toEqual(['consent: email marketing withdrawn', 'traits: firstName', 'claim: email']);
    expect(JSON.stringify(list)).not.toMatch(/Mallory|@/);
    expect(said(await acts(door.shop))).toEqual(['traits: lastName']);
    expect(await acts(door.browser, `&until=${since}`)).toEqual([]);
    expect(await acts(door.browser, '&profileId=nobody')).toEqual([]);
    expect((await door.call('GET', '/v1/write-keys/nokey/acts')).status).toBe(404);
  });

  test('is undone: traits are as they were, a yes counts no more, claims are gone; what others said since stays', async () => {
    await door.says('identify', { userId: 'ada', anonymousId: 'own', traits: { firstName: 'Mallory', locale: 'fr' } });
    const claimed = await door.person({ anonymousId: 'own' });
    expect(claimed?.claims).toHaveLength(1);
    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory', city: 'Nowhere' } });
    // The same once more changes nothing, and is in nobody's way.
    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory', city: 'Nowhere' } });
    await door.says('track', { anonymousId: 'own', event: 'Consent Granted', properties: { channel: 'email' } });
    await door.tells('identify', { userId: 'ada', traits: { city: 'London' } });

    const { items } = await undo([(await ada())?.id, claimed?.id]);
    expect(items).toMatchObject([
      { traits: ['firstName'], consents: 0, claims: 0, left: 0 },
      { traits: ['firstName', 'locale'], consents: 1, claims: 1, left: 0 },
    ]);
    expect((await ada())?.traits).toMatchObject({ firstName: 'Ada', city: 'London' });
    const stranger = await door.person({ anonymousId: 'own' });
    expect(stranger).toMatchObject({ traits: {}, claims: [] });
    expect(stranger?.consents.now.some(({ granted }) => granted)).toBe(false);
    expect((await acts()).every(({ undoneAt }) => undoneAt !== null)).toBe(true);
    expect((await undo([(await ada())?.id])).items).toEqual([]);
  });

  test('by a server key that leaked is undone too, addresses among it', async () => {
    await door.tells('identify', { userId: 'ada', traits: { email: 'mallory@evil.example', phone: '+447700900999' } });
    await door.tells('identify', { userId: 'ada', anonymousId: 'mallorys-browser' });
    expect(said(await acts(door.shop))).toEqual(['identity: anonymous', 'traits: email, phone']);
    expect((await undo([(await ada())?.id], {}, door.shop)).items).toMatchObject([{ traits: ['email', 'phone'], ids: 1 }]);
    expect(await ada()).toMatchObject({ email: 'ada@example.com', phone: null, identities: [{ kind: 'user', value: 'ada' }] });
  });

  test('takes a browser back from whom it was moved to', async () => {
    await door.tells('identify', { userId: 'bea', anonymousId: 'shared', traits: { email: 'bea@example.com' } });
    const bea = await door.person({ userId: 'bea' });
    door.deps.clock.pass(1_000);
    await door.tells('identify', { userId: 'ada', anonymousId: 'shared' });
    expect((await door.person({ anonymousId: 'shared' }))?.id).toBe((await ada())?.id);
    await undo([(await ada())?.id], {}, door.shop);
    expect((await door.person({ anonymousId: 'shared' }))?.id).toBe(bea?.id);
  });

  test('a no and an objection may be the person’s own word, and are undone only where that is asked for', async () => {
    await door.says('track', { userId: 'ada', event: 'Consent Revoked', properties: { channel: 'email' } });
    await door.says('identify', { userId: 'ada', traits: { profiling_allowed: false, firstName: 'Mallory' } });
    const person = (await ada())?.id;
    expect((await undo([person])).items).toMatchObject([{ traits: ['firstName'], consents: 0, left: 2 }]);
    expect([await gets(), (await ada())?.traits['profiling_allowed']]).toEqual([false, false]);

    expect((await undo([person], { refusals: true })).items).toMatchObject([{ traits: ['profiling_allowed'], consents: 1, left: 0 }]);
    expect([await gets(), (await ada())?.traits['profiling_allowed']]).toEqual([true, undefined]);
  });

  test('reaches nothing of another key or another time', async () => {
    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory' } });
    const other = await door.keyOf('browser', 'another');
    const person = (await ada())?.id;
    await undo([person], {}, other);
    await undo([person], { until: since });
    door.deps.clock.pass(1_000);
    since = new Date(door.deps.clock.now()).toISOString();
    await undo([person]);
    expect((await ada())?.traits).toMatchObject({ firstName: 'Mallory' });
  });

  test('follows a person who was merged since, and leaves nothing of who is erased', async () => {
    await door.tells('identify', { userId: 'bea', traits: { email: 'bea@example.com' } });
    await door.says('identify', { userId: 'bea', traits: { city: 'Nowhere' } });
    const was = (await door.person({ userId: 'bea' }))?.id;
    await door.tells('alias', { userId: 'ada', previousId: 'bea' });
    expect((await undo([was])).items).toMatchObject([{ profileId: (await ada())?.id, traits: ['city'] }]);
    expect((await ada())?.traits).not.toHaveProperty('city');

    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory' } });
    const person = (await ada())?.id;
    await door.call('DELETE', `/v1/profiles/${person}`);
    expect((await undo([person])).items).toEqual([]);
    expect(JSON.stringify(await door.store.db.selectFrom('key_acts').selectAll().execute())).not.toMatch(/Ada|Mallory|@/);
  });

  test('is kept with who undid it', async () => {
    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory' } });
    const person = (await ada())?.id;
    await undo([person]);
    const { rows } = await door.audited('key-act.undo');
    expect(rows).toMatchObject([{ profile_ids: [person], subject: `${door.browser.id} from ${since}` }]);
    const events = (await door.call('GET', `/v1/events?profileId=${person}`)).body['items'];
    expect(JSON.stringify(events)).toContain('Key Acts Undone');
  });
});

test('the command line lists it, says what it would undo, and undoes it when that is asked for', async () => {
  const door = await openShopDoor();
  try {
    await door.begin();
    const url = await door.server.listen({ host: '127.0.0.1', port: 0 });
    await door.tells('identify', { userId: 'ada', traits: { firstName: 'Ada' } });
    const since = new Date(door.deps.clock.now() + 1).toISOString();
    await door.says('identify', { userId: 'ada', traits: { firstName: 'Mallory', profiling_allowed: false } });
    const run = async (...words: string[]) => {
      const said: string[] = [];
      const io = { env: {}, out: (text: string) => said.push(text), err: (text: string) => said.push(text) };
      const code = await runCli(['write-key', ...words, '--since', since, '--url', url, '--api-key', door.apiKey], io);
      return `${code} ${said.join('\n')}`;
    };
    expect(await run('acts', door.browser.id)).toMatch(/^0 [^]*traits +firstName, profiling_allowed/);
    expect(await run('undo', door.browser.id)).toMatch(/^0 1 act about 1 person would be undone/);
    expect((await door.person({ userId: 'ada' }))?.traits).toMatchObject({ firstName: 'Mallory' });
    expect(await run('undo', door.browser.id, '--yes')).toMatch(/^0 Undone of 1 person: 1 trait, 0 consents[^]*Left: 1 act with refusals/);
    expect((await door.person({ userId: 'ada' }))?.traits).toMatchObject({ firstName: 'Ada', profiling_allowed: false });
    expect(await run('acts', 'nokey')).toMatch(/^1 /);
  } finally {
    await door.close();
  }
});
