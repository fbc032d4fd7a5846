import { beforeEach, expect, test } from 'vitest';
import { savePreferences, showPreferences } from '../../src/app/preferences.js';
import { recordConsents } from '../../src/app/record-consents.js';
import { unsubscribe } from '../../src/app/unsubscribe.js';
import { hasConsent } from '../../src/domain/consent.js';
import { hour } from '../../src/domain/instant.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { identify, noon, track } from '../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../support/stores.js';
import { reminded, turn } from '../support/reminded.js';
import { cartJourney, take } from '../support/turns.js';

const click = { method: 'one-click', text: null };

describeOnBothStores('an unsubscribe', (store) => {
  beforeEach(() => resetTables(store()));
  const consents = (profileId: string) => readConsents(store().db, profileId);

  test('stops all marketing email, cart reminders among it, and leaves texts alone', async () => {
    const { deps, messageId, profileId } = await reminded(store());

    expect(await unsubscribe(deps, messageId, click)).toBe('stopped');
    const acts = await consents(profileId);
    expect(hasConsent(acts, 'email', 'cart_reminder')).toBe(false);
    expect(hasConsent(acts, 'email', 'marketing')).toBe(false);
    expect(hasConsent(acts, 'sms', 'cart_reminder')).toBe(true);
  });

  test('keeps the next reminder from leaving', async () => {
    const { deps, messageId, entryId } = await reminded(store());
    await unsubscribe(deps, messageId, click);

    deps.clock.set(noon + 26 * hour);
    await turn(deps, entryId);
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await store().db.selectFrom('verdicts').select(['decision', 'reason']).orderBy('seq', 'desc').executeTakeFirst()).toEqual({
      decision: 'skip',
      reason: 'no-consent',
    });
  });

  test('pokes an entry that waits for the withdrawal', async () => {
    const exits = [
      {
        id: 'opted-out',
        on: { kind: 'event' as const, event: 'consent.revoked' as const, match: 'profile' as const, where: null },
        outcome: 'exited' as const,
      },
    ];
    const { deps, messageId, entryId } = await reminded(store(), cartJourney({ exits }));
    await store().db.updateTable('entries').set({ poke_real: null }).execute();

    await unsubscribe(deps, messageId, click);
    expect((await store().db.selectFrom('entries').select('poke_real').executeTakeFirst())?.poke_real).not.toBeNull();
    expect(await turn(deps, entryId)).toMatchObject({ kind: 'finished' });
  });

  test('records one act however often it is asked for', async () => {
    const { deps, messageId, profileId } = await reminded(store());

    await Promise.all([unsubscribe(deps, messageId, click), unsubscribe(deps, messageId, click)]);
    expect(await unsubscribe(deps, messageId, click)).toBe('stopped-already');
    expect((await consents(profileId)).filter((act) => act.state === 'denied')).toHaveLength(1);
  });

  test('counts for every profile with the address that the email went to', async () => {
    const { deps, messageId } = await reminded(store());
    await take(
      deps,
      identify({ email: 'ADA@example.test' }, { userId: 'ada-at-work' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId: 'ada-at-work' }),
    );

    await unsubscribe(deps, messageId, click);
    const other = await store()
      .db.selectFrom('identities')
      .select('profile_id')
      .where('value', '=', 'ada-at-work')
      .executeTakeFirstOrThrow();
    expect(hasConsent(await consents(other.profile_id), 'email', 'marketing')).toBe(false);
  });

  test('stands over a grant that a fast clock put into the future', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    await recordConsents(deps, profileId, [
      { channel: 'email', topic: 'cart_reminder', state: 'granted', method: 'form', source: 'test', text: null, at: noon + 9 * hour },
    ]);

    await unsubscribe(deps, messageId, click);
    expect(hasConsent(await consents(profileId), 'email', 'cart_reminder')).toBe(false);
  });

  test('says nothing about a message that is not there', async () => {
    const { deps } = await reminded(store());
    expect(await unsubscribe(deps, 'no-such-message', click)).toBe('unknown');
  });
});

describeOnBothStores('preferences', (store) => {
  beforeEach(() => resetTables(store()));

  test('keep a topic that stays wanted when all other marketing goes', async () => {
    const { deps, messageId } = await reminded(store());
    const wanted = [
      { channel: 'email', topic: 'marketing', wanted: false },
      { channel: 'email', topic: 'cart_reminder', wanted: true },
    ] as const;

    await savePreferences(deps, messageId, wanted, ({ topic }) => `The words about ${topic}`);
    expect((await showPreferences(deps, messageId))?.preferences).toEqual(expect.arrayContaining([...wanted]));
  });

  test('record only what changed, with the words that the person saw', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const before = await showPreferences(deps, messageId);
    const wanted = (before?.preferences ?? []).map((box) => (box.channel === 'sms' ? { ...box, wanted: false } : box));

    await savePreferences(deps, messageId, wanted, ({ channel, topic }) => `${topic} by ${channel}`);
    await savePreferences(deps, messageId, wanted, ({ channel, topic }) => `${topic} by ${channel}`);
    const acts = (await readConsents(store().db, profileId)).filter((act) => act.method === 'preference-page');
    expect(acts).toMatchObject([{ channel: 'sms', topic: 'cart_reminder', state: 'denied', text: 'cart_reminder by sms' }]);
  });
});
