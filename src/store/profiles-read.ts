import { sql } from 'kysely';
import type { CartLine } from '../domain/carts/cart.js';
import { type CurrencyTotal, totalsByCurrency } from '../domain/carts/cart-totals.js';
import type { ConsentProof, ConsentRecord, LegalBasis, NotAsked } from '../domain/consent/consent.js';
import { type AddressKey, spellingsOf } from '../domain/consent/suppression.js';
import { type Channel, channelKind } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import { isImported } from './consents.js';
import type { Db, Trx } from './db.js';

/** A person as they are shown. Personal data. */
export interface ProfileRecord {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly erasedAt: Instant | null;
  readonly identities: readonly { readonly kind: 'user' | 'anonymous'; readonly value: string }[];
}

/** The profile that an id stands for now: merges are followed. Null: none. */
export async function findCanonicalProfile(db: Db | Trx, id: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    with recursive chain as (
      select id, merged_into from profiles where id = ${id}
      union all select p.id, p.merged_into from profiles p join chain c on p.id = c.merged_into
    ) select id from chain where merged_into is null`.execute(db);
  return rows[0]?.id ?? null;
}

/** The profiles that were merged into this one, however long ago, and the profile itself. */
export async function findMergedProfiles(db: Db | Trx, id: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    with recursive family as (
      select id from profiles where id = ${id}
      union all select p.id from profiles p join family f on p.merged_into = f.id
    ) select id from family order by id`.execute(db);
  return rows.map((row) => row.id);
}

/** Whom the shop's own id, or a browser's, names. */
export async function findProfileByIdentity(db: Db | Trx, kind: 'user' | 'anonymous', value: string): Promise<string | null> {
  const row = await db.selectFrom('identities').select('profile_id').where('kind', '=', kind).where('value', '=', value).executeTakeFirst();
  return row ? findCanonicalProfile(db, row.profile_id) : null;
}

/** Nothing is left of this profile but its id; so it is of one that is not there. */
export async function isErased(db: Db | Trx, id: string): Promise<boolean> {
  const row = await db.selectFrom('profiles').select('erased_at').where('id', '=', id).executeTakeFirst();
  return row === undefined || row.erased_at !== null;
}

/** Canonical profiles that have this address on the channel now, ascending. An address that is a trait is found without an index. */
export async function findProfilesByAddress(db: Db | Trx, channel: Channel, address: string): Promise<readonly string[]> {
  const { keptIn } = channelKind(channel).address;
  const hasIt = 'column' in keptIn ? inColumn[keptIn.column](address) : sql<boolean>`traits->>${keptIn.trait} = ${address}`;
  const rows = await db.selectFrom('profiles').select('id').where(hasIt).where('merged_into', 'is', null).orderBy('id').execute();
  return rows.map(({ id }) => id);
}

/** As the index of the column has it. */
const inColumn = {
  email: (address: string) => sql<boolean>`lower(email) = ${address.toLowerCase()}`,
  phone: (address: string) => sql<boolean>`phone = ${address}`,
} as const;

/** A canonical profile with the ids it is known by. */
export async function readProfile(db: Db | Trx, id: string): Promise<ProfileRecord | null> {
  const row = await db.selectFrom('profiles').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  const identities = await db
    .selectFrom('identities')
    .select(['kind', 'value'])
    .where('profile_id', '=', id)
    .orderBy('kind', 'desc')
    .orderBy('value')
    .execute();
  return {
    id: row.id,
    email: row.email,
    phone: row.phone,
    traits: row.traits,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    erasedAt: row.erased_at,
    identities,
  };
}

export interface CartView {
  readonly id: string;
  readonly token: string;
  readonly state: 'open' | 'ordered';
  readonly lines: readonly CartLine[];
  readonly currency: string | null;
  /** 0 where its lines have several currencies: then `totals` has one for each. */
  readonly value: number;
  readonly totals: readonly CurrencyTotal[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** The carts of a profile, the most lately active first. */
export async function readCarts(db: Db | Trx, profileId: string): Promise<readonly CartView[]> {
  const rows = await db
    .selectFrom('carts')
    .selectAll()
    .where('profile_id', '=', profileId)
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    token: row.token,
    state: row.state,
    lines: row.lines as readonly CartLine[],
    currency: row.currency,
    value: row.value,
    totals: totalsByCurrency(row.lines as readonly CartLine[]),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** The token by which the shop knows this cart now, and what is in it; null: no such cart (or erased). */
export async function readCart(
  db: Db | Trx,
  cartId: string,
): Promise<{ readonly token: string | null; readonly lines: readonly CartLine[] } | null> {
  const row = await db.selectFrom('carts').select(['token', 'lines']).where('id', '=', cartId).executeTakeFirst();
  return row === undefined ? null : { token: row.token, lines: row.lines as readonly CartLine[] };
}

/** One act with all that proves it. Personal data. */
export interface ConsentActRecord extends ConsentRecord, Required<ConsentProof> {
  readonly seq: number;
  readonly recordedAt: Instant;
  readonly legalBasis: LegalBasis | null;
  readonly expiresAt: Instant | null;
  readonly isImported: boolean;
}

/** Every act of consent, the oldest first. */
export async function readConsents(db: Db | Trx, profileId: string): Promise<readonly ConsentActRecord[]> {
  const rows = await db
    .selectFrom('consents')
    .select([
      'seq',
      'channel',
      'topic',
      'state',
      'occurred_at as at',
      'recorded_at as recordedAt',
      'method',
      'source',
      'text',
      'actor',
      'evidence',
      'ip',
    ])
    .select(['legal_basis as legalBasis', 'text_hash as textHash', 'locale', 'source_url as sourceUrl', 'user_agent as userAgent'])
    .select(['requested_at as requestedAt', 'confirmed_at as confirmedAt', 'expires_at as expiresAt', 'not_asked as notAsked'])
    .select(isImported.as('isImported'))
    .where('profile_id', '=', profileId)
    .orderBy('occurred_at')
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    ...row,
    channel: row.channel as Channel,
    legalBasis: row.legalBasis as LegalBasis | null,
    notAsked: row.notAsked as NotAsked | null,
  }));
}

export interface OrderView {
  readonly orderId: string;
  readonly status: string;
  readonly total: number | null;
  readonly currency: string | null;
  readonly cartId: string | null;
  readonly orderedAt: Instant;
}

/** The newest orders first. */
export async function readOrders(db: Db | Trx, profileId: string): Promise<readonly OrderView[]> {
  return db
    .selectFrom('orders')
    .select(['order_id as orderId', 'status', 'total', 'currency', 'cart_id as cartId', 'ordered_at as orderedAt'])
    .where('profile_id', '=', profileId)
    .orderBy('ordered_at', 'desc')
    .limit(100)
    .execute();
}

/** Why an address gets nothing; by its keyed hash, under any secret. */
export async function readSuppressions(
  db: Db | Trx,
  of: readonly AddressKey[],
): Promise<readonly { readonly channel: string; readonly reason: string; readonly at: Instant }[]> {
  if (of.length === 0) return [];
  return db
    .selectFrom('suppressions')
    .select(['channel', 'reason', 'created_at as at'])
    .where((where) => where.or(of.map((key) => where.and([where('channel', '=', key.channel), where('hash', 'in', spellingsOf(key))]))))
    .orderBy('created_at')
    .execute();
}
