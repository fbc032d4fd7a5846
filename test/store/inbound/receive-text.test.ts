import { beforeEach, expect, test } from 'vitest';
import { reviewText, showInboundMessages } from '../../../src/app/inbound/review-texts.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { hasConsent } from '../../../src/domain/consent/consent.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import { readConsents } from '../../../src/store/profiles-read.js';
import { insertSuppression } from '../../../src/store/suppressions.js';
import { mayReceive } from '../../support/consents.js';
import { shippedPolicies } from '../../support/policies.js';
import { identify, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';
import { twilioWebhooks } from '../../support/twilio-webhooks.js';

describeOnBothStores('a text that comes in', (store) => {
  let deps: TurnDeps;
  let text: ReturnType<typeof twilioWebhooks>['text'];
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    ({ text } = twilioWebhooks(deps));
    await take(
      deps,
      identify({ phone: '+447700900123', email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
      track('Consent Granted', { channel: 'sms', topic: 'win_back', method: 'form', source: 'test' }),
      track('Consent Revoked', { channel: 'sms', topic: 'win_back', method: 'form', source: 'test' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
    );
    deps.clock.pass(1000);
  });

  const profileId = async () =>
    (await store().db.selectFrom('profiles').select('id').where('phone', '=', '+447700900123').executeTakeFirstOrThrow()).id;
  const may = async (channel: 'email' | 'sms', topic: string) =>
    mayReceive(await readConsents(store().db, await profileId()), channel, topic);
  const suppressions = () => store().db.selectFrom('suppressions').select(['channel', 'hash', 'reason']).execute();
  const inbound = () => store().db.selectFrom('inbound_messages').select(['id', 'action', 'body']).orderBy('id').execute();
  const facts = async () =>
    (await store().db.selectFrom('facts').select('name').where('event_id', 'like', 'twilio/%').orderBy('seq').execute()).map(
      ({ name }) => name,
    );
  const said = async (sid: string, body: string, more: Record<string, string> = {}) =>
    /<Message>(.*)<\/Message>/.exec((await text(sid, body, more)).body)?.[1] ?? null;

  test('STOP ends every text to the number at once, and is confirmed once', async () => {
    expect(await said('SM1', 'Stop.')).toContain('no more texts');
    expect(await may('sms', 'cart_reminder')).toBe(false);
    expect(await may('sms', 'marketing')).toBe(false);
    expect(await may('email', 'cart_reminder')).toBe(true);
    expect(await suppressions()).toEqual([
      { channel: 'sms', hash: suppressionHash(deps.secret, 'sms', '+447700900123'), reason: 'stopped' },
    ]);
    expect(new Set(await facts())).toEqual(new Set(['consent.revoked']));
    expect(await said('SM1', 'Stop.')).toBeNull();
    expect(await said('SM2', 'STOP')).toBeNull();
    expect(await inbound()).toEqual([
      { id: 'SM1', action: 'stop', body: null },
      { id: 'SM2', action: 'stop', body: null },
    ]);
  });

  test('a sentence that revokes stops too, and is kept for a person to read', async () => {
    expect(await said('SM1', 'I can’t stop smiling, love it')).toContain('Not what you meant? Reply START');
    expect(await said('SM2', 'please stop texting me')).toBeNull();
    expect(await may('sms', 'cart_reminder')).toBe(false);
    const open = await showInboundMessages(deps, { review: 'open', profileId: null }, { limit: 10, cursor: null });
    expect(open.items).toMatchObject([
      { id: 'SM2', action: 'stop-to-review', body: 'please stop texting me' },
      { id: 'SM1', action: 'stop-to-review', body: 'I can’t stop smiling, love it' },
    ]);
  });

  test('a person who looks at such a sentence gives back what it took, once', async () => {
    await text('SM1', 'I can’t stop smiling, love it');
    expect(await reviewText(deps, 'SM1', false)).toMatchObject({ kind: 'not-a-stop' });
    expect([await may('sms', 'cart_reminder'), await may('sms', 'win_back'), await suppressions()]).toEqual([true, false, []]);
    deps.clock.pass(1000);

    await text('SM2', 'STOP');
    expect(await reviewText(deps, 'SM1', false)).toMatchObject({ kind: 'reviewed-already' });
    expect(await reviewText(deps, 'SM2', false)).toMatchObject({ kind: 'reviewed-already' });
    expect(await suppressions()).toHaveLength(1);
  });

  test('a sentence that was no STOP undoes no STOP that came beside it', async () => {
    await text('SM1', 'I can’t stop smiling, love it');
    await text('SM2', 'STOP');
    expect(await reviewText(deps, 'SM1', false)).toMatchObject({ kind: 'changed-since' });
    expect([await may('sms', 'cart_reminder'), (await suppressions()).length]).toEqual([false, 1]);

    await text('SM3', 'START');
    deps.clock.pass(1000);
    await text('SM4', 'STOP');
    deps.clock.pass(1000);
    await text('SM5', 'stop it, you are too funny');
    expect(await reviewText(deps, 'SM5', false)).toMatchObject({ kind: 'changed-since' });
    expect([await may('sms', 'cart_reminder'), (await suppressions()).length]).toEqual([false, 1]);
  });

  test('START brings back what STOP took, and nothing else', async () => {
    await text('SM1', 'STOP');
    expect(await said('SM2', 'start')).toContain('our texts again');
    expect(await suppressions()).toEqual([]);
    expect(await may('sms', 'cart_reminder')).toBe(true);
    expect(await may('sms', 'win_back')).toBe(false);
    expect(await may('sms', 'marketing')).toBe(false);
    expect(await said('SM3', 'STOP')).toContain('no more texts');
    expect(await may('sms', 'cart_reminder')).toBe(false);
  });

  test('STOP stands over a suppression that lets a transactional text through, and START leaves that one', async () => {
    const hash = suppressionHash(deps.secret, 'sms', '+447700900123');
    const reasons = async () => (await suppressions()).map(({ reason }) => reason);
    await store().transaction((trx) =>
      insertSuppression(trx, { channel: 'sms', hash, reason: 'erased', detail: null, at: deps.clock.now() }),
    );
    expect(await said('SM1', 'STOP')).toContain('no more texts');
    expect(await reasons()).toEqual(['stopped']);
    await text('SM2', 'START');
    expect(await reasons()).toEqual(['erased']);
  });

  test('START after an erase leaves the number of the erased suppressed', async () => {
    await text('SM1', 'STOP');
    await eraseProfile(deps, await profileId());
    await text('SM2', 'START');
    expect((await suppressions()).filter(({ channel }) => channel === 'sms')).toMatchObject([{ reason: 'erased' }]);
  });

  test('START brings a consent back with the end that it had, and none that has ended', async () => {
    const ends = (ms: number) => new Date(deps.clock.now() + ms).toISOString();
    const implied = { channel: 'sms', legal_basis: 'implied', method: 'checkout', source: 'test' };
    await take(
      deps,
      track('Consent Granted', { ...implied, topic: 'sales', expires_at: ends(60_000) }),
      track('Consent Granted', { ...implied, topic: 'check_in', expires_at: ends(10_000) }),
    );
    await text('SM1', 'STOP');
    deps.clock.pass(20_000);
    await text('SM2', 'START');
    const restored = (await readConsents(store().db, await profileId())).filter(({ source }) => source === 'sms-start');
    expect(restored.map(({ topic, expiresAt }) => [topic, expiresAt === null])).toEqual([
      ['cart_reminder', true],
      ['sales', false],
    ]);
    const holds = async () =>
      hasConsent(await readConsents(store().db, await profileId()), 'sms', 'sales', deps.clock.now(), shippedPolicies().topics);
    expect(await holds()).toBe(true);
    deps.clock.pass(60_000);
    expect(await holds()).toBe(false);
  });

  test('START undoes no other refusal', async () => {
    await take(
      deps,
      track(
        'Consent Revoked',
        { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' },
        { occurredAt: deps.clock.now() },
      ),
    );
    expect(await said('SM1', 'START')).toBeNull();
    await text('SM2', 'STOP');
    await text('SM3', 'START');
    expect(await may('sms', 'cart_reminder')).toBe(false);
  });

  test('a grant after STOP holds, and the number stays stopped until START', async () => {
    await text('SM1', 'STOP');
    deps.clock.pass(1000);
    await take(
      deps,
      track(
        'Consent Granted',
        { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' },
        { occurredAt: deps.clock.now() },
      ),
    );
    expect(await may('sms', 'cart_reminder')).toBe(true);
    expect(await suppressions()).toHaveLength(1);
  });

  test('HELP is answered with brand and contact, also after STOP', async () => {
    await text('SM1', 'STOP');
    const answer = await said('SM2', 'help');
    expect(answer).toContain(deps.shop.supportEmail);
    expect(await may('sms', 'cart_reminder')).toBe(false);
    expect(await suppressions()).toHaveLength(1);
  });

  test('anything else is a reply that journeys may wait for, YES among it', async () => {
    expect(await said('SM1', 'When does the sale end?')).toBeNull();
    expect(await said('SM2', 'Yes')).toBeNull();
    expect(await said('SM2', 'Yes')).toBeNull();
    expect(await facts()).toEqual(['message.replied', 'message.replied']);
    expect(await inbound()).toMatchObject([{ action: 'reply', body: 'When does the sale end?' }, { action: 'reply' }]);
  });

  test('says nothing where Twilio has answered already, and stops all the same', async () => {
    expect(await said('SM1', 'STOP', { OptOutType: 'STOP' })).toBeNull();
    expect(await may('sms', 'cart_reminder')).toBe(false);
  });

  test('goes by what Twilio took it for: a keyword of the account’s own stops, starts and asks for help', async () => {
    expect(await said('SM1', 'Arrêt', { OptOutType: 'STOP' })).toBeNull();
    expect([await may('sms', 'cart_reminder'), (await suppressions()).length]).toEqual([false, 1]);
    expect(await said('SM2', 'Reprendre', { OptOutType: 'START' })).toBeNull();
    expect([await may('sms', 'cart_reminder'), (await suppressions()).length]).toEqual([true, 0]);
    expect(await said('SM3', 'Aide', { OptOutType: 'HELP' })).toBeNull();
    expect((await inbound()).map(({ action, body }) => [action, body])).toEqual([
      ['stop', null],
      ['start', null],
      ['help', null],
    ]);
  });

  test('takes YES for START where Twilio does and the number has stopped, and for an answer otherwise', async () => {
    await text('SM1', 'Yes', { OptOutType: 'START' });
    await text('SM2', 'STOP', { OptOutType: 'STOP' });
    await text('SM3', 'Yes', { OptOutType: 'START' });
    expect((await inbound()).map(({ action }) => action)).toEqual(['reply', 'stop', 'start']);
    expect([await may('sms', 'cart_reminder'), await suppressions()]).toEqual([true, []]);
  });

  test('STOP of a number that nobody has is kept for when somebody does', async () => {
    expect(await said('SM1', 'STOP', { From: '+447700900999' })).toContain('no more texts');
    expect(await suppressions()).toEqual([
      { channel: 'sms', hash: suppressionHash(deps.secret, 'sms', '+447700900999'), reason: 'stopped' },
    ]);
    expect(await may('sms', 'cart_reminder')).toBe(true);
  });

  test('STOP counts for everyone who shares the number', async () => {
    await take(
      deps,
      identify({ phone: '+447700900123' }, { userId: 'u2' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, { userId: 'u2' }),
    );
    await text('SM1', 'STOP');
    const profiles = await store().db.selectFrom('profiles').select('id').where('phone', '=', '+447700900123').execute();
    expect(profiles).toHaveLength(2);
    for (const { id } of profiles) expect(mayReceive(await readConsents(store().db, id), 'sms', 'cart_reminder')).toBe(false);
  });

  test('is refused without a signature of Twilio, and changes nothing', async () => {
    const { post } = twilioWebhooks(deps);
    expect((await post('/webhooks/twilio/inbound', { MessageSid: 'SM1', From: '+447700900123', Body: 'STOP' }, 'forged')).statusCode).toBe(
      403,
    );
    expect(await inbound()).toEqual([]);
    expect(await may('sms', 'cart_reminder')).toBe(true);
  });

  test('takes whatever a person may type', async () => {
    expect((await text('SM1', 'nul \0 and half a \u{1F6CD}')).statusCode).toBe(200);
    expect((await inbound())[0]?.body).toContain('nul \uFFFD and');
  });
});
