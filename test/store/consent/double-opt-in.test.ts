import { beforeEach, expect, test } from 'vitest';
import { tendConsents } from '../../../src/app/consent/double-opt-in.js';
import { checkSend } from '../../../src/app/messages/check-send.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { showConsents } from '../../../src/app/people/show-profile.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { suppressionHash, unsubscribeKeys } from '../../../src/domain/consent/suppression.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { readConsents } from '../../../src/store/profiles-read.js';
import { insertSuppression } from '../../../src/store/suppressions.js';
import { keepUnsubscribed } from '../../../src/store/unsubscribes.js';
import { opset } from '../../../workflows/contract.js';
import { testApi } from '../../support/api.js';
import { mayReceive } from '../../support/consents.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';
import { twilioWebhooks } from '../../support/twilio-webhooks.js';

const signUp = {
  channel: 'email',
  topic: 'newsletter',
  method: 'form',
  source: 'footer',
  text: 'Yes, please.',
  ip: '203.0.113.7',
  double_opt_in: true,
};
const press = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'confirm=yes' } as const;

describeOnBothStores('a double opt-in', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publishHead(store(), { id: 'double-opt-in', class: 'transactional', topic: 'consent' });
    await publishHead(store(), { id: 'double-opt-in-text', channel: 'sms', class: 'transactional', topic: 'consent' });
    await take(deps, identify({ email: 'ada@example.test', phone: '+447700900123', country: 'GB' }));
  });

  const told = (properties: Record<string, unknown>) =>
    take(deps, track('Consent Granted', properties, { occurredAt: deps.clock.now(), receivedAt: deps.clock.now() }));
  const acts = async () => {
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    return readConsents(store().db, id);
  };
  const may = async (topic = 'newsletter', channel: 'email' | 'sms' = 'email') =>
    mayReceive(await acts(), channel, topic, deps.clock.now());
  const requests = async () =>
    (
      await store()
        .db.selectFrom('entries')
        .selectAll()
        .where('journey_id', 'like', 'message.double-opt-in%')
        .orderBy('created_at')
        .execute()
    ).map(({ id, data }) => ({ id, ...(data['trigger'] as { readonly topics: readonly string[]; readonly confirmUrl: string }) }));
  const linkOf = (request: { readonly confirmUrl: string } | undefined) => new URL(request?.confirmUrl ?? '').pathname;

  test('is asked for through the gate, and counts once its button is pressed', async () => {
    await told(signUp);
    expect(await may()).toBe(false);
    await tendConsents(deps);
    await tendConsents(deps);
    const asked = await requests();
    expect(asked).toMatchObject([{ topics: ['Newsletter'] }]);
    await takeTurn(deps, { v: 1, entryId: asked[0]?.id ?? '', opset }, 'inline');
    expect(deps.providers.email.submitted).toHaveLength(1);

    const { server } = await testApi(deps);
    const url = linkOf(asked[0]);
    for (const method of ['GET', 'HEAD'] as const) expect((await server.inject({ method, url })).statusCode).toBe(200);
    expect((await server.inject({ ...press, payload: '', url })).statusCode).toBe(400);
    expect(await may()).toBe(false);

    deps.clock.pass(hour);
    const thanks = await server.inject({ ...press, url, headers: { ...press.headers, 'user-agent': 'a browser' } });
    expect([thanks.statusCode, thanks.body.includes('Thank you')]).toEqual([200, true]);
    expect(await may()).toBe(true);
    expect(await acts()).toMatchObject([
      { state: 'pending', requestedAt: noon, confirmedAt: noon + hour, ip: '203.0.113.7' },
      {
        state: 'granted',
        method: 'double-opt-in',
        text: 'Yes, please.',
        requestedAt: noon,
        confirmedAt: noon + hour,
        userAgent: 'a browser',
        evidence: expect.stringMatching(/^consent\/\d+$/),
      },
    ]);
    const facts = await store().db.selectFrom('facts').select('name').where('name', 'like', 'consent.%').execute();
    expect(facts).toEqual([{ name: 'consent.granted' }]);

    expect((await server.inject({ ...press, url })).body).toBe(thanks.body);
    expect(await acts()).toHaveLength(2);
  });

  test('is asked for once more after three days, and given up after thirty', async () => {
    await told(signUp);
    for (let days = 0; days < 40; days += 1) {
      await tendConsents(deps);
      deps.clock.pass(day);
    }
    expect(await requests()).toHaveLength(2);
    expect(await acts()).toMatchObject([{ state: 'expired', text: null, ip: null, userAgent: null, textHash: expect.any(String) }]);
  });

  test('has a week for each link, and each link confirms once', async () => {
    await told(signUp);
    await tendConsents(deps);
    deps.clock.pass(4 * day);
    await tendConsents(deps);
    const [first, reminder] = (await requests()).map(linkOf);
    deps.clock.pass(3 * day);

    const { server } = await testApi(deps);
    expect((await server.inject({ ...press, url: first ?? '' })).statusCode).toBe(410);
    expect(await may()).toBe(false);
    await server.inject({ ...press, url: reminder ?? '' });
    expect(await may()).toBe(true);

    deps.clock.pass(1000);
    await take(deps, track('Consent Revoked', { channel: 'email', topic: 'newsletter' }, { occurredAt: deps.clock.now() }));
    expect((await server.inject({ ...press, url: reminder ?? '' })).statusCode).toBe(410);
    expect(await may()).toBe(false);
  });

  test('confirms nothing by a link that went to another address than the person’s own of today, and asks there anew', async () => {
    await told(signUp);
    await tendConsents(deps);
    deps.clock.pass(hour);
    await take(deps, identify({ email: 'eve@example.test' }, { occurredAt: deps.clock.now(), receivedAt: deps.clock.now() }));
    const hash = suppressionHash(deps.secret, 'email', 'eve@example.test');
    await store().transaction((trx) =>
      insertSuppression(trx, { channel: 'email', hash, reason: 'erased', detail: null, at: deps.clock.now() }),
    );

    const { server } = await testApi(deps);
    const [first] = (await requests()).map(linkOf);
    for (const again of [{ method: 'GET' } as const, press, press])
      expect((await server.inject({ ...again, url: first ?? '' })).statusCode).toBe(410);
    const suppressed = async () => (await store().db.selectFrom('suppressions').select('reason').execute()).length;
    expect([await may(), await suppressed()]).toEqual([false, 1]);

    await tendConsents(deps);
    const [, second] = (await requests()).map(linkOf);
    await server.inject({ ...press, url: first ?? '' });
    await tendConsents(deps);
    expect(await requests()).toHaveLength(2);
    await server.inject({ ...press, url: second ?? '' });
    expect([await may(), await suppressed()]).toEqual([true, 0]);
  });

  test('of somebody who corrects their address is asked at the new one at once', async () => {
    await told(signUp);
    await tendConsents(deps);
    deps.clock.pass(hour);
    await take(deps, identify({ email: 'right@example.test' }, { occurredAt: deps.clock.now(), receivedAt: deps.clock.now() }));
    await told(signUp);
    await tendConsents(deps);
    expect(await requests()).toHaveLength(2);
  });

  test('asks an address once a day, whoever it is said to be, and one button confirms for all who have it', async () => {
    const names = ['b1', 'b2', 'b3', 'b4'];
    for (const anonymousId of names) {
      await take(
        deps,
        identify({ email: 'Victim@example.test' }, { anonymousId }),
        track('Consent Granted', { ...signUp, topic: anonymousId === 'b1' ? 'newsletter' : 'sales' }, { anonymousId }),
      );
      await tendConsents(deps);
    }
    const [request, ...more] = await requests();
    expect(more).toEqual([]);
    const profileOf = async (anonymousId: string) =>
      (await store().db.selectFrom('identities').select('profile_id').where('value', '=', anonymousId).executeTakeFirstOrThrow())
        .profile_id;
    const { now } = (await showConsents(deps, await profileOf('b2'))) ?? { now: [] };
    expect(now.find(({ channel, topic }) => channel === 'email' && topic === 'sales')?.sentence).toContain(
      'the address was already asked within a day',
    );

    const { server } = await testApi(deps);
    const url = linkOf(request);
    expect((await server.inject({ method: 'GET', url })).body).toMatch(/Newsletter[^]*Sales/);
    await server.inject({ ...press, url });
    for (const name of names)
      expect(mayReceive(await readConsents(store().db, await profileOf(name)), 'email', name === 'b1' ? 'newsletter' : 'sales')).toBe(true);
  });

  test('reminds an address that many sign up once, not once for each', async () => {
    for (const anonymousId of ['b1', 'b2', 'b3'])
      await take(deps, identify({ email: 'victim@example.test' }, { anonymousId }), track('Consent Granted', signUp, { anonymousId }));
    await Promise.all([1, 2, 3].map(() => tendConsents(deps)));
    expect(await requests()).toHaveLength(1);
    for (let days = 0; days < 40; days += 1) {
      await tendConsents(deps);
      deps.clock.pass(day);
    }
    expect((await requests()).length).toBeLessThanOrEqual(2);
  });

  test('is not asked of an address that complained, and the story says so', async () => {
    const hash = suppressionHash(deps.secret, 'email', 'ada@example.test');
    await store().transaction((trx) =>
      insertSuppression(trx, { channel: 'email', hash, reason: 'complained', detail: null, at: deps.clock.now() }),
    );
    await told(signUp);
    await tendConsents(deps);
    expect(await requests()).toEqual([]);
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    const { now } = (await showConsents(deps, id)) ?? { now: [] };
    expect(now.find(({ channel, topic }) => channel === 'email' && topic === 'newsletter')?.sentence).toContain('the address complained');
  });

  test('says so where it is confirmed and nothing may be sent there all the same', async () => {
    await told(signUp);
    await tendConsents(deps);
    const [request] = await requests();
    const hash = suppressionHash(deps.secret, 'email', 'ada@example.test');
    await store().transaction((trx) =>
      insertSuppression(trx, { channel: 'email', hash, reason: 'complained', detail: null, at: deps.clock.now() }),
    );
    const { server } = await testApi(deps);
    const { body } = await server.inject({ ...press, url: linkOf(request) });
    expect([body.includes('we may not write to this address'), body.includes('You are signed up')]).toEqual([true, false]);
  });

  test('is asked for at an address that was unsubscribed, whatever an import says, and counts over that', async () => {
    const keys = unsubscribeKeys(deps.secret, { email: 'late@example.test', phone: null });
    await store().transaction((trx) => keepUnsubscribed(trx, keys, 'one-click', deps.clock.now()));
    deps.clock.pass(hour);
    const live = { userId: 'late', occurredAt: deps.clock.now(), receivedAt: deps.clock.now() };
    const imported = { ...live, occurredAt: noon - 100 * day, origin: 'import' as const };
    await take(
      deps,
      identify({ email: 'late@example.test' }, live),
      track('Consent Granted', { ...signUp, double_opt_in: false }, imported),
      track('Consent Granted', signUp, live),
    );
    const mayCome = async () => {
      const check = {
        to: { userId: 'late' },
        channel: 'email',
        topic: 'newsletter',
        class: 'marketing',
        priority: null,
        at: null,
      } as const;
      const result = await checkSend(deps, check);
      return result.kind === 'answer' && result.decision === 'send';
    };
    await tendConsents(deps);
    expect([(await requests()).length, await mayCome()]).toEqual([1, false]);
    const { server } = await testApi(deps);
    await server.inject({ ...press, url: linkOf((await requests())[0]) });
    expect(await mayCome()).toBe(true);
  });

  test('waits for an address to ask at', async () => {
    await take(deps, track('Consent Granted', signUp, { anonymousId: 'b1' }));
    await tendConsents(deps);
    expect(await requests()).toEqual([]);
    deps.clock.pass(hour);
    const later = { anonymousId: 'b1', occurredAt: deps.clock.now(), receivedAt: deps.clock.now() };
    await take(deps, identify({ email: 'late@example.test' }, later));
    await tendConsents(deps);
    expect(await requests()).toHaveLength(1);
  });

  test('is void where the person said no meanwhile', async () => {
    await told(signUp);
    await tendConsents(deps);
    const [request] = await requests();
    deps.clock.pass(1000);
    await take(deps, track('Consent Denied', { channel: 'email' }, { occurredAt: deps.clock.now() }));

    const { server } = await testApi(deps);
    expect((await server.inject({ ...press, url: linkOf(request) })).statusCode).toBe(410);
    expect(await may()).toBe(false);
  });

  test('of somebody who signs up twice in a day is one mail, which confirms both', async () => {
    await told(signUp);
    await tendConsents(deps);
    deps.clock.pass(hour);
    await told({ ...signUp, topic: 'sales' });
    await tendConsents(deps);
    expect(await requests()).toHaveLength(1);

    deps.clock.pass(25 * hour);
    await told({ ...signUp, topic: 'recommendations' });
    await tendConsents(deps);
    const asked = await requests();
    expect(asked).toHaveLength(2);
    const { server } = await testApi(deps);
    await server.inject({ ...press, url: linkOf(asked[1]) });
    for (const topic of ['newsletter', 'sales', 'recommendations']) expect(await may(topic)).toBe(true);
  });

  test('of a day is confirmed by its one mail, which came before the second sign-up', async () => {
    await told(signUp);
    await tendConsents(deps);
    deps.clock.pass(hour);
    await told({ ...signUp, topic: 'sales' });
    await tendConsents(deps);
    const { server } = await testApi(deps);
    await server.inject({ ...press, url: linkOf((await requests())[0]) });
    expect([await may('newsletter'), await may('sales')]).toEqual([true, true]);
  });

  test('by text is confirmed by YES, which means nothing else at any other time', async () => {
    const { text } = twilioWebhooks(deps);
    await text('SM1', 'Yes');
    await told({ ...signUp, channel: 'sms', topic: 'cart_reminder' });
    await text('SM2', 'Yes');
    expect(await may('cart_reminder', 'sms')).toBe(false);

    await tendConsents(deps);
    expect(await requests()).toMatchObject([{ topics: ['Reminders of your cart'] }]);
    deps.clock.pass(hour);
    expect((await text('SM3', 'Yes')).body).toContain('You are signed up');
    expect(await may('cart_reminder', 'sms')).toBe(true);
    await text('SM4', 'Yes');
    const inbound = await store().db.selectFrom('inbound_messages').select('action').orderBy('id').execute();
    expect(inbound.map(({ action }) => action)).toEqual(['reply', 'reply', 'confirm', 'reply']);
  });

  test('by text of a number that has stopped says that START is wanted too', async () => {
    const { text } = twilioWebhooks(deps);
    await text('SM1', 'STOP');
    deps.clock.pass(hour);
    await told({ ...signUp, channel: 'sms', topic: 'cart_reminder' });
    await tendConsents(deps);
    deps.clock.pass(hour);
    const { body } = await text('SM2', 'Yes');
    expect(body).toContain('texts to this number are stopped. Reply START');
    expect(body).not.toContain('signed up for our texts');
    expect((await text('SM3', 'START')).body).toContain('You will get our texts again');
    expect(await may('cart_reminder', 'sms')).toBe(true);
  });

  test('by text brings back somebody whose number was erased, also where it has stopped since', async () => {
    const { text } = twilioWebhooks(deps);
    const hash = suppressionHash(deps.secret, 'sms', '+447700900123');
    const suppressed = (reason: 'erased' | 'stopped' | 'complained') =>
      store().transaction((trx) => insertSuppression(trx, { channel: 'sms', hash, reason, detail: null, at: deps.clock.now() }));
    const left = async () =>
      (await store().db.selectFrom('suppressions').select(['reason', 'detail']).execute()).map((row) => ({ ...row }));
    const signedUp = async (topic: string) => {
      await told({ ...signUp, channel: 'sms', topic });
      await tendConsents(deps);
      deps.clock.pass(25 * hour);
    };

    await suppressed('erased');
    await signedUp('cart_reminder');
    expect((await text('SM1', 'Yes')).body).toContain('You are signed up');
    expect(await left()).toEqual([]);

    await suppressed('erased');
    await suppressed('stopped');
    await signedUp('win_back');
    expect((await text('SM2', 'Yes')).body).toContain('are stopped. Reply START');
    expect(await left()).toEqual([{ reason: 'stopped', detail: null }]);
  });

  test('by text of a number that complained says that nothing will come', async () => {
    const { text } = twilioWebhooks(deps);
    const hash = suppressionHash(deps.secret, 'sms', '+447700900123');
    await told({ ...signUp, channel: 'sms', topic: 'cart_reminder' });
    await tendConsents(deps);
    await store().transaction((trx) =>
      insertSuppression(trx, { channel: 'sms', hash, reason: 'complained', detail: null, at: deps.clock.now() }),
    );
    expect((await text('SM1', 'Yes')).body).toContain('we may not write to this number');
    expect(await store().db.selectFrom('suppressions').select('reason').execute()).toEqual([{ reason: 'complained' }]);
  });

  test('by text is confirmed, and texts start again, where Twilio takes the YES for START', async () => {
    const { text } = twilioWebhooks(deps);
    await text('SM1', 'STOP', { OptOutType: 'STOP' });
    deps.clock.pass(hour);
    await told({ ...signUp, channel: 'sms', topic: 'cart_reminder' });
    await tendConsents(deps);
    deps.clock.pass(hour);
    expect((await text('SM2', 'Yes', { OptOutType: 'START' })).body).not.toContain('<Message>');
    expect([await may('cart_reminder', 'sms'), await store().db.selectFrom('suppressions').selectAll().execute()]).toEqual([true, []]);
  });

  test('is over with STOP', async () => {
    const { text } = twilioWebhooks(deps);
    await told({ ...signUp, channel: 'sms', topic: 'cart_reminder' });
    await tendConsents(deps);
    deps.clock.pass(hour);
    await text('SM1', 'STOP');
    await text('SM2', 'YES');
    expect(await may('cart_reminder', 'sms')).toBe(false);
  });

  test('waits where nothing is there to ask with, and is not asked of who has said yes before or is imported', async () => {
    await store().db.deleteFrom('template_versions').execute();
    await told(signUp);
    await tendConsents(deps);
    await take(
      deps,
      track('Consent Granted', { channel: 'email', topic: 'sales', method: 'form', source: 'test' }, { occurredAt: deps.clock.now() }),
      track('Consent Granted', { ...signUp, topic: 'welcome', method: 'import', text: undefined }, { occurredAt: deps.clock.now() }),
    );
    deps.clock.pass(1);
    await told({ ...signUp, topic: 'sales' });
    expect(await requests()).toHaveLength(0);

    await publishHead(store(), { id: 'double-opt-in', class: 'transactional', topic: 'consent' });
    await tendConsents(deps);
    expect(await requests()).toMatchObject([{ topics: ['Newsletter'] }]);
    expect(await may('welcome')).toBe(false);
  });

  test('of a person who was erased is nobody’s', async () => {
    await told(signUp);
    await tendConsents(deps);
    const [request] = await requests();
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    await eraseProfile(deps, id);

    const { server } = await testApi(deps);
    expect((await server.inject({ ...press, url: linkOf(request) })).statusCode).toBe(404);
    await tendConsents(deps);
    expect(await requests()).toHaveLength(1);
  });
});
