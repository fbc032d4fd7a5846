import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkEmail, normaliseEmail } from '../../src/channels/email/address.js';
import { normalisePhone } from '../../src/channels/sms/address.js';
import { basic, type Outside, openOutside } from '../support/outside.js';

describe('what comes in has bounds', () => {
  let outside: Outside;
  let key: string;
  beforeAll(async () => {
    outside = await openOutside();
    key = await outside.writeKey();
  });
  afterAll(() => outside.close());

  let count = 0;
  const event = (more: object) => ({ userId: 'ada', messageId: `m${(count += 1)}`, ...more });
  const batch = (events: readonly object[], path = '/v1/batch') =>
    fetch(`${outside.url}${path}`, { method: 'POST', body: JSON.stringify({ batch: events }), headers: basic(key) });
  const api = async <T>(path: string) =>
    (await (await fetch(`${outside.url}${path}`, { headers: { authorization: `Bearer ${outside.apiKey}` } })).json()) as T;
  const letters = async () =>
    (await api<{ items: { id: string; reason: string; payload?: unknown }[] }>('/v1/dead-letters?limit=100')).items;

  test('a live event of 32 KiB, an imported one of 256 KiB; the others of the batch are taken', async () => {
    const sized = (kib: number) => event({ type: 'track', event: 'Viewed', properties: { text: 'x'.repeat(kib * 1024) } });
    expect((await batch([sized(31), sized(33), sized(1)])).status).toBe(200);
    expect((await batch([sized(200), sized(300)], '/v1/import')).status).toBe(200);
    expect((await letters()).map(({ reason }) => reason)).toEqual(['too-large', 'too-large']);
    expect(await outside.store.db.selectFrom('events').select('message_id').execute()).toHaveLength(3);
  });

  test('a letter holds 64 KiB, and lists hold none of it', async () => {
    await batch([event({ type: 'track', event: 'Huge', properties: { text: 'y'.repeat(600_000) } })]);
    const listed = await letters();
    expect(listed.filter((one) => 'payload' in one)).toEqual([]);
    const whole = await Promise.all(listed.map(({ id }) => api<{ payload: unknown }>(`/v1/dead-letters/${id}`)));
    for (const { payload } of whole) expect(JSON.stringify(payload).length).toBeLessThan(70_000);
  });

  test('a trait of 4 KiB, and 64 KiB of them together; what else was said of the person counts, a refusal above all', async () => {
    const some = (from: number) => Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`trait${from + i}`, 'z'.repeat(3_000)]));
    const consents = Array.from({ length: 30 }, (_, i) => ({
      channel: 'email',
      topic: `topic_${i}`,
      state: 'denied',
      method: 'form',
      source: 'w'.repeat(200),
      at: '2026-11-24T10:00:00Z',
    }));
    await batch([
      event({ type: 'identify', traits: { email: 'ada@example.test', bio: 'x'.repeat(5_000), firstName: 'Ada', consents } }),
      event({ type: 'identify', traits: some(0) }),
      event({ type: 'identify', traits: some(10) }),
      event({ type: 'identify', traits: { ...some(20), plan: 'gold' } }),
    ]);
    const profile = await outside.store.db.selectFrom('profiles').select(['traits', 'email']).executeTakeFirstOrThrow();
    expect(profile.email).toBe('ada@example.test');
    expect(profile.traits).toMatchObject({ firstName: 'Ada', plan: 'gold' });
    expect(profile.traits).not.toHaveProperty('bio');
    expect(JSON.stringify(profile.traits).length).toBeLessThan(66_000);
    const refused = await outside.store.db.selectFrom('consents').select('topic').distinct().where('state', '=', 'denied').execute();
    expect(refused.map(({ topic }) => topic)).toEqual(expect.arrayContaining(consents.map(({ topic }) => topic)));
    const notes = JSON.stringify(await outside.store.db.selectFrom('events').select('matched').execute());
    expect(notes).toContain('trait-too-large');
    expect(notes).toContain('traits-full');
  });

  test('an address is one before anything is done with it', () => {
    const long = `${'a'.repeat(60)}@${'ü'.repeat(300)}.example`;
    expect(checkEmail(long)).toEqual({ kind: 'no', code: 'invalid-address' });
    expect(normaliseEmail(long)).toBeNull();
    expect(normaliseEmail(`  Ada@BÜCHER.example  `)).toBe('ada@xn--bcher-kva.example');
    expect(normalisePhone(`+1 (555) 867-5310`)).toBe('+15558675310');
    expect(normalisePhone(`+1${' '.repeat(100)}5558675310`)).toBeNull();
  });
});
