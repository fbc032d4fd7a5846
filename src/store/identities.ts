import { type RawBuilder, sql } from 'kysely';
import type { Identity, KnownIdentity } from '../domain/identity.js';
import type { CartId, ProfileId } from '../domain/ids.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** What is known beforehand about the ids and cart tokens of some events. Read without a lock: lock the profiles, then look again. */
export interface Resolved {
  readonly identities: readonly KnownIdentity[];
  readonly tokens: readonly { readonly token: string; readonly cartId: CartId; readonly profileId: ProfileId }[];
}

/** Who these ids are and whose carts these tokens name. One statement. */
export async function resolveIds(db: Db | Trx, identities: readonly Identity[], tokens: readonly string[]): Promise<Resolved> {
  const carts =
    tokens.length === 0
      ? sql``
      : sql` union all select 'token', t.token, c.profile_id, 0, t.cart_id from cart_tokens t join carts c on c.id = t.cart_id where t.token = any(${tokens})`;
  const { rows } = await sql<{
    kind: 'user' | 'anonymous' | 'token';
    value: string;
    profile_id: string;
    at: number;
    cart_id: string | null;
  }>`
    select kind, value, profile_id, created_at as at, null as cart_id from identities
    where kind = 'user' and value = any(${valuesOf(identities, 'user')}) or kind = 'anonymous' and value = any(${valuesOf(identities, 'anonymous')})
    ${carts}`.execute(db);
  const found: KnownIdentity[] = [];
  const named: Resolved['tokens'][number][] = [];
  for (const { kind, value, profile_id, at, cart_id } of rows) {
    if (kind === 'token') named.push({ token: value, cartId: cart_id as CartId, profileId: profile_id as ProfileId });
    else found.push({ kind, value, profileId: profile_id as ProfileId, linkedAt: at });
  }
  return { identities: found, tokens: named };
}

function valuesOf(identities: readonly Identity[], kind: Identity['kind']): readonly string[] {
  return identities.filter((identity) => identity.kind === kind).map((identity) => identity.value);
}

/** An id as it is now; `was`: whose it was when it was read, null when it was nobody's. */
export interface IdentityChange extends KnownIdentity {
  readonly was: ProfileId | null;
}

/** New ids, and ids that now belong to another. Touches fewer rows than given when someone else took one of them meanwhile. */
export function writeIdentities(changes: readonly IdentityChange[]): RawBuilder<unknown> | null {
  if (changes.length === 0) return null;
  const rows = changes.toSorted(byValue);
  return sql`insert into identities as i (kind, value, profile_id, created_at)
    select kind, value, "profileId", "linkedAt" from ${rowsOf(rows)} as r(kind text, value text, "profileId" text, "linkedAt" bigint)
    on conflict (kind, value) do update set profile_id = excluded.profile_id, created_at = excluded.created_at
    where i.profile_id = any(${rows.flatMap((row) => (row.was === null ? [] : [row.was]))}) returning 1`;
}

/** In one order everywhere, so that two transactions with the same new ids wait for each other instead of locking up. */
function byValue(a: Identity, b: Identity): number {
  return a.kind === b.kind ? (a.value < b.value ? -1 : 1) : a.kind < b.kind ? -1 : 1;
}

/** What has to be read again once the profiles are locked, for it may have changed while waiting for them. */
export interface LockedIds {
  readonly identities: readonly KnownIdentity[];
  /** Those of the profiles that have a user id. */
  readonly knownProfiles: ReadonlySet<ProfileId>;
  /** Those of the events that are stored already. */
  readonly storedEvents: ReadonlySet<string>;
}

/** One statement. */
export async function readLockedIds(
  trx: Trx,
  of: { readonly identities: readonly Identity[]; readonly profiles: readonly ProfileId[]; readonly messageIds: readonly string[] },
): Promise<LockedIds> {
  const { rows } = await sql<{
    what: 'user' | 'anonymous' | 'known' | 'stored';
    value: string;
    profile_id: string | null;
    at: number | null;
  }>`
    select kind as what, value, profile_id, created_at as at from identities
      where kind = 'user' and value = any(${valuesOf(of.identities, 'user')}) or kind = 'anonymous' and value = any(${valuesOf(of.identities, 'anonymous')})
    union all select 'known', profile_id, null, null from identities where kind = 'user' and profile_id = any(${of.profiles})
    union all select 'stored', message_id, null, null from events where message_id = any(${of.messageIds})`.execute(trx);
  return {
    identities: rows.flatMap(({ what, value, profile_id, at }) =>
      what === 'user' || what === 'anonymous' ? [{ kind: what, value, profileId: profile_id as ProfileId, linkedAt: at ?? 0 }] : [],
    ),
    knownProfiles: new Set(rows.flatMap(({ what, value }) => (what === 'known' ? [value as ProfileId] : []))),
    storedEvents: new Set(rows.flatMap(({ what, value }) => (what === 'stored' ? [value] : []))),
  };
}
