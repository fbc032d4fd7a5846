import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import type { Need } from '../../../src/journey/knowledge.js';
import { askedOf, knownInMemory, readKnown, selectKnown } from '../../../src/knowledge/load.js';
import { hearFrom } from '../../../src/simulator/memory/ingest.js';
import { Tables } from '../../../src/simulator/memory/tables.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

const told = fc.oneof(
  fc.tuple(fc.constantFrom('Ticket Opened', 'Ticket Closed'), fc.record({ ticket_id: fc.constantFrom(undefined, '1', '2') })),
  fc.tuple(
    fc.constantFrom('Feedback Submitted', 'Product Reviewed'),
    fc.record({ order_id: fc.constantFrom(undefined, 'o-1'), product_id: fc.constant('mug'), rating: fc.constantFrom(1, 5) }),
  ),
);
const histories = fc
  .array(fc.tuple(told, fc.integer({ min: 0, max: 3 }), fc.constantFrom('ada', 'bea')), { minLength: 1, maxLength: 8 })
  .map((all) =>
    all.map(([[name, said], minute, userId], index) =>
      track(name, said, { occurredAt: noon + minute, receivedAt: noon + 60_000, userId, messageId: `e${index}` }),
    ),
  );
const arrivals = histories.chain((history) =>
  fc.tuple(fc.constant(history), fc.shuffledSubarray([...history, ...history], { minLength: 2 * history.length })),
);

describeOnBothStores('tickets, feedback and reviews', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
  });

  const rows = () =>
    store()
      .db.selectFrom('service_records')
      .select(['kind', 'id', 'state', 'rating', 'order_id', 'product_id'])
      .orderBy('kind')
      .orderBy('id')
      .execute();
  const facts = async () => (await store().db.selectFrom('facts').select('name').orderBy('seq').execute()).map(({ name }) => name);

  test('are kept, and told as facts', async () => {
    await take(
      deps,
      track('Ticket Opened', { ticket_id: 't', order_id: 'o-1' }),
      track('Feedback Submitted', { order_id: 'o-1', rating: 2 }),
    );
    await take(
      deps,
      track('Product Reviewed', { product_id: 'mug', rating: 5, review_body: 'Nice' }),
      track('Ticket Closed', { ticket_id: 't' }),
    );

    expect(await rows()).toEqual([
      { kind: 'feedback', id: 'user/ada/o-1', state: null, rating: 2, order_id: 'o-1', product_id: null },
      { kind: 'review', id: 'user/ada/mug', state: null, rating: 5, order_id: null, product_id: 'mug' },
      { kind: 'ticket', id: 't', state: 'closed', rating: null, order_id: 'o-1', product_id: null },
    ]);
    expect(await facts()).toEqual(['ticket.opened', 'feedback.submitted', 'product.reviewed', 'ticket.closed']);
  });

  test('are of the person who opened them, whose ticket the help desk closes', async () => {
    await take(deps, track('Ticket Opened', { ticket_id: 't' }));
    await take(deps, track('Ticket Closed', { ticket_id: 't' }, { userId: 'help-desk' }));

    const people = await store().db.selectFrom('facts').select('profile_id').distinct().execute();
    expect(people).toHaveLength(1);
  });

  test('of a known person are not told by a browser that nobody vouches for', async () => {
    await take(deps, identify({ email: 'ada@example.test' }));
    const stranger = track('Ticket Opened', {}, { userId: 'ada', anonymousId: 'stranger' });
    const speaker = { kind: 'browser', keyId: 'k', lineage: 'k', vouchesUser: false, vouchesPrevious: false } as const;
    await take(deps, { ...stranger, speaker });

    const owner = sql<string>`(select value from identities i where i.profile_id = s.profile_id)`.as('owner');
    const [kept] = await store().db.selectFrom('service_records as s').select(['id', owner]).execute();
    expect(kept).toEqual({ id: 'visitor/stranger', owner: 'stranger' });
  });

  test('go with their person when two become one', async () => {
    await take(deps, track('Ticket Opened', { ticket_id: 't' }, { anonymousId: 'browser' }), identify({}));
    await take(deps, alias('browser', 'ada'), track('Ticket Closed', { ticket_id: 't' }, { occurredAt: noon + 1 }));

    const { id } = await store()
      .db.selectFrom('identities')
      .select('profile_id as id')
      .where('value', '=', 'ada')
      .executeTakeFirstOrThrow();
    expect(await store().db.selectFrom('service_records').select(['profile_id', 'state']).execute()).toEqual([
      { profile_id: id, state: 'closed' },
    ]);
  });

  test('cost an event that names none nothing', async () => {
    await take(deps, track('Product Viewed', { product_id: 'cup' }));
    const other = await countStatements(store(), () => take(deps, track('Product Viewed', { product_id: 'mug' })));
    const ticket = await countStatements(store(), () => take(deps, track('Ticket Opened', { ticket_id: 't' })));

    expect(other.join(' ')).not.toContain('service_records');
    expect(ticket.length).toBe(other.length);
  });

  test('are the same after any order of arrival, doubled and late, and the same in memory', async () => {
    const need: Need = { of: 'service' };
    const asked = askedOf([need], noon);
    const known = async (userId: string) => {
      const { rows: found } = await sql<{ known: Record<string, unknown> }>`
        select ${selectKnown(asked, { entryId: null, profileId: sql`p.id` })} as known
        from profiles p where p.id = (select profile_id from identities where value = ${userId})`.execute(store().db);
      return found[0] === undefined ? undefined : readKnown(asked, found[0].known).service;
    };
    const inMemory = (events: readonly IncomingEvent[], userId: string) => {
      const tables = new Tables();
      let made = 0;
      for (const event of events) hearFrom(tables, { ...deps, newId: () => `id-${(made += 1)}` }, event);
      const profileId = tables.identities.get(`user:${userId}`)?.profileId as ProfileId | undefined;
      return profileId === undefined ? undefined : knownInMemory(asked, { tables, profileId, entryId: null, sharers: [] }).service;
    };
    const after = async (events: readonly IncomingEvent[]) => {
      await resetTables(store());
      for (const event of events) await take(deps, event);
      return { rows: await rows(), ada: await known('ada'), bea: await known('bea') };
    };
    await fc.assert(
      fc.asyncProperty(arrivals, async ([history, arrived]) => {
        const first = await after(history);
        expect(await after(arrived)).toEqual(first);
        expect([inMemory(arrived, 'ada'), inMemory(arrived, 'bea')]).toEqual([first.ada, first.bea]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
