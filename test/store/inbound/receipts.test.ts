import { beforeEach, expect, test } from 'vitest';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import type { AttemptOutcome } from '../../../src/domain/messages/message.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps, waitStep } from '../../support/turns.js';
import { twilioWebhooks } from '../../support/twilio-webhooks.js';

describeOnBothStores('a receipt', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada filled a cart; her text has left, and the provider answered this. */
  async function textSent(answer: AttemptOutcome = { kind: 'accepted', providerId: 'SM1' }): Promise<{ deps: TurnDeps; id: string }> {
    const deps = turnDeps(store());
    const steps = [send('first', 'wait', { channel: 'sms', template: 'first-text' }), waitStep('wait', null, 3 * day)];
    await publish(store(), cartJourney({ steps: Object.fromEntries(steps.map((step) => [step.id, step])) }));
    await take(
      deps,
      identify({ phone: '+447700900123' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    deps.providers.sms.answers.push(answer);
    await turn(deps);
    const [message] = await messages();
    return { deps, id: message?.id ?? '' };
  }
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entry()).id, opset }, 'inline');
  const messages = () => store().db.selectFrom('messages').select(['id', 'state', 'provider_id', 'accepted_at']).execute();
  const attempts = () => store().db.selectFrom('attempts').select(['outcome', 'provider_id']).execute();
  const facts = async () =>
    (await store().db.selectFrom('facts').select('name').where('name', 'like', 'message.%').execute()).map(({ name }) => name);
  const suppressions = () => store().db.selectFrom('suppressions').select(['channel', 'hash', 'reason']).execute();

  test('makes of an accepted text a delivered one, once, whatever comes late', async () => {
    const { deps, id } = await textSent();
    const { status } = twilioWebhooks(deps);
    for (const word of ['sent', 'delivered', 'delivered', 'sent', 'queued', 'undelivered'])
      expect((await status(id, word, { sid: 'SM1' })).statusCode).toBe(204);

    expect(await messages()).toMatchObject([{ state: 'delivered', provider_id: 'SM1', accepted_at: noon + hour }]);
    expect(await facts()).toEqual(['message.delivered']);
    const receipts = await store().db.selectFrom('receipts').select('status').orderBy('seq').execute();
    expect(receipts.map((receipt) => receipt.status)).toEqual(['sent', 'delivered', 'queued', 'undelivered']);
  });

  test('proves acceptance of a text whose answer was lost', async () => {
    const { deps, id } = await textSent({ kind: 'unknown', code: 'deadline' });
    expect(await messages()).toMatchObject([{ state: 'unknown', provider_id: null }]);
    await twilioWebhooks(deps).status(id, 'queued', { sid: 'SM9' });

    expect(await messages()).toMatchObject([{ state: 'accepted', provider_id: 'SM9', accepted_at: noon + hour }]);
    expect(await attempts()).toEqual([{ outcome: 'accepted', provider_id: 'SM9' }]);
    deps.clock.pass(5 * 60_000);
    await turn(deps);
    expect(deps.providers.sms.submitted).toHaveLength(1);
    expect(await messages()).toMatchObject([{ state: 'accepted' }]);
  });

  test('may come before the answer of the call: neither the answer nor its loss takes it back', async () => {
    let deliver: () => Promise<unknown> = async () => undefined;
    for (const answer of [
      { kind: 'accepted', providerId: 'SM1' },
      { kind: 'unknown', code: 'deadline' },
    ] as const) {
      await resetTables(store());
      const deps = turnDeps(store());
      await publish(store(), cartJourney({ steps: { first: send('first', null, { channel: 'sms', template: 'first-text' }) } }));
      await take(
        deps,
        identify({ phone: '+447700900123' }),
        track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
        track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
      );
      deps.clock.set(noon + hour);
      deliver = async () => twilioWebhooks(deps).status((await messages())[0]?.id ?? '', 'delivered', { sid: 'SM1' });
      deps.providers.sms.answers.push(async () => {
        await deliver();
        return answer;
      });
      await turn(deps);
      expect(await messages()).toMatchObject([{ state: 'delivered', provider_id: 'SM1' }]);
    }
  });

  test('is an input of its entry that does not hasten it', async () => {
    const { deps, id } = await textSent();
    const before = await entry();
    await twilioWebhooks(deps).status(id, 'delivered');

    expect((await entry()).poke_real).toBe(before.poke_real);
    const inputs = await store().db.selectFrom('entry_inputs').select(['input', 'consumed_at']).where('consumed_at', 'is', null).execute();
    expect(inputs).toMatchObject([{ input: { kind: 'receipt', messageId: id, status: 'delivered' } }]);
    await turn(deps);
    expect(await entry()).toMatchObject({ state: 'open', due_at: before.due_at });
  });

  test.each([
    ['30006', 'invalid-address'],
    ['21610', 'stopped'],
    ['30007', null],
    ['30003', null],
  ])('with error %s suppresses the number as %s', async (code, reason) => {
    const { deps, id } = await textSent();
    await twilioWebhooks(deps).status(id, 'undelivered', { code });

    expect(await messages()).toMatchObject([{ state: 'failed' }]);
    expect(await facts()).toEqual(['message.failed']);
    const hash = suppressionHash(deps.secret, 'sms', '+447700900123');
    expect(await suppressions()).toEqual(reason === null ? [] : [{ channel: 'sms', hash, reason }]);
  });

  test('suppresses a number that three messages in 30 days could not reach', async () => {
    const { deps, id } = await textSent();
    const row = await store().db.selectFrom('messages').selectAll().executeTakeFirstOrThrow();
    const { status } = twilioWebhooks(deps);
    for (const copy of ['b', 'c', 'd'])
      await store()
        .db.insertInto('messages')
        .values({ ...row, id: copy, entry_id: null, content: null, links: null, recommended: null, state: 'accepted' })
        .execute();

    await status(id, 'undelivered', { code: '30003' });
    await status('b', 'undelivered', { code: '30008' });
    deps.clock.pass(31 * day);
    await status('c', 'undelivered', { code: '30003' });
    expect(await suppressions()).toEqual([]);
    deps.clock.pass(-2 * day);
    await status('d', 'undelivered', { code: '30003' });
    expect(await suppressions()).toMatchObject([{ reason: 'bounced' }]);
  });

  test('is refused without a signature of Twilio, and unknown for a message that is not ours', async () => {
    const { deps, id } = await textSent();
    const { post, status } = twilioWebhooks(deps);
    expect(
      (await post(`/webhooks/twilio/status?message=${id}`, { MessageSid: 'SM1', MessageStatus: 'delivered' }, 'forged')).statusCode,
    ).toBe(403);
    expect((await status('nobody', 'delivered')).statusCode).toBe(404);
    expect((await post('/webhooks/twilio/status', { MessageSid: 'SM1', MessageStatus: 'delivered' })).statusCode).toBe(403);
    expect(await messages()).toMatchObject([{ state: 'accepted' }]);
  });
});
