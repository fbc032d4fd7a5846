import { beforeEach, expect, test } from 'vitest';
import { liftDeadAddress } from '../../../src/app/consent/lift-suppression.js';
import { unsubscribe } from '../../../src/app/consent/unsubscribe.js';
import { resetBreaker, showBreakers } from '../../../src/app/inbound/breakers.js';
import { receiveEmail } from '../../../src/app/inbound/receive-email.js';
import { resumeSending } from '../../../src/app/journeys/control-journeys.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { writeReturnAddress } from '../../../src/domain/messages/return-address.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { MessageId } from '../../../src/domain/values/ids.js';
import { opset } from '../../../workflows/contract.js';
import { testApi } from '../../support/api.js';
import { localDns, loops, signingProvider } from '../../support/mail-back.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, take, turnDeps } from '../../support/turns.js';
import { twilioWebhooks } from '../../support/twilio-webhooks.js';

const domain = 'in.shop.example';
const provider = signingProvider('fbl.example');

describeOnBothStores('a breaker', (store) => {
  beforeEach(() => resetTables(store()));

  function opened() {
    const alarms: string[] = [];
    const base = turnDeps(store());
    const deps = {
      ...base,
      bounceDomain: domain,
      feedbackLoops: loops('reports@fbl.example'),
      resolveTxt: localDns([provider]),
      metrics: { ...base.metrics, alarm: (code: string) => void alarms.push(code) },
    };
    return { deps, alarms };
  }
  type Deps = ReturnType<typeof opened>['deps'];

  /**
   * So many mails of the journey `cart` to mailboxes of this provider, an hour ago; each went to a person of its own, or (`person`) to one
   * for all.
   */
  async function sentMails(
    deps: Deps,
    count: number,
    provider = 'gmail',
    more: { readonly class?: string; readonly prefix?: string; readonly person?: string } = {},
  ) {
    const at = deps.clock.now() - hour;
    const person = (index: number): string => more.person ?? `p-${more.prefix ?? 'm'}-${provider}-${index}`;
    const people = [...new Set(Array.from({ length: count }, (_, index) => person(index)))];
    const profile = { merged_into: null, email: null, phone: null, created_at: at, updated_at: at, erased_at: null };
    for (let n = 0; n < people.length; n += 500)
      await store()
        .db.insertInto('profiles')
        .values(people.slice(n, n + 500).map((id) => ({ id, ...profile })))
        .execute();
    const rows = Array.from({ length: count }, (_, index) => ({
      id: `${more.prefix ?? 'm'}-${provider}-${index}`,
      origin: 'journey' as const,
      entry_id: null,
      journey_id: 'cart',
      version: 1,
      step: 'first',
      visit: 1,
      profile_id: person(index),
      channel: 'email',
      class: more.class ?? 'marketing',
      topic: 'cart_reminder',
      priority: 80,
      template: 'first',
      template_version: 1,
      state: 'accepted',
      reason: null,
      slot_at: at,
      deadline_at: at,
      content: JSON.stringify({ to: { address: `someone${index}@example.com` } }),
      content_hash: 'hash',
      mailbox_provider: provider,
      segments: null,
      provider: 'smtp',
      provider_id: null,
      lease_real: null,
      submitted_at: at,
      accepted_at: at,
      created_at: at,
      updated_at: at,
    }));
    for (let n = 0; n < rows.length; n += 500)
      await store()
        .db.insertInto('messages')
        .values(rows.slice(n, n + 500))
        .execute();
    return rows.map(({ id }) => id as MessageId);
  }

  const mail = async (deps: Deps, id: MessageId, type: string, fields: string, isSigned = true) => {
    const unsigned = `From: reports@fbl.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=${type}; boundary=b\r\n\r\n--b\r\nContent-Type: message/${type}\r\n\r\n${fields}\r\n\r\n--b--\r\n`;
    const raw = isSigned ? await provider.sign(unsigned) : unsigned;
    return receiveEmail(deps, {
      raw: Buffer.from(raw),
      recipients: [writeReturnAddress(deps.secret, domain, { kind: 'bounce', messageId: id })],
    });
  };
  const complain = (deps: Deps, id: MessageId, isSigned = true) =>
    mail(deps, id, 'feedback-report', 'Feedback-Type: abuse\r\nUser-Agent: x\r\nVersion: 1', isSigned);
  const bounce = (deps: Deps, id: MessageId) =>
    mail(
      deps,
      id,
      'delivery-status',
      'Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1',
      false,
    );
  const tripped = async (deps: Deps) => (await showBreakers(deps)).map(({ scope, trip }) => `${scope.kind}:${scope.id} ${trip?.rule}`);
  const journeyState = async () => (await store().db.selectFrom('journeys').select('state').executeTakeFirstOrThrow()).state;

  test('pauses a journey and marketing to a mailbox provider on the third complaint about few mails, and says why', async () => {
    const { deps, alarms } = opened();
    await publish(store(), cartJourney());
    const ids = await sentMails(deps, 20);
    for (const [index, id] of ids.slice(0, 3).entries()) {
      expect([index, await tripped(deps)]).toEqual([index, []]);
      await complain(deps, id);
    }

    expect(await tripped(deps)).toEqual(['journey:cart complaints-likely', 'provider:gmail complaints-likely']);
    expect([await journeyState(), alarms]).toEqual(['paused', ['breaker-journey', 'breaker-provider']]);
    const { call } = await testApi(deps);
    expect((await call('GET', '/v1/journeys/cart')).body).toMatchObject({
      state: 'paused',
      pausedBecause: expect.stringMatching(/^3 of 20 delivered mails were complained about: the rate is at least 0\.11 % /),
    });
  });

  test('is moved by who complains, not by how often: one person, and complaints that no provider has signed, move none', async () => {
    const { deps, alarms } = opened();
    await publish(store(), cartJourney());
    for (const id of await sentMails(deps, 20, 'gmail', { person: 'one' })) await complain(deps, id);
    for (const id of await sentMails(deps, 20, 'gmail', { prefix: 'unsigned' })) await complain(deps, id, false);
    expect([await tripped(deps), alarms]).toEqual([[], []]);

    for (const id of (await sentMails(deps, 3, 'gmail', { prefix: 'real' })).slice(0, 2)) await complain(deps, id);
    expect(await tripped(deps)).toHaveLength(2);
  });

  test('counts no complaint that an operator has lifted', async () => {
    const { deps } = opened();
    await publish(store(), cartJourney());
    const ids = await sentMails(deps, 20);
    for (const id of ids.slice(0, 2)) await complain(deps, id);
    await store().db.updateTable('profiles').set({ email: 'someone0@example.com' }).where('id', '=', 'p-m-gmail-0').execute();
    expect(await liftDeadAddress(deps, 'p-m-gmail-0', { channel: 'email', why: 'a test', actor: null })).toMatchObject({ kind: 'lifted' });
    await complain(deps, ids[0] as MessageId);
    await complain(deps, ids[2] as MessageId);
    expect(await tripped(deps)).toEqual([]);
    await complain(deps, ids[3] as MessageId);
    expect(await tripped(deps)).toHaveLength(2);
  });

  test('counts anew once it is reset: what is known does not trip it again', async () => {
    const { deps } = opened();
    await publish(store(), cartJourney());
    const ids = await sentMails(deps, 20);
    for (const id of ids.slice(0, 3)) await complain(deps, id);
    const { call } = await testApi(deps);
    expect((await call('POST', '/v1/breakers/journey/cart/reset')).body).toEqual({ changed: true, entries: 0 });
    expect((await call('POST', '/v1/breakers/provider/gmail/reset')).body).toEqual({ changed: true, entries: 0 });
    expect((await call('POST', '/v1/breakers/provider/gmail/reset')).body).toEqual({ changed: false, entries: 0 });
    expect([await journeyState(), (await call('GET', '/v1/breakers')).body]).toEqual(['active', { items: [] }]);

    for (const id of ids.slice(3, 10)) await complain(deps, id);
    expect(await tripped(deps)).toEqual([]);
    deps.clock.pass(2 * hour);
    for (const id of (await sentMails(deps, 20, 'gmail', { prefix: 'later' })).slice(0, 3)) await complain(deps, id);
    expect(await tripped(deps)).toHaveLength(2);
  });

  test('tells one provider from another, knows nothing of the rest, and leaves out transactional mail and old mail', async () => {
    const { deps } = opened();
    await publish(store(), cartJourney());
    for (const [provider, more] of [
      ['other', {}],
      ['yahoo', { class: 'transactional' }],
    ] as const)
      for (const id of (await sentMails(deps, 500, provider, more)).slice(0, 20)) await complain(deps, id);
    // Of 1000 mails of the journey that count, 500 are complained about never: it trips by itself.
    expect(await tripped(deps)).toEqual(['journey:cart complaints-likely']);

    const old = await sentMails(deps, 20, 'gmx');
    deps.clock.pass(31 * day);
    for (const id of old) await complain(deps, id);
    expect(await tripped(deps)).toEqual(['journey:cart complaints-likely']);
  });

  test('trips above two per cent of hard bounces, and above one per cent of unsubscribes, of five hundred', async () => {
    const { deps } = opened();
    await publish(store(), cartJourney());
    const ids = await sentMails(deps, 500, 'apple');
    for (const id of ids.slice(0, 10)) await bounce(deps, id);
    expect(await tripped(deps)).toEqual([]);
    await bounce(deps, ids[10] as MessageId);
    expect(await tripped(deps)).toEqual(['journey:cart hard-bounces', 'provider:apple hard-bounces']);

    await resetTables(store());
    await publish(store(), cartJourney());
    const others = await sentMails(deps, 500, 'apple');
    const people = others.slice(0, 6).map((id, index) => ({ id, profile: `u${index}` }));
    for (const [index, { id, profile }] of people.entries()) {
      const row = { merged_into: null, email: null, phone: null, created_at: noon, updated_at: noon, erased_at: null };
      await store()
        .db.insertInto('profiles')
        .values({ id: profile, ...row })
        .execute();
      await store().db.updateTable('messages').set({ profile_id: profile }).where('id', '=', id).execute();
      expect([index, await tripped(deps)]).toEqual([index, []]);
      await unsubscribe(deps, id, { method: 'one-click', text: null });
    }
    expect(await tripped(deps)).toEqual(['journey:cart unsubscribes', 'provider:apple unsubscribes']);
  });

  /** Ada, at Gmail, filled a cart; gmail is stopped before her reminder is due. */
  async function dueToGmail(overrides: Parameters<typeof cartJourney>[0] = {}) {
    const { deps } = opened();
    await publish(store(), cartJourney({ steps: { first: send('first', null) }, ...overrides }));
    await take(
      deps,
      identify({ email: 'ada@gmail.com' }),
      track('Consent Granted', { channel: 'email', topic: 'cart_reminder', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    // Of another journey, so that only the provider's breaker trips.
    const ids = await sentMails(deps, 1000);
    await store().db.updateTable('messages').set({ journey_id: 'another' }).execute();
    for (const id of ids.slice(0, 4)) await complain(deps, id);
    deps.clock.set(noon + hour);
    const { id: entryId } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const turn = () => takeTurn(deps, { v: 1, entryId, opset }, 'inline');
    await turn();
    return { deps, turn };
  }
  const adas = () =>
    store().db.selectFrom('messages').select(['state', 'reason', 'mailbox_provider']).where('entry_id', 'is not', null).executeTakeFirst();
  const activity = async () => (await store().db.selectFrom('entries').select('activity').executeTakeFirstOrThrow()).activity;

  test('holds marketing to its provider until it is reset, whatever else is resumed', async () => {
    const { deps, turn } = await dueToGmail();
    expect(await tripped(deps)).toEqual(['provider:gmail complaints']);
    expect([await activity(), await adas()]).toEqual(['held', { state: 'reserved', reason: 'paused', mailbox_provider: 'gmail' }]);
    const verdict = await store().db.selectFrom('verdicts').select(['decision', 'detail']).executeTakeFirst();
    expect(verdict).toEqual({ decision: 'hold', detail: { scope: 'provider', provider: 'gmail' } });
    const { text } = await store().db.selectFrom('trace').select('text').where('kind', '=', 'verdict').executeTakeFirstOrThrow();
    expect(text).toBe('Held: marketing to mailboxes of gmail is stopped by a breaker, until someone resumes it.');

    expect(await resumeSending(deps, 'email')).toEqual({ kind: 'unchanged' });
    expect(await resetBreaker(deps, { kind: 'provider', id: 'gmail' })).toEqual({ kind: 'reset', entries: 1 });
    await turn();
    expect([await adas(), deps.providers.email.submitted.length]).toMatchObject([{ state: 'accepted' }, 1]);
  });

  test('lets a message of another class through to its provider', async () => {
    await dueToGmail({ class: 'transactional' });
    expect(await adas()).toMatchObject({ state: 'accepted', mailbox_provider: 'gmail' });
  });

  test.each(['30004', '30007', '30034', '30032', '21408', '21617'])(
    'pauses the journey whose text was refused with %s, at once or later, and suppresses nobody',
    async (code) => {
      for (const when of ['at once', 'later']) {
        await resetTables(store());
        const { deps } = opened();
        await publish(store(), cartJourney({ steps: { first: send('first', null, { channel: 'sms', template: 'first-text' }) } }));
        await take(
          deps,
          identify({ phone: '+447700900123' }),
          track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
          track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
        );
        deps.clock.set(noon + hour);
        if (when === 'at once') deps.providers.sms.answers.push({ kind: 'not-sent', code: `twilio-${code}`, retry: false });
        const { id: entryId } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
        await takeTurn(deps, { v: 1, entryId, opset }, 'inline');
        const { id } = await store().db.selectFrom('messages').select('id').executeTakeFirstOrThrow();
        if (when === 'later') await twilioWebhooks(deps).status(id, 'undelivered', { code });

        expect([when, await journeyState(), await tripped(deps)]).toEqual([when, 'paused', ['journey:cart provider-code']]);
        expect(await store().db.selectFrom('suppressions').selectAll().execute()).toEqual([]);
        expect(deps.providers.sms.submitted).toHaveLength(1);
      }
    },
  );

  test('is not needed for a number that the carrier holds as stopped, but somebody is told that a STOP did not reach us', async () => {
    for (const [known, told] of [
      [false, ['suppression-drift']],
      [true, []],
    ] as const) {
      await resetTables(store());
      const { deps, alarms } = opened();
      const { text, status } = twilioWebhooks(deps);
      const [id] = await sentMails(deps, 1);
      await store()
        .db.updateTable('messages')
        .set({ channel: 'sms', content: JSON.stringify({ to: '+447700900123' }) })
        .execute();
      if (known) await text('SMin1', 'STOP');
      await status(id as string, 'failed', { code: '21610' });
      expect(alarms).toEqual(told);
      expect(await store().db.selectFrom('suppressions').select(['channel', 'reason']).execute()).toEqual([
        { channel: 'sms', reason: 'stopped' },
      ]);
    }
  });
});
