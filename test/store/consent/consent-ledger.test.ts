import { beforeEach, expect, test } from 'vitest';
import { tendConsents } from '../../../src/app/consent/double-opt-in.js';
import { retryDeadLetter } from '../../../src/app/dead-letters/retry-dead-letter.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { showEvent } from '../../../src/app/ingest/show-event.js';
import { exportProfile } from '../../../src/app/people/export-profile.js';
import { showConsents, showWaitingConsents } from '../../../src/app/people/show-profile.js';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { testApi } from '../../support/api.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('the consent ledger', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    deps.clock.set(noon + hour);
  });

  const profileId = async () => (await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow()).id;
  const consents = async () => {
    const shown = await showConsents(deps, await profileId());
    if (shown === null) throw new Error('There is no such profile.');
    return shown;
  };
  const told = (...events: readonly IncomingEvent[]) => ingestEvents(deps, events, []);
  const now = async (channel: string, topic: string) =>
    (await consents()).now.find((one) => one.channel === channel && one.topic === topic);

  test('keeps what an event tells of an act, and says what decides', async () => {
    const event = track('Consent Granted', {
      channel: 'email',
      topic: 'newsletter',
      method: 'form',
      form_id: 'footer',
      text: 'Send me the newsletter.',
      legal_basis: 'consent',
      expires_at: '2027-11-24T12:00:00Z',
      actor: 'agent-7',
      evidence: 'ticket/9',
    });
    const context = { ip: '203.0.113.7', userAgent: 'a browser', locale: 'en-GB', page: { url: 'https://shop.example/?form' } };
    await take(deps, { ...event, context });

    const { acts } = await consents();
    expect(acts).toMatchObject([
      {
        state: 'granted',
        source: 'footer',
        textHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        locale: 'en-GB',
        sourceUrl: 'https://shop.example/?form',
        ip: '203.0.113.7',
        userAgent: 'a browser',
        expiresAt: noon + 365 * day,
        actor: 'agent-7',
        evidence: 'ticket/9',
      },
    ]);
    expect(await now('email', 'newsletter')).toMatchObject({
      granted: true,
      act: acts[0]?.seq,
      sentence: 'Yes: newsletter by email was granted Tue 24 Nov 12:00 (form), until Wed 24 Nov 12:00.',
    });
    deps.clock.set(noon + 365 * day);
    expect(await now('email', 'newsletter')).toMatchObject({ granted: false, cause: 'expired' });
  });

  test('holds an import without evidence back, and lists it, until evidence comes', async () => {
    const imported = { channel: 'email', topic: 'sales', method: 'import', source: 'old-shop.csv' };
    const origin = { origin: 'import' as const };
    await take(deps, identify({ email: 'ada@example.test' }, origin), track('Consent Granted', imported, origin));
    expect(await now('email', 'sales')).toMatchObject({ granted: false, cause: 'quarantined' });
    expect((await showWaitingConsents(deps, 'quarantined', { limit: 10, cursor: null })).items).toMatchObject([{ source: 'old-shop.csv' }]);
    expect(await tendConsents(deps)).toBe(0);
    expect((await store().db.selectFrom('facts').select('name').where('name', 'like', 'consent.%').execute()).length).toBe(0);

    await take(deps, track('Consent Granted', { ...imported, topic: 'newsletter', method: 'form' }, origin));
    expect(await now('email', 'newsletter')).toMatchObject({ granted: false, cause: 'quarantined' });

    await take(deps, track('Consent Granted', { ...imported, evidence: 'archive/12.pdf' }, origin));
    expect(await now('email', 'sales')).toMatchObject({ granted: true });
  });

  test('takes acts with an identify, each once and at its own instant, so that a late repeat undoes no refusal', async () => {
    const act = { channel: 'email', topic: 'newsletter', state: 'granted', method: 'form', at: '2026-11-24T11:00:00Z' };
    const again = () =>
      take(deps, identify({ email: 'ada@example.test', consents: [act] }, { occurredAt: deps.clock.now(), receivedAt: deps.clock.now() }));
    await again();
    expect(await now('email', 'newsletter')).toMatchObject({ granted: true });
    deps.clock.pass(hour);
    await take(deps, track('Consent Revoked', { channel: 'email', topic: 'newsletter' }, { occurredAt: deps.clock.now() }));
    deps.clock.pass(hour);
    await again();

    expect(await now('email', 'newsletter')).toMatchObject({ granted: false, cause: 'refused' });
    expect((await consents()).acts).toHaveLength(2);
    expect((await store().db.selectFrom('profiles').select('traits').executeTakeFirstOrThrow()).traits).not.toHaveProperty('consents');
  });

  test('takes no yes to a topic that there is not, and keeps the event until there is one; a no is always taken', async () => {
    const said = { channel: 'email', topic: 'salez', method: 'form', source: 'footer' };
    const payload = { type: 'track', event: 'Consent Granted', userId: 'ada', messageId: 'm-9', properties: said };
    const { rejected } = await told(identify({ email: 'ada@example.test' }), { ...track('Consent Granted', said), payload });
    expect(rejected).toMatchObject([
      { reason: 'invalid-consent-event', detail: '`topic` names none of policies/topics.yaml. Did you mean "sales"?' },
    ]);
    expect((await consents()).acts).toEqual([]);
    await take(deps, track('Consent Denied', { ...said, channel: 'sms' }));
    const { acts } = await consents();
    expect(acts.map(({ channel, topic, state }) => `${channel} ${topic} ${state}`).sort()).toEqual([
      'sms marketing denied',
      'sms salez denied',
    ]);
    const act = { ...said, state: 'granted', at: '2026-11-24T11:00:00Z' };
    expect((await told(identify({ consents: [act] }))).rejected).toMatchObject([{ reason: 'invalid-consent-event' }]);

    const { call } = await testApi(deps);
    const path = `/v1/profiles/${await profileId()}/consents`;
    expect(await call('POST', path, { ...said, state: 'granted' })).toMatchObject({
      status: 422,
      body: { code: 'unknown-topic', detail: 'There is no topic "salez" in policies/topics.yaml. Did you mean "sales"?' },
    });
    expect(await call('POST', path, { ...said, state: 'withdrawn' })).toMatchObject({ status: 201 });

    const { topics: known, ...others } = deps.policies.current();
    const topics = { ...known, topics: known.topics.map((topic) => (topic.id === 'sales' ? { ...topic, id: 'salez' } : topic)) };
    const mended = { ...deps, policies: { current: () => ({ ...others, topics }) } };
    const letters = await store().db.selectFrom('dead_letters').select(['id', 'payload']).orderBy('id').execute();
    expect(await retryDeadLetter(mended, letters[0]?.id ?? '')).toEqual({ kind: 'resolved' });
  });

  test('takes a no at once, also where a yes beside it cannot be recorded, and says so of the event', async () => {
    const act = { channel: 'email', method: 'form', at: '2026-11-24T11:00:00Z' };
    const acts = [
      { ...act, topic: 'salez', state: 'granted' },
      { ...act, topic: 'newsletter', state: 'withdrawn' },
    ];
    const event = identify({ email: 'ada@example.test', consents: acts });
    expect((await told(event)).rejected).toEqual([]);
    expect((await consents()).acts).toMatchObject([{ topic: 'newsletter', state: 'withdrawn' }]);
    const shown = await showEvent(deps, event.event.messageId);
    expect(shown.kind === 'stored' && shown.event.effects.map(({ sentence }) => sentence)).toContain(
      'Noted: a yes in it names no topic of policies/topics.yaml and was not recorded.',
    );
  });

  test('takes no implied yes without an end, and a soft opt-in, which has none', async () => {
    const said = { channel: 'email', method: 'checkout', source: 'order' };
    const implied = { ...said, legal_basis: 'implied' };
    const { rejected } = await told(identify({ email: 'ada@example.test' }), track('Consent Granted', implied));
    expect(rejected).toMatchObject([{ reason: 'invalid-consent-event', detail: 'An implied consent needs an end: give `expires_at`.' }]);
    const { call } = await testApi(deps);
    const path = `/v1/profiles/${await profileId()}/consents`;
    expect(await call('POST', path, { ...said, state: 'granted', legalBasis: 'implied' })).toMatchObject({
      status: 422,
      body: { code: 'needs-end', detail: 'An implied consent needs an end: give `expires_at`.' },
    });
    expect((await consents()).acts).toEqual([]);

    await take(deps, track('Consent Granted', { ...implied, expires_at: '2028-11-24T12:00:00Z' }));
    await take(deps, track('Consent Granted', { ...said, topic: 'sales', legal_basis: 'soft-opt-in' }));
    expect((await consents()).acts).toHaveLength(2);
    expect(await call('POST', path, { ...said, state: 'withdrawn', legalBasis: 'implied' })).toMatchObject({ status: 201 });
  });

  test('forgets the addresses that proved a yes after two years', async () => {
    await take(deps, track('Consent Granted', { channel: 'email', method: 'form', ip: '203.0.113.7', text: 'Yes.' }));
    deps.clock.set(noon + 729 * day);
    await tendConsents(deps);
    expect((await consents()).acts).toMatchObject([{ ip: '203.0.113.7' }]);
    deps.clock.set(noon + 731 * day);
    await tendConsents(deps);
    expect((await consents()).acts).toMatchObject([{ ip: null, text: 'Yes.' }]);
  });

  test('lets an agent record an act, and the person take everything along', async () => {
    await take(deps, identify({ email: 'ada@example.test' }));
    const { call } = await testApi(deps);
    const id = await profileId();
    const given = {
      channel: 'sms',
      topic: 'cart_reminder',
      state: 'granted',
      method: 'phone-call',
      source: 'service desk',
      actor: 'agent-7',
    };
    expect((await call('POST', `/v1/profiles/${id}/consents`, given)).status).toBe(201);
    expect((await call('POST', `/v1/profiles/${id}/consents`, { ...given, method: 'import' })).body).toMatchObject({
      acts: [
        { state: 'granted', actor: 'agent-7' },
        { state: 'pending', isQuarantined: true },
      ],
    });
    expect((await call('POST', `/v1/profiles/${id}/consents`, { ...given, state: 'expired' })).status).toBe(400);

    const taken = await call('GET', `/v1/profiles/${id}/export`);
    expect(taken.body).toMatchObject({ profile: { email: 'ada@example.test' }, events: [{ type: 'identify' }], messages: [] });
    expect(Object.keys(taken.body)).toEqual(Object.keys((await exportProfile(deps, id)) ?? {}));
  });
});
