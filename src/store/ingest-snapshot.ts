import { type RawBuilder, sql } from 'kysely';
import type { KeptCart } from '../domain/carts/cart-book.js';
import type { KeptOrder } from '../domain/orders/kept-order.js';
import { type Crowd, crowdedForMs, crowdWindowMs } from '../domain/people/crowded-id.js';
import type { Identity, KnownIdentity } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { ServiceRecord } from '../domain/service/service-record.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import { type CartRow, lockingCarts, toCart } from './carts.js';
import type { Trx } from './db.js';
import { isOneOf } from './identities.js';
import { inOneTrip } from './one-trip.js';
import { lockingOrders, type OrderRow, toKeptOrder } from './orders.js';
import { lockCanonical, selectForUpdate, toProfile } from './profiles.js';
import { isOneOfKeys, lockingRecords, type ServiceRow, toServiceRecord } from './service-records.js';

/** What events name: the ids of people, and carts by the shop's tokens. */
export interface Named {
  readonly identities: readonly Identity[];
  readonly tokens: readonly string[];
  /** The shop's ids of orders. */
  readonly orders: readonly string[];
  /** Of tickets, feedback and reviews (`recordKey`). */
  readonly records: readonly string[];
}

/** The ids of those named, and of the owners of what else is named. `ids`: the rows of identities that are named. */
function selectNamed(named: Named, ids: RawBuilder<unknown>): RawBuilder<unknown> {
  const owners =
    named.tokens.length === 0
      ? sql``
      : sql` union select c.profile_id from cart_tokens t join carts c on c.id = t.cart_id where t.token = any(${named.tokens})`;
  const buyers = named.orders.length === 0 ? sql`` : sql` union select profile_id from orders where order_id = any(${named.orders})`;
  const tellers =
    named.records.length === 0 ? sql`` : sql` union select profile_id from service_records where ${isOneOfKeys(named.records)}`;
  return sql`select profile_id from ${ids}${owners}${buyers}${tellers}`;
}

function selectIds(named: Named): RawBuilder<unknown> {
  return sql`select kind, value, profile_id, created_at, told_by from identities where ${isOneOf(named.identities)}`;
}

/** What an ingest asks of the store. `cartsSince` null: no event speaks of a cart, so none is read. */
export interface AskedOfIngest extends Named {
  readonly messageIds: readonly string[];
  readonly cartsSince: Instant | null;
  /** User ids whose recent browsers and addresses are counted; `at`: the present instant. */
  readonly mayJoin: { readonly userIds: readonly string[]; readonly at: Instant };
}

/**
 * Locks the canonical profiles of those named, and of the owners of what else is named, and reads what counts once they are locked. Two
 * statements in one round trip; two more where a merge is met. Whom the ids name is read by each statement for itself, once: the caller
 * looks whether all whom the snapshot names are locked.
 */
export async function lockAndRead(
  trx: Trx,
  asked: AskedOfIngest,
): Promise<{ readonly profiles: readonly Profile[]; readonly known: IngestSnapshot }> {
  // As an array, so that the planner looks the profiles up one by one.
  const named = sql`array(${selectNamed(asked, sql`(${selectIds(asked)}) ids`)})`;
  const [rows, read] = await inOneTrip(trx, selectForUpdate(sql`id = any(${named})`), selectSnapshot(asked, selectNamed(asked, sql`ids`)));
  if (rows.every((row) => row.merged_into === null)) return { profiles: rows.map(toProfile), known: snapshotOf(read) };
  // Whom they became is locked after the snapshot was read, so it is read again.
  const { profiles } = await lockCanonical(
    trx,
    rows.map((row) => row.id as ProfileId),
  );
  const again = await selectSnapshot(asked, sql`select unnest(${profiles.map(({ id }) => id)}::text[]) as profile_id`).execute(trx);
  return { profiles, known: snapshotOf(again.rows) };
}

/** What counts once the profiles are locked. */
export interface IngestSnapshot {
  readonly identities: readonly KnownIdentity[];
  /** Those of the profiles that have a user id. */
  readonly knownProfiles: ReadonlySet<ProfileId>;
  /** Of these, whom only browsers have named. */
  readonly unproven: ReadonlySet<ProfileId>;
  /** Those of the profiles that have a browser's id. */
  readonly browsed: ReadonlySet<ProfileId>;
  /** Those of the events that are stored already, by the id under which they are. */
  readonly storedEvents: ReadonlyMap<string, StoredEvent>;
  /** What user ids have collected, of which it was asked. */
  readonly crowds: ReadonlyMap<string, Crowd>;
  /** Carts with one of the tokens, and the open carts of the profiles that were active since; locked, in id order. */
  readonly carts: readonly KeptCart[];
  /** Those that are named; locked, in id order. */
  readonly orders: readonly KeptOrder[];
  readonly records: readonly ServiceRecord[];
}

/** Who told an event, and about whom. */
export interface StoredEvent {
  /** Canonical. */
  readonly profileId: ProfileId;
  /** Null: before it was kept which key tells an event, or Sojourn itself. */
  readonly lineage: string | null;
  readonly isErased: boolean;
  /** The browser's id, as the client sent it. */
  readonly anonymousId: string | null;
}

interface SnapshotRow {
  readonly what: 'user' | 'anonymous' | 'profile' | 'stored' | 'cart' | 'order' | 'record' | 'crowd';
  readonly value: string;
  readonly profile_id: string | null;
  readonly at: number | null;
  readonly told: string | null;
  readonly cart: CartRow | OrderRow | ServiceRow | { readonly anonymousId: string | null } | { readonly emails: readonly string[] } | null;
}

/**
 * `people`: selects the ids of those who are locked as `profile_id`. Ids and people are looked up once, though several parts ask for them;
 * as an array, so that the planner looks what is theirs up one by one.
 */
function selectSnapshot(of: AskedOfIngest, people: RawBuilder<unknown>): RawBuilder<SnapshotRow> {
  const profiles = sql`array(select profile_id from people)`;
  const carts =
    of.cartsSince === null
      ? sql``
      : sql` union all select 'cart', id, null, null, null, to_jsonb(c) from (${lockingCarts({ tokens: of.tokens, profiles, activeSince: of.cartsSince })}) c`;
  const orders =
    of.orders.length === 0
      ? sql``
      : sql` union all select 'order', order_id, null, null, null, to_jsonb(o) from (${lockingOrders(of.orders)}) o`;
  const records =
    of.records.length === 0
      ? sql``
      : sql` union all select 'record', id, null, null, null, to_jsonb(s) from (${lockingRecords(of.records)}) s`;
  return sql<SnapshotRow>`with ids as materialized (${selectIds(of)}), people as materialized (${people})
    select kind as what, value, profile_id, created_at as at, told_by as told, null::jsonb as cart from ids
    union all select 'profile', profile_id, case when bool_or(kind = 'user') then case when bool_or(kind = 'user' and told_by is null) then 'proven' else 'unproven' end end,
      null, case when bool_or(kind = 'anonymous') then 'browsed' end, null from identities where profile_id = any(${profiles}) group by profile_id
    union all ${selectStored(of.messageIds)}${crowdsOf(of.mayJoin)}${carts}${orders}${records}`;
}

function selectStored(messageIds: readonly string[]): RawBuilder<SnapshotRow> {
  return sql<SnapshotRow>`select 'stored' as what, e.message_id as value, e.profile_id, p.erased_at as at, coalesce(k.lineage, e.key_id) as told,
      jsonb_build_object('anonymousId', e.payload->>'anonymousId') as cart
    from events e left join profiles p on p.id = e.profile_id left join write_keys k on k.id = e.key_id where e.message_id = any(${messageIds})`;
}

/** Those of the events that are stored already, by the id under which they are. One statement. */
export async function readStoredEvents(trx: Trx, messageIds: readonly string[]): Promise<ReadonlyMap<string, StoredEvent>> {
  return snapshotOf((await selectStored(messageIds).execute(trx)).rows).storedEvents;
}

/** Addresses at which all marketing is refused, of the keys that are asked for. One statement. */
export async function readRefusals(trx: Trx, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ hash: string }>`select hash from suppressions where hash = any(${keys})`.execute(trx);
  return new Set(rows.map(({ hash }) => hash));
}

function snapshotOf(rows: readonly SnapshotRow[]): IngestSnapshot {
  const snapshot = {
    identities: [] as KnownIdentity[],
    knownProfiles: new Set<ProfileId>(),
    unproven: new Set<ProfileId>(),
    browsed: new Set<ProfileId>(),
    storedEvents: new Map<string, StoredEvent>(),
    crowds: new Map<string, Crowd>(),
    carts: [] as KeptCart[],
    orders: [] as KeptOrder[],
    records: [] as ServiceRecord[],
  };
  for (const { what, value, profile_id, at, told, cart } of rows) {
    const profileId = profile_id as ProfileId;
    if (what === 'profile') {
      if (profile_id !== null) snapshot.knownProfiles.add(value as ProfileId);
      if (profile_id === 'unproven') snapshot.unproven.add(value as ProfileId);
      if (told !== null) snapshot.browsed.add(value as ProfileId);
    } else if (what === 'stored')
      snapshot.storedEvents.set(value, { profileId, lineage: told, isErased: at !== null, anonymousId: anonymousIdOf(cart) });
    else if (what === 'crowd')
      snapshot.crowds.set(value, { isListed: told !== null, browsers: at ?? 0, addresses: new Set(emailsOf(cart)) });
    else if (what === 'cart') snapshot.carts.push(toCart(cart as CartRow));
    else if (what === 'order') snapshot.orders.push(toKeptOrder(cart as OrderRow));
    else if (what === 'record') snapshot.records.push(toServiceRecord(cart as ServiceRow));
    else snapshot.identities.push({ kind: what, value, profileId, linkedAt: at ?? 0, toldBy: told === 'browser' ? 'browser' : null });
  }
  return snapshot;
}

/**
 * Of ids that are somebody's by now: browsers that were linked, and emails that were given, within the window. The ids are among those that
 * the statement has read: asked for once more, the planner would go through all users while its statistics are young.
 */
function crowdsOf({ userIds, at }: { readonly userIds: readonly string[]; readonly at: Instant }) {
  if (userIds.length === 0) return sql``;
  const since = at - crowdWindowMs;
  return sql` union all select 'crowd', u.value, null,
      (select count(*) from identities a where a.profile_id = u.profile_id and a.kind || '' = 'anonymous' and a.created_at > ${since}),
      (select 'listed' from suspect_ids s where s.value = u.value and s.why = 'crowded' and s.seen_at > ${at - crowdedForMs}),
      jsonb_build_object('emails', (select jsonb_agg(distinct lower(trim(told.payload->'traits'->>'email'))) from (
        select e.payload from events e where e.profile_id = u.profile_id and e.occurred_at > ${since} and e.type = 'identify'
        order by e.occurred_at desc limit 100) told where told.payload->'traits'->>'email' is not null))
    from ids u where u.kind = 'user' and u.value = any(${userIds})`;
}

function emailsOf(told: SnapshotRow['cart']): readonly string[] {
  return told !== null && 'emails' in told ? (told.emails ?? []) : [];
}

function anonymousIdOf(told: SnapshotRow['cart']): string | null {
  return told !== null && 'anonymousId' in told ? told.anonymousId : null;
}
