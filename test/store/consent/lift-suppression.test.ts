import { beforeEach, expect, test } from 'vitest';
import { liftDeadAddress } from '../../../src/app/consent/lift-suppression.js';
import { suppress } from '../../../src/app/consent/suppress-address.js';
import { listEventsOf } from '../../../src/app/ingest/show-event.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { showProfile } from '../../../src/app/people/show-profile.js';
import { type SuppressionReason, suppressionHash, unsubscribeKeys } from '../../../src/domain/consent/suppression.js';
import type { Channel } from '../../../src/domain/messages/channel.js';
import { liftByConfirmation, liftSuppression } from '../../../src/store/suppressions.js';
import { keepUnsubscribed } from '../../../src/store/unsubscribes.js';
import { identify } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

const email = 'Ada@Example.com';
const phone = '+447700900123';

describeOnBothStores('an address that was called dead', (store) => {
  let deps: TurnDeps;
  let id: string;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    id = await person('ada');
  });

  async function person(userId: string): Promise<string> {
    await take(deps, identify({ email, phone }, { userId }));
    const row = await store()
      .db.selectFrom('identities')
      .select('profile_id')
      .where('value', '=', userId)
      .where('kind', '=', 'user')
      .executeTakeFirstOrThrow();
    return row.profile_id;
  }
  const said = (reason: SuppressionReason, code: string | null = null, channel: Channel = 'email') =>
    store().transaction((trx) =>
      suppress(deps, trx, { channel, address: channel === 'email' ? email : phone, reason, code, at: deps.clock.now() }),
    );
  const lift = (channel: Channel = 'email', profileId = id) =>
    liftDeadAddress(deps, profileId, { channel, why: 'The provider told 5.1.1 for an hour.', actor: 'agent-7' });
  const standing = async () => (await showProfile(deps, id))?.suppressions.map(({ channel, reason }) => `${channel} ${reason}`);
  const start = () =>
    store().transaction((trx) =>
      liftSuppression(trx, { channel: 'sms', hash: suppressionHash(deps.secret, 'sms', phone), reason: 'stopped' }),
    );

  test.each(['bounced', 'invalid-address'] as const)(
    'is written to again once an operator has lifted %s, who is kept with why',
    async (reason) => {
      await said(reason, '5.1.1');
      expect((await showProfile(deps, id))?.suppressions).toMatchObject([{ sentence: expect.stringContaining('an operator can lift it') }]);

      const lifted = await lift();
      expect(lifted).toMatchObject({ kind: 'lifted', reason, stands: null });
      expect(await standing()).toEqual([]);
      const { items } = await listEventsOf(deps, id, { limit: 5, cursor: null });
      expect(items[0]).toMatchObject({
        messageId: lifted.kind === 'lifted' ? lifted.eventId : '',
        name: 'Suppression Lifted',
        origin: 'operator',
        payload: { channel: 'email', reason, why: 'The provider told 5.1.1 for an hour.', actor: 'agent-7' },
      });
      expect(await lift()).toEqual({ kind: 'none' });
    },
  );

  test.each(['stopped', 'erased', 'unsubscribed'] as const)('stays as it is where the person said so: %s', async (reason) => {
    await said(reason);
    expect(await lift()).toEqual({ kind: 'refused', reason });
    expect(await standing()).toEqual([`email ${reason}`]);
    const { items } = await listEventsOf(deps, id, { limit: 5, cursor: null });
    expect(items.map(({ origin }) => origin)).not.toContain('operator');
  });

  test('is lifted by its channel alone, and for people that there are', async () => {
    await said('bounced');
    expect(await lift('sms')).toEqual({ kind: 'none' });
    expect(await lift('email', 'nobody')).toEqual({ kind: 'unknown' });
    expect(await standing()).toEqual(['email bounced']);
  });

  test.each([
    ['before', ['complained', 'bounced']],
    ['since', ['bounced', 'complained']],
  ] as const)('stays suppressed for what its owner had said %s', async (_when, reasons) => {
    for (const reason of reasons) await said(reason, '1.2.3');
    expect(await standing()).toEqual(['email bounced']);
    expect(await lift()).toMatchObject({ kind: 'lifted', reason: 'bounced', stands: 'complained' });
    // The complaint is another act, with a reason of its own.
    expect(await lift()).toMatchObject({ kind: 'lifted', reason: 'complained', stands: null });
    expect(await lift()).toEqual({ kind: 'none' });
  });

  test('stays unsubscribed, and says so', async () => {
    await store().transaction((trx) =>
      keepUnsubscribed(trx, unsubscribeKeys(deps.secret, { email, phone: null }), 'one-click', deps.clock.now()),
    );
    await said('bounced');
    expect(await lift()).toMatchObject({ kind: 'lifted', reason: 'bounced', stands: 'unsubscribed' });
    expect(await lift()).toEqual({ kind: 'refused', reason: 'unsubscribed' });
    expect(await standing()).toEqual(['email unsubscribed']);
  });

  test('keeps a STOP that came to it, and an erase, whichever came first', async () => {
    for (const between of [
      ['stopped', 'erased'],
      ['erased', 'stopped'],
    ] as const) {
      await store().db.deleteFrom('suppressions').execute();
      await said('bounced', '30003', 'sms');
      for (const reason of between) await said(reason, reason === 'erased' ? 'withdrawn 2026-01-01' : '21610', 'sms');
      await said('stopped', null, 'sms');
      expect(await lift('sms')).toMatchObject({ kind: 'lifted', stands: 'stopped' });
      expect(await start()).toBe(true);
      expect(await standing()).toEqual(['sms erased']);
      expect(await lift('sms')).toEqual({ kind: 'refused', reason: 'erased' });
    }
  });

  test('keeps a STOP when an erase under it is taken back by a confirmed sign-up', async () => {
    for (const reason of ['bounced', 'stopped', 'erased'] as const) await said(reason, null, 'sms');
    await store().transaction((trx) => liftByConfirmation(trx, { channel: 'sms', hash: suppressionHash(deps.secret, 'sms', phone) }));
    expect(await lift('sms')).toMatchObject({ stands: 'stopped' });
    await start();
    expect(await standing()).toEqual([]);
  });

  test('does not bring back who was erased while it was dead', async () => {
    await said('bounced', '5.1.1');
    await eraseProfile(deps, id);
    id = await person('ada-again');
    expect(await standing()).toContain('email bounced');
    expect(await lift()).toMatchObject({ kind: 'lifted', stands: 'erased' });
  });
});
