import { sql } from 'kysely';
import type { KeptCart } from '../domain/cart-book.js';
import type { Identity, KnownIdentity } from '../domain/identity.js';
import type { ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { Profile } from '../domain/profile.js';
import { type CartRow, lockingCarts, toCart } from './carts.js';
import type { Trx } from './db.js';
import { isOneOf, isUser } from './identities.js';
import { lockCanonicalWhere } from './profiles.js';

/** What events name: the ids of people, and carts by the shop's tokens. */
export interface Named {
  readonly identities: readonly Identity[];
  readonly tokens: readonly string[];
}

/**
 * Locks the canonical profiles of those named, and of the owners of the carts named. One statement, save when a merge is met. What the ids say is read before the
 * lock is had: look again afterwards.
 */
export async function lockNamed(trx: Trx, named: Named): Promise<readonly Profile[]> {
  const owners =
    named.tokens.length === 0
      ? sql``
      : sql` union select c.profile_id from cart_tokens t join carts c on c.id = t.cart_id where t.token = any(${named.tokens})`;
  // As an array, so that the planner looks the profiles up one by one.
  const { profiles } = await lockCanonicalWhere(
    trx,
    sql`id = any(array(select profile_id from identities where ${isOneOf(named.identities)}${owners}))`,
  );
  return profiles;
}

/** What counts once the profiles are locked. */
export interface IngestSnapshot {
  readonly identities: readonly KnownIdentity[];
  /** Those of the profiles that have a user id. */
  readonly knownProfiles: ReadonlySet<ProfileId>;
  /** Those of the events that are stored already. */
  readonly storedEvents: ReadonlySet<string>;
  /** Carts with one of the tokens, and the open carts of the profiles that were active since; locked, in id order. */
  readonly carts: readonly KeptCart[];
}

interface SnapshotRow {
  readonly what: 'user' | 'anonymous' | 'known' | 'stored' | 'cart';
  readonly value: string;
  readonly profile_id: string | null;
  readonly at: number | null;
  readonly cart: CartRow | null;
}

/** One statement. `cartsSince` null: no event speaks of a cart, so none is read. */
export async function readIngestSnapshot(
  trx: Trx,
  of: Named & { readonly profiles: readonly ProfileId[]; readonly messageIds: readonly string[]; readonly cartsSince: Instant | null },
): Promise<IngestSnapshot> {
  const carts =
    of.cartsSince === null
      ? sql``
      : sql` union all select 'cart', id, null, null, to_jsonb(c) from (${lockingCarts({ tokens: of.tokens, profiles: of.profiles, activeSince: of.cartsSince })}) c`;
  const { rows } = await sql<SnapshotRow>`
    select kind as what, value, profile_id, created_at as at, null::jsonb as cart from identities where ${isOneOf(of.identities)}
    union all select 'known', profile_id, null, null, null from identities where ${isUser} and profile_id = any(${of.profiles})
    union all select 'stored', message_id, null, null, null from events where message_id = any(${of.messageIds})${carts}`.execute(trx);
  const known: KnownIdentity[] = [];
  const snapshot = { identities: known, knownProfiles: new Set<ProfileId>(), storedEvents: new Set<string>(), carts: [] as KeptCart[] };
  for (const { what, value, profile_id, at, cart } of rows) {
    if (what === 'known') snapshot.knownProfiles.add(value as ProfileId);
    else if (what === 'stored') snapshot.storedEvents.add(value);
    else if (what === 'cart') snapshot.carts.push(toCart(cart as CartRow));
    else known.push({ kind: what, value, profileId: profile_id as ProfileId, linkedAt: at ?? 0 });
  }
  return snapshot;
}
