import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { unsubscribeKeys } from '../../src/domain/consent/suppression.js';
import { keepUnsubscribed } from '../../src/store/unsubscribes.js';
import { shippedPolicies } from '../support/policies.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

const shipped = shippedPolicies();
/** Texts about carts want a confirmation. */
const policies = {
  ...shipped,
  topics: {
    ...shipped.topics,
    topics: shipped.topics.topics.map((topic) => {
      if (topic.id === 'cart_reminder') return { ...topic, doubleOptIn: ['sms'] as const };
      return topic.id === 'newsletter' ? { ...topic, doubleOptInCountries: { email: ['DE', 'AT'] } } : topic;
    }),
  },
};

let door: ShopDoor;
beforeAll(async () => {
  door = await openShopDoor({ policies: { current: () => policies } });
});
beforeEach(() => door.begin());
afterAll(() => door.close());

const yes = (properties: object = {}) => ({
  event: 'Consent Granted',
  properties: { channel: 'email', method: 'form', source: 'footer', ...properties },
});
const no = (properties: object = {}) => ({ event: 'Consent Revoked', properties: { channel: 'email', ...properties } });
const holds = async (by: { userId: string } | { anonymousId: string }, channel = 'email', topic = 'marketing') =>
  (await door.person(by))?.consents.now.find((one) => one.channel === channel && one.topic === topic);
const text = { channel: 'sms', topic: 'cart_reminder' };

describe('a yes by a browser key', () => {
  beforeEach(() => door.says('identify', { anonymousId: 'x', traits: { email: 'x@example.com', phone: '+447700900123' } }));

  test('counts at once where nothing asks for more, and waits where the topic wants it confirmed', async () => {
    await door.says('track', { anonymousId: 'x', ...yes() });
    await door.says('track', { anonymousId: 'x', ...yes(text) });
    expect(await holds({ anonymousId: 'x' })).toMatchObject({ granted: true });
    expect(await holds({ anonymousId: 'x' }, 'sms', 'cart_reminder')).toMatchObject({ granted: false, cause: 'pending' });
  });

  test.each([
    ['in a country that asks for it', { country: 'Germany' }, false],
    ['in one that does not', { country: 'FR', phone: null }, true],
    ['by their number in one that asks', { phone: '+436641234567' }, false],
    ['in two, of which one asks', { country: 'GB', timezone: 'Europe/Berlin' }, false],
    ['nowhere that anybody knows', { phone: null }, false],
  ])('waits where the country asks for it: a person %s', async (_where, traits, counts) => {
    await door.says('identify', { anonymousId: 'y', traits: { email: 'y@example.com', ...traits } });
    await door.says('track', { anonymousId: 'y', ...yes({ topic: 'newsletter' }) });
    expect(await holds({ anonymousId: 'y' }, 'email', 'newsletter')).toMatchObject({ granted: counts });
    // The shop's own form has asked already.
    await door.tells('track', { anonymousId: 'y', ...yes({ topic: 'newsletter', double_opt_in_confirmed_at: '2026-11-01T00:00:00Z' }) });
    expect(await holds({ anonymousId: 'y' }, 'email', 'newsletter')).toMatchObject({ granted: true });
  });

  test.each([
    ['that it was confirmed', { double_opt_in_confirmed_at: '2026-11-01T00:00:00Z', double_opt_in_requested_at: '2026-11-01T00:00:00Z' }],
    ['another basis', { legal_basis: 'soft-opt-in' }],
    ['an implied consent', { legal_basis: 'implied', expires_at: '2027-11-01T00:00:00Z' }],
    ['that it is an import with evidence', { method: 'import', evidence: 'ticket 1', text: 'Yes', source_url: 'https://shop.example/' }],
    ['to be our own page', { method: 'double-opt-in', source: 'sms-start' }],
    ['to be an agent with a scan', { actor: 'agent-7', evidence: 'scan 4' }],
  ])('cannot pass the confirmation by saying %s', async (_what, said) => {
    await door.says('track', { anonymousId: 'x', ...yes({ ...text, ...said }) });
    expect(await holds({ anonymousId: 'x' }, 'sms', 'cart_reminder')).toMatchObject({ granted: false });
    const [row] = await door.store.db.selectFrom('consents').selectAll().execute();
    expect(row).toMatchObject({ state: 'pending', legal_basis: null, confirmed_at: null, requested_at: null, evidence: null, actor: null });
    await door.tells('track', { anonymousId: 'x', ...yes({ ...text, double_opt_in_confirmed_at: '2026-11-01T00:00:00Z' }) });
    expect(await holds({ anonymousId: 'x' }, 'sms', 'cart_reminder')).toMatchObject({ granted: true });
  });

  test('cannot do it in the traits of an identify either', async () => {
    const act = { state: 'granted', at: '2026-11-20T00:00:00Z', ...text, double_opt_in_confirmed_at: '2026-11-20T00:00:00Z' };
    await door.says('identify', { anonymousId: 'x', traits: { consents: [act] } });
    expect(await holds({ anonymousId: 'x' }, 'sms', 'cart_reminder')).toMatchObject({ granted: false });
  });

  test('does not stand over an unsubscribe of the address, whoever says to have it; a confirmation from there does', async () => {
    const keys = unsubscribeKeys(door.deps.secret, { email: 'x@example.com', phone: null });
    await door.store.transaction((trx) => keepUnsubscribed(trx, keys, 'one-click', door.deps.clock.now()));
    await door.says('track', { messageId: 'm', anonymousId: 'x', ...yes() });
    expect(await holds({ anonymousId: 'x' })).toMatchObject({ granted: false });
    expect(await door.notes('m')).toEqual(['yes-to-confirm']);
    expect(await door.store.db.selectFrom('consents').select('state').execute()).toEqual([{ state: 'pending' }]);

    // Said before the address was: then it is the address that does not go with the yes.
    await door.says('track', { anonymousId: 'y', ...yes() });
    expect(await holds({ anonymousId: 'y' })).toMatchObject({ granted: true });
    await door.says('identify', { anonymousId: 'y', traits: { email: 'x@example.com' } });
    expect(await holds({ anonymousId: 'y' })).toMatchObject({ granted: false });

    await door.tells('track', { anonymousId: 'y', ...yes() });
    expect(await holds({ anonymousId: 'y' })).toMatchObject({ granted: true });
  });

  test('of a known person whose browser it is not, waits for that person', async () => {
    await door.tells('identify', { userId: 'ada', traits: { email: 'ada@example.com' } });
    await door.says('track', { userId: 'ada', ...yes() });
    expect(await holds({ userId: 'ada' })).toMatchObject({ granted: false, cause: 'pending' });
    await door.says('track', { userId: 'ada', ...yes(), context: { userToken: door.token({ sub: 'ada', exp: door.realSeconds() + 60 }) } });
    expect(await holds({ userId: 'ada' })).toMatchObject({ granted: true });
  });

  test('to what the preference centre does not offer is refused, and kept for a person to look at', async () => {
    const answer = await door.says('track', { anonymousId: 'x', ...yes({ topic: 'win_back' }) });
    expect([answer.status, answer.body['code']]).toEqual([400, 'needs-server-key']);
    expect((await door.call('GET', '/v1/dead-letters?state=open')).body).toMatchObject({ items: [{ reason: 'needs-server-key' }] });
    expect((await door.tells('track', { anonymousId: 'x', ...yes({ topic: 'win_back' }) })).status).toBe(200);
  });
});

describe('a no by a browser key', () => {
  test.each([
    ['of a visitor', { anonymousId: 'x' }],
    ['of a known person, from a browser that is not theirs', { userId: 'ada', anonymousId: 'x' }],
    ['of a known person, from nowhere', { userId: 'ada' }],
  ])('counts at once: %s', async (_who, ids) => {
    const by = 'userId' in ids ? { userId: 'ada' } : { anonymousId: 'x' };
    await door.tells('track', { ...by, ...yes() });
    expect(await holds(by)).toMatchObject({ granted: true });
    await door.says('track', { ...ids, ...no() });
    expect(await holds(by)).toMatchObject({ granted: false, cause: 'refused' });
  });

  test('is not laid at a message’s door', async () => {
    await door.says('track', { anonymousId: 'x', ...no({ source: 'message/abc', method: 'one-click' }) });
    expect(await door.store.db.selectFrom('consents').select(['source', 'method']).execute()).toEqual([
      { source: 'event', method: 'unspecified' },
    ]);
  });
});

describe('history', () => {
  test('wants a server key', async () => {
    const before = { messageId: 'm', userId: 'ada', event: 'Seen', timestamp: '2020-01-01T00:00:00Z' };
    const { readSegmentEvent } = await import('../support/segment.js');
    const { ingestEvents } = await import('../../src/app/ingest/ingest-events.js');
    const { speakersBy } = await import('../../src/app/keys/user-tokens.js');
    const take = async (kind: 'browser' | 'server') => {
      const speakerOf = speakersBy({ id: kind, kind, lineage: kind }, [], 0);
      const reading = readSegmentEvent({ ...before, type: 'track' }, null, {
        origin: 'import',
        receivedAt: door.deps.clock.now(),
        rate: 1,
        sentAt: undefined,
        speakerOf,
      });
      if (reading.kind !== 'event') throw new Error('It was not read.');
      return ingestEvents(door.deps, [reading.incoming], []);
    };
    expect(await take('browser')).toMatchObject({ stored: 0, rejected: [{ reason: 'needs-server-key' }] });
    expect(await take('server')).toMatchObject({ stored: 1, rejected: [] });
  });
});
