import { beforeEach, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { mergeProfiles } from '../../../src/app/people/merge-profiles.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import type { CapPolicyRule } from '../../../src/domain/policy/cap-policy.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import type { EntryId, ProfileId } from '../../../src/domain/values/ids.js';
import { lockCanonical, lockProfiles } from '../../../src/store/profiles.js';
import { opset } from '../../../workflows/contract.js';
import { insertExit } from '../../support/entries.js';
import { shippedPolicies } from '../../support/policies.js';
import { alias, identify, ingestDeps, noon, shopEvent, track } from '../../support/shop-events.js';
import { describeOnBothStores, openServerStore, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const mug = { product_id: 'mug', name: 'Mug', price: 30, currency: 'GBP' };
const consent = (who: Parameters<typeof track>[2]) => track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, who);

describeOnBothStores('a merge', (store) => {
  beforeEach(() => resetTables(store()));
  const ingest = (...events: IncomingEvent[]) => ingestEvents(ingestDeps(store()), events, []);
  const canonical = () => store().db.selectFrom('profiles').selectAll().where('merged_into', 'is', null).orderBy('id').execute();
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('created_at').orderBy('id').execute();
  const turnsOf = async (deps: TurnDeps) => {
    for (const { id } of await entries()) await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
  };
  async function profileOf(kind: 'user' | 'anonymous', value: string): Promise<string> {
    return (
      await store()
        .db.selectFrom('identities')
        .select('profile_id')
        .where('kind', '=', kind)
        .where('value', '=', value)
        .executeTakeFirstOrThrow()
    ).profile_id;
  }

  test('gives the known person all that the visitor had, and the newest statement about each trait', async () => {
    await ingest(identify({ city: 'Paris', email: 'ada@example.test' }, { occurredAt: noon - hour }));
    await ingest(
      identify({ city: 'Rome', size: 'm' }, { anonymousId: 'x', occurredAt: noon - minute }),
      track('Product Added', { ...mug, cart_id: 'a' }, { anonymousId: 'x' }),
    );
    await ingest(identify({}, { userId: 'ada', anonymousId: 'x' }));

    const [ada, ...others] = await canonical();
    expect(others).toEqual([]);
    expect(ada).toMatchObject({
      id: await profileOf('user', 'ada'),
      email: 'ada@example.test',
      traits: { city: 'Rome', size: 'm', email: 'ada@example.test' },
    });
    expect(await profileOf('anonymous', 'x')).toBe(ada?.id);
    for (const table of ['events', 'facts', 'carts'] as const) {
      const owners = await store().db.selectFrom(table).select('profile_id').distinct().execute();
      expect(owners, table).toEqual([{ profile_id: ada?.id }]);
    }
  });

  test('is one however many happen at once, and in chains', async () => {
    const people = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const one of people) await ingest(track('Seen', {}, { userId: one }));
    const pairs = people.flatMap((one, index) => [
      alias(one, people[(index + 1) % people.length] ?? 'a'),
      alias(people[(index + 2) % people.length] ?? 'a', one),
    ]);

    await Promise.all(pairs.map((pair) => ingest(pair)));

    const [only, ...others] = await canonical();
    expect(others).toEqual([]);
    const owners = await store().db.selectFrom('identities').select('profile_id').distinct().execute();
    expect(owners).toEqual([{ profile_id: only?.id }]);
    expect(await store().db.selectFrom('events').select('profile_id').distinct().execute()).toEqual(owners);
  });

  test('is followed by whoever still knows the old id', async () => {
    await ingest(track('Seen', {}, { userId: 'a' }), track('Seen', {}, { userId: 'b' }), track('Seen', {}, { userId: 'c' }));
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((one) => profileOf('user', one)));
    await ingest(alias('a', 'b'));
    await ingest(alias('b', 'c'));

    await store().transaction(async (trx) => {
      expect((await lockProfiles(trx, [a, b, c] as ProfileId[])).map(({ id }) => id)).toEqual([c]);
      expect([...(await lockCanonical(trx, [a as ProfileId])).canonical]).toContainEqual([a, c]);
    });
    // Every merged row leads there without a detour.
    const merged = await store().db.selectFrom('profiles').select('merged_into').where('merged_into', 'is not', null).execute();
    expect(merged).toEqual([{ merged_into: c }, { merged_into: c }]);
  });

  test('never joins two known people of one browser', async () => {
    await ingest(identify({}, { userId: 'ada', anonymousId: 'x' }));
    await ingest(identify({}, { userId: 'bea', anonymousId: 'x', occurredAt: noon + minute }));
    await ingest(shopEvent({ type: 'page', anonymousId: 'x', occurredAt: noon + 2 * minute }));

    expect(await canonical()).toHaveLength(2);
    expect(await profileOf('anonymous', 'x')).toBe(await profileOf('user', 'bea'));
  });

  test('leaves of two entries in one journey and key the one further along, which looks at once', async () => {
    const deps = turnDeps(store());
    await publish(store(), cartJourney({ entry: { ...cartJourney().entry, key: { kind: 'profile' } } }));
    const ada = { userId: 'ada' };
    await take(deps, identify({ email: 'ada@example.test' }, ada), consent(ada), track('Product Added', { ...mug, cart_id: 'a' }, ada));
    deps.clock.set(noon + 2 * hour);
    await turnsOf(deps);
    await take(
      deps,
      track('Product Added', { ...mug, product_id: 'cup', cart_id: 'b' }, { anonymousId: 'x', occurredAt: noon + 2 * hour }),
    );
    const [open, armed] = await entries();
    expect([open?.state, armed?.state]).toEqual(['open', 'armed']);
    await store().db.updateTable('entries').set({ poke_real: null }).execute();

    await take(deps, identify({}, { ...ada, anonymousId: 'x', occurredAt: noon + 3 * hour }));

    const after = new Map((await entries()).map((entry) => [entry.id, entry]));
    expect(after.get(open?.id ?? '')).toMatchObject({ state: 'open' });
    expect(after.get(armed?.id ?? '')).toMatchObject({
      state: 'finished',
      outcome: 'superseded',
      outcome_reason: 'merged',
      profile_id: open?.profile_id,
    });
    expect([...after.values()].every(({ poke_real }) => poke_real !== null)).toBe(true);
    const told = await store().db.selectFrom('trace').select('entry_id').where('kind', '=', 'merged').execute();
    expect(new Set(told.map(({ entry_id }) => entry_id))).toEqual(new Set([open?.id, armed?.id]));
    expect(
      await store()
        .db.selectFrom('waits')
        .select('entry_id')
        .where('entry_id', '=', armed?.id ?? '')
        .execute(),
    ).toEqual([]);
  });

  test('hands the order of the one to the reminders of the other', async () => {
    const deps = turnDeps(store());
    await publish(store(), cartJourney());
    const ada = { userId: 'ada' };
    await take(deps, identify({ email: 'ada@example.test' }, ada), consent(ada), track('Product Added', { ...mug, cart_id: 'a' }, ada));
    deps.clock.set(noon + hour);
    await turnsOf(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
    await take(deps, track('Order Completed', { order_id: 'o1', total: 30 }, { anonymousId: 'x', occurredAt: noon + hour }));
    await turnsOf(deps);
    expect(await entries()).toMatchObject([{ state: 'open' }]);

    await take(deps, identify({}, { ...ada, anonymousId: 'x', occurredAt: noon + hour }));
    await turnsOf(deps);
    expect(await entries()).toMatchObject([{ state: 'finished', outcome: 'converted' }]);
  });

  test('keeps what the entry that ends had not heard yet, and gives back its reserved message', async () => {
    const deps = turnDeps(store());
    await publish(store(), cartJourney({ entry: { ...cartJourney().entry, key: { kind: 'profile' } } }));
    for (const userId of ['ada', 'bea']) {
      await take(
        deps,
        identify({ email: `${userId}@example.test` }, { userId }),
        consent({ userId }),
        track('Product Added', { ...mug, cart_id: userId }, { userId }),
      );
    }
    deps.clock.set(noon + hour);
    await turnsOf(deps);
    const bea = await profileOf('user', 'bea');
    const ending = (await entries()).find(({ profile_id }) => profile_id === bea)?.id ?? '';
    // Ada began first in the eyes of the merge, so that hers goes on.
    await store()
      .db.updateTable('entries')
      .set({ created_at: noon + 1 })
      .where('id', '=', ending)
      .execute();
    await store().db.updateTable('messages').set({ state: 'reserved', reason: 'quiet-hours' }).where('entry_id', '=', ending).execute();
    await insertExit(store().db, ending as EntryId);

    await take(deps, alias('bea', 'ada', { occurredAt: noon + hour }));
    expect(await store().db.selectFrom('messages').select(['state', 'reason']).where('entry_id', '=', ending).execute()).toEqual([
      { state: 'released', reason: 'exited' },
    ]);
    await turnsOf(deps);
    expect(new Set((await entries()).map(({ outcome }) => outcome))).toEqual(new Set(['exited', 'superseded']));
  });

  test('lets the messages to both count under one cap', async () => {
    const oneADay: CapPolicyRule = {
      id: 'email-24h',
      channels: ['email'],
      topics: null,
      exceptTopics: [],
      limit: 1,
      window: { type: 'rolling', ms: day },
      headroom: [],
      exemptsUserInitiated: false,
      exemptsMoreImportant: false,
      scales: false,
    };
    const policies = { ...shippedPolicies(), caps: { version: 1, rules: [oneADay], ceilings: [] } };
    const deps = turnDeps(store(), { policies: { current: () => policies } });
    await publish(store(), cartJourney({ entry: { ...cartJourney().entry, reentry: { kind: 'always' }, concurrency: 'parallel' } }));
    for (const userId of ['ada', 'bea'])
      await take(
        deps,
        identify({ email: `${userId}@example.test` }, { userId }),
        consent({ userId }),
        // Another thing each: carts that share a line become one.
        track('Product Added', { ...mug, product_id: userId, cart_id: userId }, { userId }),
      );
    deps.clock.set(noon + hour);
    const [first] = await entries();
    await takeTurn(deps, { v: 1, entryId: first?.id ?? '', opset }, 'inline');

    await take(deps, alias('bea', 'ada', { occurredAt: noon + hour }));
    await turnsOf(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await store().db.selectFrom('messages').select(['state', 'slot_at']).orderBy('state').execute()).toEqual([
      { state: 'accepted', slot_at: noon + hour },
      { state: 'skipped', slot_at: noon + hour },
    ]);
  });

  test('of a profile with itself changes nothing', async () => {
    await ingest(identify({ city: 'Paris' }));
    await store().transaction(async (trx) => {
      const { profiles } = await lockCanonical(trx, [(await profileOfIn(trx)) as ProfileId]);
      const [profile] = profiles;
      if (profile === undefined) throw new Error('expected a profile');
      expect(await mergeProfiles(trx, profile, profile, noon, shippedPolicies().engagement)).toBe(profile);
    });
    expect(await canonical()).toHaveLength(1);
  });
});

async function profileOfIn(trx: Parameters<typeof lockProfiles>[0]): Promise<string> {
  return (await trx.selectFrom('profiles').select('id').executeTakeFirstOrThrow()).id;
}

test('events, merges and orders that cross on a server with many connections end consistent', async () => {
  const { store, dispose } = await openServerStore();
  try {
    const people = ['a', 'b', 'c', 'd'];
    const work = Array.from({ length: 60 }, (_, index) => {
      const [one = 'a', other = 'b'] = [people[index % 4], people[(index * 7 + 1) % 4]];
      const events = [
        track('Product Added', { ...mug, cart_id: `cart-${index % 3}` }, { userId: one, occurredAt: noon + index }),
        shopEvent({ type: 'identify', userId: other, anonymousId: `browser-${index % 5}`, traits: { n: index }, occurredAt: noon + index }),
        ...(index % 6 === 0 ? [alias(one, other)] : []),
      ];
      return ingestEvents(ingestDeps(store), events, []);
    });
    await Promise.all(work);

    const live = new Set(
      (await store.db.selectFrom('profiles').select('id').where('merged_into', 'is', null).execute()).map(({ id }) => id),
    );
    for (const table of ['identities', 'events', 'facts', 'carts'] as const) {
      const owners = await store.db.selectFrom(table).select('profile_id').distinct().execute();
      expect(
        owners.filter(({ profile_id }) => !live.has(profile_id)),
        table,
      ).toEqual([]);
    }
    const stored = await store.db.selectFrom('events').select('message_id').execute();
    expect(stored).toHaveLength(60 * 2 + 10);
  } finally {
    await dispose();
  }
});
