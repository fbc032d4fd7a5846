import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrolDue } from '../../src/app/broadcasts/enrol-recipients.js';
import { startBroadcast } from '../../src/app/broadcasts/start-broadcast.js';
import { tendConsents } from '../../src/app/consent/double-opt-in.js';
import { showCaps } from '../../src/app/people/show-caps.js';
import { hour, minute } from '../../src/domain/time/instant.js';
import { readTrace } from '../../src/store/entries-read.js';
import { turn } from '../support/reminded.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openServerStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../support/turns.js';

/** Issue 10, A 6 and issue 19, item 7: caps, broadcasts and orders look at the inbox, however many profiles have it. */
describe('one inbox', () => {
  let opened: Awaited<ReturnType<typeof openServerStore>>;
  let deps: TurnDeps;
  beforeAll(async () => {
    opened = await openServerStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = turnDeps(opened.store);
  });

  const yes = (who: object, channel: 'email' | 'sms' = 'email', topic?: string) =>
    track('Consent Granted', { channel, method: 'form', source: 'test', ...(topic === undefined ? {} : { topic }) }, who);
  const leavesCart = (who: object, cart: string) =>
    track('Product Added', { cart_id: cart, product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, who);
  const entries = () =>
    opened.store.db.selectFrom('entries').select(['id', 'profile_id', 'state', 'outcome', 'journey_id']).orderBy('created_at').execute();
  const profileOf = async (value: string) =>
    (await opened.store.db.selectFrom('identities').select('profile_id').where('value', '=', value).executeTakeFirstOrThrow()).profile_id;
  const turnAll = async () => {
    for (const { id, state } of await entries()) if (state !== 'finished') await turn(deps, id);
  };

  test('that an attacker gives to many profiles gets no more than one person would', async () => {
    await publish(opened.store, cartJourney());
    for (let n = 0; n < 8; n += 1) {
      const who = { anonymousId: `browser-${n}`, occurredAt: noon, receivedAt: noon };
      const spelling = n % 2 === 0 ? 'Victim@Example.test' : 'victim@example.TEST';
      await take(deps, identify({ email: spelling }, who), yes(who), leavesCart(who, `cart-${n}`));
    }
    deps.clock.set(noon + hour);
    await turnAll();
    expect(deps.providers.email.submitted).toHaveLength(1);
    deps.clock.pass(2 * hour);
    await turnAll();
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('is counted by what went there, although the profile has another address by now', async () => {
    await publish(opened.store, cartJourney());
    const first = { anonymousId: 'first' };
    await take(deps, identify({ email: 'victim@example.test' }, first), yes(first), leavesCart(first, 'c1'));
    deps.clock.set(noon + hour);
    await turnAll();
    const at = { occurredAt: noon + hour, receivedAt: noon + hour };
    const second = { anonymousId: 'second', ...at };
    await take(
      deps,
      identify({ email: 'elsewhere@example.test' }, { ...first, ...at }),
      identify({ email: 'victim@example.test' }, second),
      yes(second),
      leavesCart(second, 'c2'),
    );
    deps.clock.set(noon + 2 * hour);
    await turnAll();
    expect(deps.providers.email.submitted.map(({ to }) => to.address.toLowerCase())).toEqual(['victim@example.test']);
    const shown = await showCaps(deps, await profileOf('second'));
    expect(JSON.stringify(shown)).toContain('"used":1');
  });

  test('of a number holds for texts alike', async () => {
    const steps = Object.fromEntries([send('first', null, { channel: 'sms', template: 'cart-text' })].map((step) => [step.id, step]));
    await publish(opened.store, cartJourney({ steps }));
    for (let n = 0; n < 4; n += 1) {
      const who = { anonymousId: `browser-${n}`, occurredAt: noon, receivedAt: noon };
      await take(deps, identify({ phone: '07700 900123', country: 'GB' }, who), yes(who, 'sms', 'cart_reminder'), leavesCart(who, `c${n}`));
    }
    deps.clock.set(noon + hour);
    await turnAll();
    expect(deps.providers.sms.submitted).toHaveLength(1);
  });

  test('gets a newsletter once, by the profile that may have it', async () => {
    await publishHead(opened.store, { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    const people = [
      ['no-consent', 'twin@example.test'],
      ['twin-1', 'Twin@Example.test'],
      ['twin-2', 'twin@example.test'],
      ['neighbour', 'other@example.test'],
    ] as const;
    for (const [userId, email] of people) await take(deps, identify({ email }, { userId }));
    for (const userId of ['twin-1', 'twin-2', 'neighbour']) await take(deps, yes({ userId }));
    await startBroadcast(
      deps,
      {
        name: 'letter',
        template: 'newsletter',
        to: { by: 'user', ids: people.map(([userId]) => userId) },
        data: {},
        startsAt: null,
        overMs: 0,
        deadline: null,
        priority: null,
      },
      null,
    );
    await enrolDue(deps);
    deps.clock.pass(minute);
    await turnAll();
    expect(deps.providers.email.submitted.map(({ to }) => to.address.toLowerCase()).sort()).toEqual([
      'other@example.test',
      'twin@example.test',
    ]);
    const reasons = await opened.store.db.selectFrom('messages').select('reason').where('state', '=', 'skipped').execute();
    expect(reasons.map(({ reason }) => String(reason)).sort()).toEqual(['duplicate', 'no-consent']);
  });

  test('of a guest who typed her address at the checkout gets the reminder', async () => {
    await publish(
      opened.store,
      cartJourney({
        entry: {
          ...cartJourney().entry,
          filters: [{ reason: 'unknown', condition: { kind: 'identified', is: true } }],
        } as never,
      }),
    );
    const guest = { anonymousId: 'guest' };
    await take(deps, identify({ email: 'guest@example.test' }, guest), yes(guest), leavesCart(guest, 'c1'));
    await take(deps, leavesCart({ anonymousId: 'nobody' }, 'c2'));
    deps.clock.set(noon + hour);
    await turnAll();
    expect(deps.providers.email.submitted.map(({ to }) => to.address)).toEqual(['guest@example.test']);
    expect((await entries()).filter(({ outcome }) => outcome === 'not-entered')).toHaveLength(1);
  });

  describe('hears of an order', () => {
    const guest = { anonymousId: 'guest' };
    const later = { occurredAt: noon + 2 * hour, receivedAt: noon + 2 * hour };
    beforeEach(async () => {
      await publish(opened.store, cartJourney());
      await take(deps, identify({ email: 'Ada@Example.test' }, guest), yes(guest), leavesCart(guest, 'c1'));
      deps.clock.set(noon + hour);
      await turnAll();
      expect(deps.providers.email.submitted).toHaveLength(1);
    });
    const order = (userId: string) =>
      track('Order Completed', { order_id: `o-${userId}`, total: 99, currency: 'GBP' }, { userId, ...later });
    const guestEntry = async () => (await entries())[0];

    test('of the account with the same address: the guest’s series ends at once, and nothing of the order shows in it', async () => {
      await take(deps, identify({ email: 'ada@example.test', firstName: 'Secret' }, { userId: 'account', ...later }));
      await take(deps, order('account'));
      const poked = await opened.store.db.selectFrom('entry_inputs').select('input').where('consumed_at', 'is', null).execute();
      expect(poked).toMatchObject([{ input: { name: 'order.paid', properties: { source: 'same-address' } } }]);
      deps.clock.set(noon + 2 * hour);
      await turnAll();
      const entry = await guestEntry();
      expect(entry).toMatchObject({ state: 'finished', outcome: 'converted' });
      const story = JSON.stringify([
        await readTrace(opened.store.db, entry?.id ?? ''),
        await opened.store.db
          .selectFrom('entry_inputs')
          .selectAll()
          .where('entry_id', '=', entry?.id ?? '')
          .execute(),
      ]);
      expect(story).not.toMatch(/99|o-account|Secret/);
    });

    test('that came while nobody listened: the next message looks for it', async () => {
      await take(deps, identify({ email: 'ada@example.test' }, { userId: 'account', ...later }), order('account'));
      await opened.store.db.deleteFrom('entry_inputs').execute();
      deps.clock.set(noon + 26 * hour);
      await turnAll();
      expect(deps.providers.email.submitted).toHaveLength(1);
      expect(await guestEntry()).toMatchObject({ outcome: 'converted' });
    });

    test('of somebody else in no way', async () => {
      await take(deps, identify({ email: 'eve@example.test' }, { userId: 'eve', ...later }), order('eve'));
      deps.clock.set(noon + 26 * hour);
      await turnAll();
      expect(deps.providers.email.submitted).toHaveLength(2);
    });

    test('under an address that a shop fills in for everybody in no way', async () => {
      for (let n = 0; n < 12; n += 1) await take(deps, identify({ email: 'ada@example.test' }, { userId: `till-${n}`, ...later }));
      await take(deps, order('till-3'));
      deps.clock.set(noon + 26 * hour);
      await turnAll();
      expect(await guestEntry()).not.toMatchObject({ outcome: 'converted' });
    });
  });

  test('is asked to confirm a sign-up once a day, whoever signs it up', async () => {
    await publishHead(opened.store, { id: 'double-opt-in', class: 'transactional', topic: 'consent' });
    await publishHead(opened.store, { id: 'double-opt-in-text', channel: 'sms', class: 'transactional', topic: 'consent' });
    for (let n = 0; n < 5; n += 1) {
      const who = { anonymousId: `browser-${n}` };
      await take(
        deps,
        identify({ email: n % 2 === 0 ? 'Victim@example.test' : 'victim@EXAMPLE.test', phone: '+44 7700 900123' }, who),
        track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'x', double_opt_in: true }, who),
        track('Consent Granted', { channel: 'sms', topic: 'sales', method: 'form', source: 'x', double_opt_in: true }, who),
      );
    }
    await tendConsents(deps);
    const asked = (await entries()).map(({ journey_id }) => journey_id.replace(/[^a-z-].*$/, ''));
    expect(asked).toHaveLength(2);
  });
});
