import { beforeEach, expect, test } from 'vitest';
import { type Preference, savePreferences, showPreferences, type Wishes } from '../../../src/app/consent/preferences.js';
import { recordConsents } from '../../../src/app/consent/record-consents.js';
import { unsubscribe } from '../../../src/app/consent/unsubscribe.js';
import { checkSend } from '../../../src/app/messages/check-send.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import { parseEngagement } from '../../../src/domain/engagement/state.js';
import { chosenCap } from '../../../src/domain/gate/frequency-preference.js';
import type { MessageClass } from '../../../src/domain/messages/channel.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { readConsents } from '../../../src/store/profiles-read.js';
import { liftSuppression } from '../../../src/store/suppressions.js';
import { mayReceive } from '../../support/consents.js';
import { reminded, turn } from '../../support/reminded.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, type TurnDeps, take } from '../../support/turns.js';
import { twilioWebhooks } from '../../support/twilio-webhooks.js';

const click = { method: 'one-click', text: null };
const proof = {
  text: ({ channel, topic }: Preference) => `${topic} by ${channel}`,
  locale: 'en',
  sourceUrl: 'https://shop.example/p',
  ip: '203.0.113.7',
  userAgent: 'a browser',
};

describeOnBothStores('an unsubscribe', (store) => {
  beforeEach(() => resetTables(store()));
  const consents = (profileId: string) => readConsents(store().db, profileId);

  test('stops all marketing email, cart reminders among it, and leaves texts alone', async () => {
    const { deps, messageId, profileId } = await reminded(store());

    expect(await unsubscribe(deps, messageId, click)).toBe('stopped');
    const acts = await consents(profileId);
    expect(mayReceive(acts, 'email', 'cart_reminder')).toBe(false);
    expect(mayReceive(acts, 'email', 'marketing')).toBe(false);
    expect(mayReceive(acts, 'sms', 'cart_reminder')).toBe(true);
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
    expect((await consents(profileId)).filter((act) => act.state === 'withdrawn')).toHaveLength(1);
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
    expect(mayReceive(await consents(other.profile_id), 'email', 'marketing')).toBe(false);
  });

  test('stands over a grant that a fast clock put into the future', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    await recordConsents(deps, profileId, [
      { channel: 'email', topic: 'cart_reminder', state: 'granted', method: 'form', source: 'test', text: null, at: noon + 9 * hour },
    ]);

    await unsubscribe(deps, messageId, click);
    expect(mayReceive(await consents(profileId), 'email', 'cart_reminder')).toBe(false);
  });

  test('says nothing about a message that is not there', async () => {
    const { deps } = await reminded(store());
    expect(await unsubscribe(deps, 'no-such-message', click)).toBe('unknown');
  });
});

describeOnBothStores('an unsubscribed address', (store) => {
  beforeEach(() => resetTables(store()));

  const later = noon + 2 * hour;
  const live = { occurredAt: later, receivedAt: later, userId: 'ada-2' };
  const imported = { ...live, occurredAt: Date.UTC(2023, 4, 1), origin: 'import' as const };
  const yes = (more: Record<string, unknown> = {}) => ({ channel: 'email', method: 'form', text: 'Write to me.', ...more });
  /** Ada clicked; the clock stands an hour later. */
  async function unsubscribed() {
    const sent = await reminded(store());
    await unsubscribe(sent.deps, sent.messageId, click);
    sent.deps.clock.set(later);
    return sent;
  }
  async function answer(deps: TurnDeps, topic: string, messageClass: MessageClass = 'marketing') {
    const check = { to: { userId: 'ada-2' }, channel: 'email', topic, class: messageClass, priority: null, at: null } as const;
    const result = await checkSend(deps, check);
    return result.kind === 'answer' ? (result.reason === null ? result.decision : result.sentence) : result.kind;
  }
  const suppressed = 'Not sent: the email address is suppressed (unsubscribed).';

  test('gets no marketing through a profile that comes later, whatever an import says; transactional mail comes', async () => {
    const { deps } = await unsubscribed();
    await take(
      deps,
      identify({ email: 'ADA@example.test' }, imported),
      track('Consent Granted', yes(), imported),
      track('Consent Granted', yes({ topic: 'newsletter' }), { ...live, origin: 'import' }),
      track('Consent Granted', yes({ topic: 'sales', legal_basis: 'implied', expires_at: '2027-01-01T00:00:00Z' }), live),
    );
    for (const topic of ['marketing', 'newsletter', 'sales']) expect(await answer(deps, topic)).toEqual(suppressed);
    for (const messageClass of ['broadcast', 'service'] as const)
      expect(await answer(deps, 'newsletter', messageClass)).toEqual(suppressed);
    expect(await answer(deps, 'newsletter', 'transactional')).toEqual('send');
  });

  test('gets what its reader says yes to since, and nothing older by that', async () => {
    const { deps } = await unsubscribed();
    await take(
      deps,
      identify({ email: 'ada@example.test' }, live),
      track('Consent Granted', yes(), imported),
      track('Consent Granted', yes({ topic: 'newsletter' }), live),
    );
    // A day later: the inbox had a message an hour ago, whoever of the two it was for.
    deps.clock.pass(day);
    expect(await answer(deps, 'newsletter')).toEqual('send');
    expect(await answer(deps, 'sales')).toEqual(suppressed);
  });

  test('is one for a person who changes to it, and the page shows it so', async () => {
    const { deps, messageId } = await unsubscribed();
    const before = { ...live, occurredAt: noon, receivedAt: noon };
    await take(deps, identify({ email: 'ada@elsewhere.test' }, before), track('Consent Granted', yes(), before));
    expect(await answer(deps, 'sales')).toEqual('send');
    await take(deps, identify({ email: 'ada@example.test' }, live));
    expect(await answer(deps, 'sales')).toEqual(suppressed);

    const other = await store().db.selectFrom('identities').select('profile_id').where('value', '=', 'ada-2').executeTakeFirstOrThrow();
    await store().db.updateTable('messages').set({ profile_id: other.profile_id }).execute();
    const shown = (await showPreferences(deps, messageId))?.topics.flatMap(({ boxes }) => boxes) ?? [];
    expect(shown.filter(({ wanted }) => wanted)).toEqual([]);
    const sales = shown.map(({ channel, topic }) => ({ channel, topic, wanted: topic === 'sales' }));
    await savePreferences(deps, messageId, { boxes: sales, frequency: null, traits: {} }, proof);
    // The message counts as theirs now, under the caps.
    expect(await answer(deps, 'sales')).toMatch(/^Waits: cap /);
    expect(await answer(deps, 'newsletter')).toBe(suppressed);
  });

  test('stays one when its person is erased, and when they confirm something anew', async () => {
    const { deps, profileId } = await unsubscribed();
    await eraseProfile(deps, profileId);
    await store().transaction((trx) =>
      liftSuppression(trx, { channel: 'email', hash: suppressionHash(deps.secret, 'email', 'ada@example.test'), reason: 'erased' }),
    );
    await take(deps, identify({ email: 'ada@example.test' }, live), track('Consent Granted', yes(), imported));
    expect(await answer(deps, 'sales')).toEqual(suppressed);
  });

  test('keeps an entry of a later profile from being mailed', async () => {
    const { deps } = await unsubscribed();
    await take(
      deps,
      identify({ email: 'ada@example.test' }, live),
      track('Consent Granted', yes(), imported),
      track('Product Added', { cart_id: 'c2', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, live),
    );
    deps.clock.set(later + hour);
    const entry = await store().db.selectFrom('entries').select('id').orderBy('created_at', 'desc').executeTakeFirstOrThrow();
    const calls = deps.providers.email.submitted.length;
    await turn(deps, entry.id);
    expect(deps.providers.email.submitted).toHaveLength(calls);
    const verdict = await store().db.selectFrom('verdicts').select(['reason', 'detail']).orderBy('seq', 'desc').executeTakeFirst();
    expect(verdict).toMatchObject({ reason: 'suppressed', detail: { cause: 'unsubscribed' } });
  });
});

describeOnBothStores('preferences', (store) => {
  beforeEach(() => resetTables(store()));

  const asks = (boxes: Wishes['boxes'], more: Partial<Wishes> = {}): Wishes => ({ boxes, frequency: null, traits: {}, ...more });
  const boxesOf = async (deps: TurnDeps, messageId: string) =>
    (await showPreferences(deps, messageId))?.topics.flatMap(({ boxes }) => boxes) ?? [];
  const acts = async (profileId: string) => (await readConsents(store().db, profileId)).filter((act) => act.method === 'preference-centre');

  test('keep a topic that stays wanted when all other marketing goes', async () => {
    const { deps, messageId } = await reminded(store());
    const wanted = (await boxesOf(deps, messageId)).map((box) => ({
      ...box,
      wanted: box.channel === 'email' && box.topic === 'cart_reminder',
    }));

    await savePreferences(deps, messageId, asks(wanted), proof);
    expect((await boxesOf(deps, messageId)).filter((box) => box.wanted).map(({ channel, topic }) => [channel, topic])).toEqual([
      ['email', 'cart_reminder'],
    ]);
  });

  test('record only what changed, with the words that the person saw', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const wanted = (await boxesOf(deps, messageId)).map((box) => (box.channel === 'sms' ? { ...box, wanted: false } : box));

    expect(await savePreferences(deps, messageId, asks(wanted), proof)).toBe('saved');
    expect(await savePreferences(deps, messageId, asks(wanted), proof)).toBe('unchanged');
    expect(await acts(profileId)).toMatchObject([
      { channel: 'sms', topic: 'cart_reminder', state: 'withdrawn', text: 'cart_reminder by sms', locale: 'en', ip: null },
    ]);
  });

  test('a topic that comes less often because it is seldom opened comes again once the person insists', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const boxes = (await boxesOf(deps, messageId)).map((box) => ({
      ...box,
      isInsisted: box.channel === 'email' && box.topic === 'newsletter',
    }));
    expect(await savePreferences(deps, messageId, asks(boxes), proof)).toBe('saved');
    expect(await acts(profileId)).toMatchObject([{ channel: 'email', topic: 'newsletter', state: 'granted' }]);
  });

  test('a visit that changes nothing is a sign that it is too much', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    await savePreferences(deps, messageId, asks(await boxesOf(deps, messageId)), proof);

    const { engagement } = await store()
      .db.selectFrom('profiles')
      .select('engagement')
      .where('id', '=', profileId)
      .executeTakeFirstOrThrow();
    expect(parseEngagement(engagement).fatigue).toMatchObject({ cause: 'looked-and-left' });
  });

  test('`nothing` ends what the page does not even show', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    await take(deps, track('Consent Granted', { channel: 'email', topic: 'win_back', method: 'form', source: 'test' }));
    await savePreferences(deps, messageId, asks('nothing'), proof);

    const records = await readConsents(store().db, profileId);
    for (const topic of ['marketing', 'win_back', 'cart_reminder'])
      expect([mayReceive(records, 'email', topic), mayReceive(records, 'sms', topic)]).toEqual([false, false]);
  });

  test('count for every profile with the address: what is unticked goes, what is ticked stays as it was', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const guest = { anonymousId: 'guest' };
    const yes = (more: Record<string, unknown>) => track('Consent Granted', { method: 'form', source: 'test', ...more }, guest);
    await take(
      deps,
      identify({ email: 'ada@example.test', phone: '+447700900123' }, guest),
      yes({ channel: 'email' }),
      yes({ channel: 'email', topic: 'cart_reminder' }),
      yes({ channel: 'sms', topic: 'cart_reminder' }),
    );
    const { profile_id } = await store()
      .db.selectFrom('identities')
      .select('profile_id')
      .where('value', '=', 'guest')
      .executeTakeFirstOrThrow();
    const may = async (...topics: readonly string[]) => {
      const records = await readConsents(store().db, profile_id);
      return [
        ...topics.map((topic) => mayReceive(records, 'email', topic, noon + day)),
        mayReceive(records, 'sms', 'cart_reminder', noon + day),
      ];
    };
    const boxes = await boxesOf(deps, messageId);
    expect(await may('sales', 'newsletter', 'cart_reminder')).toEqual([true, true, true, true]);

    await savePreferences(deps, messageId, asks(boxes.map((box) => (box.topic === 'sales' ? { ...box, wanted: false } : box))), proof);
    expect(await may('sales', 'newsletter', 'cart_reminder')).toEqual([false, true, true, true]);
    const kept = boxes.map((box) => ({
      ...box,
      wanted: box.channel === 'email' && ['cart_reminder', 'back_in_stock'].includes(box.topic),
    }));
    await savePreferences(deps, messageId, asks(kept), proof);
    // The number is theirs too, and the link came over the mailbox: it says nothing of the number's other owner.
    expect(await may('sales', 'newsletter', 'cart_reminder')).toEqual([false, false, true, true]);
    // A day later: their inbox had the reminder, whoever it was for.
    const at = deps.clock.now() + day;
    const check = { to: { profileId: profile_id }, channel: 'email', class: 'marketing', priority: null, at } as const;
    expect(await checkSend(deps, { ...check, topic: 'cart_reminder' })).toMatchObject({ reason: null });

    deps.clock.pass(1000);
    await savePreferences(deps, messageId, asks('nothing'), proof);
    expect(await may('sales', 'newsletter', 'cart_reminder')).toEqual([false, false, false, true]);
    expect(mayReceive(await readConsents(store().db, profileId), 'email', 'cart_reminder', noon + day)).toBe(false);
  });

  test('of a link to a former address speak for who has that address now, and for no other address of the person', async () => {
    const { deps, messageId } = await reminded(store());
    const moved = { occurredAt: noon + hour, receivedAt: noon + hour };
    await take(
      deps,
      identify({ email: 'ada@elsewhere.test' }, moved),
      identify({ email: 'ada@example.test', phone: '+447700900123' }, { ...moved, userId: 'eve' }),
      identify({ email: 'ada@elsewhere.test' }, { ...moved, userId: 'ada-at-work' }),
      ...['eve', 'ada-at-work'].flatMap((userId) => [
        track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { ...moved, userId }),
        track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, { ...moved, userId }),
      ]),
    );
    await savePreferences(deps, messageId, asks('nothing'), proof);
    const of = async (userId: string) => {
      const { profile_id } = await store()
        .db.selectFrom('identities')
        .select('profile_id')
        .where('value', '=', userId)
        .executeTakeFirstOrThrow();
      const records = await readConsents(store().db, profile_id);
      return [mayReceive(records, 'email', 'sales', noon + day), mayReceive(records, 'sms', 'cart_reminder', noon + day)];
    };
    expect([await of('ada'), await of('eve'), await of('ada-at-work')]).toEqual([
      [false, true],
      [false, true],
      [true, true],
    ]);
  });

  test('are traits too: how often, and what the person says of themselves; journeys hear of it', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    await savePreferences(
      deps,
      messageId,
      asks(await boxesOf(deps, messageId), { frequency: 'pause', traits: { birthday: '02-29' } }),
      proof,
    );

    const { traits } = await store().db.selectFrom('profiles').select('traits').where('id', '=', profileId).executeTakeFirstOrThrow();
    expect(chosenCap(traits, deps.clock.now())).toEqual({ limit: 0, windowMs: 30 * day, until: deps.clock.now() + 30 * day });
    expect(await showPreferences(deps, messageId)).toMatchObject({ birthday: { month: 2, day: 29 }, frequency: { level: 'pause' } });
    const facts = await store().db.selectFrom('facts').select('name').where('event_id', 'like', 'preferences/%').execute();
    expect(facts).toEqual([{ name: 'profile.updated' }]);
  });

  test('of a link to an address that is no more the person’s turn off, and neither turn on nor show', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    expect(await showPreferences(deps, messageId)).toMatchObject({ isOwnAddress: true, opensData: true, firstName: 'Ada' });
    const boxes = await boxesOf(deps, messageId);
    await take(deps, identify({ email: 'ada@elsewhere.test' }, { occurredAt: noon + hour, receivedAt: noon + hour }));
    expect(await showPreferences(deps, messageId)).toMatchObject({ isOwnAddress: false, opensData: false, firstName: null });

    const all = boxes.map((box) => ({ ...box, wanted: true, isInsisted: true }));
    const traits = { firstName: 'Eve', locale: 'de', tracking_allowed: true };
    expect(await savePreferences(deps, messageId, asks(all, { frequency: 'pause', traits }), proof)).toBe('unchanged');
    expect(await acts(profileId)).toEqual([]);
    const row = await store().db.selectFrom('profiles').select(['traits', 'engagement']).executeTakeFirstOrThrow();
    expect([row.traits['firstName'], row.traits['tracking_allowed'], parseEngagement(row.engagement).fatigue]).toEqual([
      'Ada',
      undefined,
      null,
    ]);

    const fewer = boxes.map((box) => ({ ...box, wanted: box.topic === 'sales' }));
    expect(await savePreferences(deps, messageId, asks(fewer, { traits: { profiling_allowed: false } }), proof)).toBe('saved');
    expect((await acts(profileId)).map(({ state }) => state)).not.toContain('granted');
    expect(mayReceive(await readConsents(store().db, profileId), 'email', 'marketing', noon + day)).toBe(false);
    expect(await showPreferences(deps, messageId)).toMatchObject({ mayProfile: false });
  });

  test('of a text’s link open as those of an email do, for the number that the person has', async () => {
    const { deps, messageId } = await reminded(store());
    const opens = async (to: string) => {
      await store()
        .db.updateTable('messages')
        .set({ channel: 'sms', content: JSON.stringify({ kind: 'sms', to }) as never })
        .execute();
      return (await showPreferences(deps, messageId))?.opensData;
    };
    expect([await opens('+447700900123'), await opens('+447700900124')]).toEqual([true, false]);
  });

  test('what STOP took and the person leaves out, START does not bring back', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const { text } = twilioWebhooks(deps);
    deps.clock.pass(1000);
    await text('SM1', 'STOP');
    deps.clock.pass(1000);
    const boxes = await boxesOf(deps, messageId);
    expect(await showPreferences(deps, messageId)).toMatchObject({ textsStopped: true });

    await savePreferences(deps, messageId, asks(boxes), proof);
    await text('SM2', 'START');
    expect(mayReceive(await readConsents(store().db, profileId), 'sms', 'cart_reminder')).toBe(false);
  });

  test('what STOP took from who had refused all else, START does not bring back after `nothing`', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    const { text } = twilioWebhooks(deps);
    const only = (await boxesOf(deps, messageId)).map((box) => ({ ...box, wanted: box.topic === 'cart_reminder' }));
    await take(deps, track('Consent Granted', { channel: 'sms', method: 'form', source: 'test' }));
    await savePreferences(deps, messageId, asks(only), proof);
    expect(mayReceive(await readConsents(store().db, profileId), 'sms', 'cart_reminder', noon + day)).toBe(true);
    deps.clock.pass(1000);
    await text('SM1', 'STOP');
    deps.clock.pass(1000);

    expect(await savePreferences(deps, messageId, asks('nothing'), proof)).toBe('saved');
    await text('SM2', 'START');
    const records = await readConsents(store().db, profileId);
    for (const topic of ['marketing', 'cart_reminder']) expect(mayReceive(records, 'sms', topic, noon + day)).toBe(false);
    expect(await savePreferences(deps, messageId, asks('nothing'), proof)).toBe('unchanged');
  });

  test('a yes to texts by a link of a mail waits for its confirmation where the policy says so; one over the channel itself does not', async () => {
    const { deps: usual, messageId, profileId } = await reminded(store());
    const policies = usual.policies.current();
    const topics = { ...policies.topics, topics: policies.topics.topics.map((topic) => ({ ...topic, doubleOptIn: topic.channels })) };
    const deps = { ...usual, policies: { current: () => ({ ...policies, topics }) } };
    await savePreferences(deps, messageId, asks('nothing'), proof);
    deps.clock.pass(1000);

    const wanted = (await boxesOf(deps, messageId)).map((box) => ({ ...box, wanted: box.topic === 'sales' }));
    await savePreferences(deps, messageId, asks(wanted), proof);
    expect((await acts(profileId)).filter(({ topic }) => topic === 'sales')).toMatchObject([
      { channel: 'email', state: 'granted', ip: '203.0.113.7' },
      { channel: 'sms', state: 'pending' },
    ]);
    expect((await boxesOf(deps, messageId)).find((box) => box.isPending)).toMatchObject({ channel: 'sms', topic: 'sales', wanted: true });
  });
});
