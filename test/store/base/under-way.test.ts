import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { hour } from '../../../src/domain/time/instant.js';
import type { Store } from '../../../src/store/db.js';
import { migrate } from '../../../src/store/migrator.js';
import { opset } from '../../../workflows/contract.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { type OpenedStore, openMemoryStore, openServerStore } from '../../support/stores.js';
import { cartJourney, publish, take, turnDeps } from '../../support/turns.js';

const mug = { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' };

const newOfOrders = [
  'fold',
  'paid_at',
  'cancelled_at',
  'refunded',
  'net',
  'tax',
  'shipping',
  'discount',
  'margin',
  'codes',
  'is_test',
  'qualifies',
  'shipped_at',
  'promised_at',
  'delivered_at',
  'has_exception',
  'has_open_return',
];
/** Those that refer to others first. */
const newTables = [
  'definition_versions',
  'segment_members',
  'segment_reviews',
  'segment_fills',
  'segment_sizes',
  'order_lines',
  'service_records',
  'products',
  'recommendation_products',
  'recommendation_models',
  'product_changes',
  'rfm_bounds',
  'answers',
  'value_flags',
  'quiz_runs',
  'one_clicks',
  'exposures',
  'promises',
  'offer_codes',
  'offer_periods',
  'outcome_reviews',
  'experiment_acts',
  'experiment_looks',
  'calls',
  'holds',
  'tasks',
  'imports',
  'event_counts',
  'contract_alarms',
  'shop_reconciles',
];

/** Takes the schema back to what the version before this one left, with all rows: what a deploy finds. */
async function asTheVersionBefore({ db }: Store): Promise<void> {
  await sql`alter table facts drop column properties, drop column subjects`.execute(db);
  await sql`alter table events drop column source`.execute(db);
  await sql`alter table entries drop column subjects`.execute(db);
  await sql`delete from waits where by_kind not in ('profile', 'cart')`.execute(db);
  await sql`alter table waits add constraint waits_by_kind_check check (by_kind in ('profile', 'cart'))`.execute(db);
  // A fact for an entry said in its own words that it was about the same cart.
  await sql`update entry_inputs set input = input - 'shared' || jsonb_build_object('cartId', 'any')`.execute(db);
  await sql`drop table broadcast_batches`.execute(db);
  await sql`drop index entries_poke_journeys`.execute(db);
  await sql`alter table messages drop column recommended, drop column promise_id`.execute(db);
  await sql`alter table orders ${sql.raw(newOfOrders.map((column) => `drop column ${column}`).join(', '))}`.execute(db);
  for (const name of ['mark_outcomes', 'looks_are_kept', 'must_touch']) await sql`drop function ${sql.ref(name)} cascade`.execute(db);
  for (const table of newTables) await sql`drop table ${sql.table(table)}`.execute(db);
  await sql`delete from kysely_migration where name > '0023'`.execute(db);
}

test.each([
  ['pglite', openMemoryStore],
  ['postgres', openServerStore],
] as const)('a store of the version before, with entries under way, is brought up to date and plays on (%s)', async (_kind, open) => {
  const opened: OpenedStore = await open();
  const { store } = opened;
  const deps = turnDeps(store);
  const journey = cartJourney({
    exits: [
      // Only a fact that kept what was worked out can say so after a merge.
      {
        id: 'big-cart',
        on: {
          kind: 'event',
          event: 'cart.updated',
          match: 'profile',
          where: { kind: 'event_property', path: 'cart_value', comparison: { op: 'at_least', value: 50 } },
        },
        outcome: 'exited',
      },
      ...cartJourney().exits,
    ],
  });
  const entriesOf = () =>
    store.db
      .selectFrom('entries as e')
      .innerJoin('carts as c', 'c.id', 'e.cart_id')
      .select(['e.id', 'e.state', 'e.outcome', 'e.outcome_reason', 'e.cart_id', 'c.token'])
      .orderBy('c.token')
      .execute();
  const turns = async () => {
    for (const { id } of await entriesOf()) await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
  };
  await publish(store, journey);
  for (const userId of ['ada', 'bea', 'cid', 'dan'])
    await take(
      deps,
      identify({ email: `${userId}@example.test` }, { userId }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId }),
      track('Product Added', { ...mug, product_id: userId, cart_id: userId }, { userId }),
    );
  deps.clock.set(noon + hour);
  const [ada, , , dan] = await entriesOf();
  for (const entry of [ada, dan]) await takeTurn(deps, { v: 1, entryId: entry?.id ?? '', opset }, 'inline');
  // Dan's friend buys what is in his cart, and no turn has seen it yet.
  await take(
    deps,
    track('Order Completed', { order_id: 'o0', cart_id: 'dan', total: 30, currency: 'GBP' }, { userId: 'eva', occurredAt: noon + hour }),
  );
  // The version before reads the cart where it had it.
  const told = await sql<{
    cart: string | null;
    is_same: boolean | null;
  }>`select e.data ->> 'cartId' as cart, (i.input -> 'cartMatch')::boolean as is_same
    from entries e join entry_inputs i on i.entry_id = e.id`.execute(store.db);
  expect(told.rows).toEqual([{ cart: dan?.cart_id, is_same: true }]);
  await asTheVersionBefore(store);

  await migrate(store.db as unknown as Kysely<never>);
  // Ada and Dan wait after the first email, Bea and Cid are armed. Orders end their series, Bea's and Cid's go on to their mails.
  await take(
    deps,
    track('Order Completed', { order_id: 'o1', cart_id: 'ada', total: 30, currency: 'GBP' }, { userId: 'ada', occurredAt: noon + hour }),
  );
  await turns();
  expect((await entriesOf()).map(({ state, outcome }) => [state, outcome])).toEqual([
    ['finished', 'converted'],
    ['open', null],
    ['open', null],
    ['finished', 'converted'],
  ]);
  expect(deps.providers.email.submitted.map(({ to }) => to.address).toSorted()).toEqual([
    'ada@example.test',
    'bea@example.test',
    'cid@example.test',
    'dan@example.test',
  ]);

  // What Bea's other self did is told to her entry after a merge with all that the fact said; facts of before say what their event did.
  await take(deps, identify({ city: 'Paris' }, { userId: 'other' }));
  await take(
    deps,
    track('Product Added', { ...mug, cart_id: 'big', product_id: 'sofa', price: 500 }, { userId: 'other', occurredAt: noon + hour }),
  );
  await take(deps, alias('other', 'bea', { occurredAt: noon + hour }));
  await turns();
  expect((await entriesOf()).filter(({ outcome_reason }) => outcome_reason === 'big-cart')).toHaveLength(1);
  expect(await store.db.selectFrom('facts').select('event_id').where('properties', 'is', null).execute()).not.toEqual([]);
  await opened.dispose();
});
