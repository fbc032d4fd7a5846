import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AuditTrail, forgetOldActs } from '../../src/app/keys/audit-trail.js';
import { signLink } from '../../src/domain/keys/link-token.js';
import { day } from '../../src/domain/time/instant.js';
import { testApi, testServer } from '../support/api.js';
import { reminded } from '../support/reminded.js';
import { countStatements, type OpenedStore, openMemoryStore, openServerStore, resetTables } from '../support/stores.js';

interface Act {
  readonly act: string;
  readonly kind: string;
  readonly actorKind: string;
  readonly actorName: string | null;
  readonly profileIds: readonly string[];
  readonly subject: string | null;
  readonly status: number | null;
}

describe.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
])('the audit log (%s)', (_kind, open) => {
  let opened: OpenedStore;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  /** Ada has had a reminder; a key of the team, and the log read as the team reads it. */
  async function ready() {
    const sent = await reminded(opened.store);
    const api = await testApi(sent.deps, { audit: new AuditTrail(sent.deps) });
    /** Oldest first. What was gathered is written by a clean stop; another trail reads on. */
    const acts = async (query = '') => {
      await api.audit.stop();
      const { body } = await api.call('GET', `/v1/audit${query}`);
      return (body['items'] as readonly Act[]).filter(({ act }) => act !== 'audit.list').toReversed();
    };
    const link = signLink(sent.deps.secret, { purpose: 'preferences', id: sent.messageId });
    return { ...sent, ...api, acts, link };
  }

  test('says who read, changed and exported whose data, and keeps nothing of it', async () => {
    const { call, acts, profileId, entryId, messageId } = await ready();
    await call('GET', `/v1/profiles/${profileId}`);
    await call('GET', '/v1/profiles?userId=ada');
    await call('POST', '/v1/profile-searches', { text: 'ada@example.test' });
    await call('GET', `/v1/profiles/${profileId}/story`);
    await call('GET', '/v1/events');
    await call('GET', '/v1/messages');
    await call('GET', `/v1/messages/${messageId}`);
    await call('GET', `/v1/profiles/${profileId}/export`);
    await call('POST', `/v1/entries/${entryId}/exit`, {});
    await call('POST', '/v1/controls', { scope: 'sms', action: 'pause' });
    await call('GET', '/v1/journeys');

    const all = await acts();
    expect(all.map(({ act, kind, profileIds, subject, status }) => [act, kind, profileIds, subject, status])).toEqual(
      expect.arrayContaining([
        ['profile.show', 'read', [profileId], null, 200],
        ['profile.search', 'read', [profileId], null, 200],
        ['profile.story', 'read', [profileId], null, 200],
        ['event.list', 'read', [profileId], null, 200],
        ['message.list', 'read', [profileId], null, 200],
        ['message.show', 'read', [profileId], messageId, 200],
        ['profile.export', 'change', [profileId], null, 200],
        ['entry.exit', 'change', [profileId], entryId, 202],
        ['control.switch', 'change', [], 'pause sms', 200],
      ]),
    );
    expect(all.map(({ act }) => act)).not.toContain('journey.list');
    expect(all.every(({ actorKind, actorName }) => actorKind === 'api-key' && actorName === 'test')).toBe(true);
    const { rows } = await sql`select * from audit_log`.execute(opened.store.db);
    expect(JSON.stringify(rows)).not.toMatch(/ada@|@example|\+44/i);
  });

  test('keeps no text that a caller puts where an id should be', async () => {
    const { call, acts } = await ready();
    await call('GET', '/v1/profiles/ada@example.com');
    await call('GET', '/v1/messages/ada@example.com');
    await call('GET', '/v1/events/ada@example.com');
    expect((await acts()).map(({ profileIds, subject, status }) => [profileIds, subject, status])).toEqual([
      [[], null, 404],
      [[], null, 404],
      [[], null, 404],
    ]);
  });

  test('tells what people do by their own links from what the team does, and a forged link is nobody', async () => {
    const { server, acts, link, profileId } = await ready();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await server.inject({ url: `/p/${link}` });
    await server.inject({ method: 'POST', url: `/p/${link}`, headers: form, payload: 'save=nothing' });
    await server.inject({ method: 'POST', url: `/p/${link.slice(0, -2)}xx`, headers: form, payload: 'save=nothing' });
    expect((await acts()).map(({ act, actorKind, profileIds }) => [act, actorKind, profileIds])).toEqual([
      ['preferences.save', 'person', [profileId]],
      ['preferences.show', 'person', [profileId]],
    ]);
  });

  test('has whoever tried what their key may not, and not whoever has no key', async () => {
    const { call, server, acts, profileId } = await ready();
    const made = (await call('POST', '/v1/api-keys', { name: 'reader', scopes: ['read'] })).body as { secret: string };
    await server.inject({ url: `/v1/profiles/${profileId}/export`, headers: { authorization: `Bearer ${made.secret}` } });
    await server.inject({ url: `/v1/profiles/${profileId}/export` });
    expect((await acts('?act=profile')).map(({ act, actorName, profileIds, status }) => [act, actorName, profileIds, status])).toEqual([
      ['profile.export', 'reader', [profileId], 403],
    ]);
  });

  test('is found by person, key, act and time, and comes in pages', async () => {
    const { call, acts, profileId, deps } = await ready();
    await call('GET', `/v1/profiles/${profileId}`);
    deps.clock.pass(day);
    await call('GET', `/v1/profiles/${profileId}/caps`);
    await call('DELETE', `/v1/profiles/${profileId}`);
    const named = (list: readonly Act[]) => list.map(({ act }) => act).toSorted();

    expect(named(await acts(`?profileId=${profileId}`))).toEqual(['caps.show', 'profile.erase', 'profile.show']);
    expect(named(await acts('?profileId=nobody'))).toEqual([]);
    expect(named(await acts('?act=profile'))).toEqual(['profile.erase', 'profile.show']);
    expect(named(await acts('?act=profile.erase'))).toEqual(['profile.erase']);
    expect(named(await acts(`?since=${new Date(deps.clock.now()).toISOString()}`))).toEqual(['caps.show', 'profile.erase']);
    const { items } = (await call('GET', '/v1/api-keys')).body as { items: readonly { id: string }[] };
    expect((await acts(`?keyId=${items[0]?.id}&profileId=${profileId}`)).length).toBe(3);
    expect((await acts('?keyId=another')).length).toBe(0);

    const first = (await call('GET', `/v1/audit?profileId=${profileId}&limit=2`)).body as { items: readonly Act[]; nextCursor: string };
    const rest = (await call('GET', `/v1/audit?profileId=${profileId}&limit=2&cursor=${first.nextCursor}`)).body as {
      items: readonly Act[];
      nextCursor: null;
    };
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([2, 1, null]);
  });

  test('has a change before it is done: what cannot be written down is not done', async () => {
    const { deps, apiKey, profileId, acts } = await ready();
    class Unwritable extends AuditTrail {
      override async begin(): Promise<number> {
        throw new Error('The audit log cannot be written.');
      }
    }
    const { server } = testServer(deps, { audit: new Unwritable(deps) });
    const erased = await server.inject({
      method: 'DELETE',
      url: `/v1/profiles/${profileId}`,
      headers: { authorization: `Bearer ${apiKey}` },
    });
    expect(erased.statusCode).toBe(500);
    const shown = await server.inject({ url: `/v1/profiles/${profileId}`, headers: { authorization: `Bearer ${apiKey}` } });
    expect(shown.json()).toMatchObject({ erasedAt: null });
    expect((await acts()).map(({ act }) => act)).not.toContain('profile.erase');
  });

  test('of a process that was killed has its changes, without their outcome, and not its last reads', async () => {
    const { deps, call, apiKey, profileId } = await ready();
    const killed = testServer(deps, { audit: new AuditTrail(deps) });
    const headers = { authorization: `Bearer ${apiKey}` };
    await killed.server.inject({ url: `/v1/profiles/${profileId}/export`, headers });
    await killed.server.inject({ url: `/v1/profiles/${profileId}`, headers });
    // Nothing of it is stopped.
    const { items } = (await call('GET', `/v1/audit?profileId=${profileId}`)).body as { items: readonly Act[] };
    expect(items.map(({ act, status }) => [act, status])).toEqual([['profile.export', null]]);
    await killed.audit.stop();
    const after = (await call('GET', `/v1/audit?profileId=${profileId}`)).body as { items: readonly Act[] };
    expect(after.items.map(({ act, status }) => [act, status])).toEqual([
      ['profile.show', 200],
      ['profile.export', 200],
    ]);
  });

  test('costs a read no statement of its own', async () => {
    const { deps, apiKey, profileId } = await ready();
    const { server, audit } = testServer(deps, { audit: new AuditTrail(deps) });
    const headers = { authorization: `Bearer ${apiKey}` };
    const statements = await countStatements(opened.store, async () => {
      for (let n = 0; n < 50; n += 1) await server.inject({ url: `/v1/profiles/${profileId}/caps`, headers });
      await audit.stop();
    });
    expect(statements.filter((text) => text.includes('insert into audit_log'))).toHaveLength(1);
    expect(await countOf('audit_log')).toBe(50);
  });

  test('can be added to and nothing else, but for its retention, which says so', async () => {
    const { deps, call, acts, profileId } = await ready();
    await call('GET', `/v1/profiles/${profileId}/export`);
    await acts();
    const refused = 'The audit log can be added to, not changed.';
    await expect(sql`update audit_log set act = 'nothing'`.execute(opened.store.db)).rejects.toThrow(refused);
    await expect(sql`delete from audit_log`.execute(opened.store.db)).rejects.toThrow(refused);
    await expect(sql`update audit_outcomes set status = 500`.execute(opened.store.db)).rejects.toThrow(refused);

    deps.clock.pass(30 * day);
    await forgetOldActs(deps, 30);
    expect(await countOf('audit_outcomes')).toBe(1);
    deps.clock.pass(1);
    await forgetOldActs(deps, 30);
    expect(await countOf('audit_outcomes')).toBe(0);
    const left = await sql<{ act: string; actor_kind: string }>`select act, actor_kind from audit_log where act = 'audit.forget'`.execute(
      opened.store.db,
    );
    expect(left.rows).toEqual([{ act: 'audit.forget', actor_kind: 'system' }]);
  });

  test('says when a key was last used', async () => {
    const { deps, apiKey, call } = await ready();
    const { server, audit } = testServer(deps);
    await server.inject({ url: '/v1/shop', headers: { authorization: `Bearer ${apiKey}` } });
    await audit.stop();
    const { items } = (await call('GET', '/v1/api-keys')).body as { items: readonly { lastUsedAt: string | null }[] };
    expect(items[0]?.lastUsedAt).toBe(new Date(deps.clock.now()).toISOString());
  });

  async function countOf(table: 'audit_log' | 'audit_outcomes'): Promise<number> {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(opened.store.db);
    return rows[0]?.n ?? 0;
  }
});
