import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { CartLine } from '../domain/carts/cart.js';
import type { KeptCart } from '../domain/carts/cart-book.js';
import type { CartFold } from '../domain/carts/cart-fold.js';
import type { Instant } from '../domain/time/instant.js';
import type { CartId, ProfileId } from '../domain/values/ids.js';
import type { Trx } from './db.js';
import type { CartsTable } from './schema.js';
import { rowsOf } from './write-together.js';

/** The fold column: the fold itself, and when the cart was ordered. */
type StoredFold = CartFold & { readonly orderedAt: Instant | null };
export type CartRow = Selectable<CartsTable> & { readonly tokens: readonly string[] | null };

/** Carts that have one of these tokens, and the open carts of these profiles that were active since. */
export interface ConcernedCarts {
  readonly tokens: readonly string[];
  readonly profiles: readonly ProfileId[];
  readonly activeSince: Instant;
}

/** Locks them in id order. The profiles are locked already. One statement. */
export async function lockCarts(trx: Trx, of: ConcernedCarts): Promise<readonly KeptCart[]> {
  const { rows } = await lockingCarts(of).execute(trx);
  return rows.map(toCart);
}

/** The statement of `lockCarts`, as a part of a larger one too. `profiles`: ids, or an array of them. */
export function lockingCarts(
  of: Omit<ConcernedCarts, 'profiles'> & { readonly profiles: readonly string[] | RawBuilder<unknown> },
): RawBuilder<CartRow> {
  return sql<CartRow>`select c.*, array(select t.token from cart_tokens t where t.cart_id = c.id order by t.token) as tokens from carts c
    where c.id = any(array(select t.cart_id from cart_tokens t where t.token = any(${of.tokens})))
       or (c.profile_id = any(${of.profiles}) and c.updated_at >= ${of.activeSince} and c.state = 'open')
    order by c.id for update of c`;
}

export function toCart(row: CartRow): KeptCart {
  const { orderedAt, ...fold } = row.fold as unknown as StoredFold;
  return {
    id: row.id as CartId,
    profileId: row.profile_id as ProfileId,
    token: row.token,
    tokens: row.tokens ?? [],
    state: row.state,
    lines: row.lines as readonly CartLine[],
    currency: row.currency,
    value: row.value,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    orderedAt: orderedAt ?? null,
    fold,
  };
}

export function writeCarts(carts: readonly KeptCart[]): RawBuilder<unknown> | null {
  if (carts.length === 0) return null;
  const rows = carts.map(({ fold, orderedAt, tokens: _tokens, ...cart }) => ({ ...cart, fold: { ...fold, orderedAt } }));
  return sql`insert into carts (id, profile_id, token, state, lines, fold, currency, value, created_at, updated_at)
    select id, "profileId", token, state, lines, fold, currency, value, "createdAt", "updatedAt"
    from ${rowsOf(rows)} as r(id text, "profileId" text, token text, state text, lines jsonb, fold jsonb, currency text, value double precision, "createdAt" bigint, "updatedAt" bigint)
    on conflict (id) do update set profile_id = excluded.profile_id, token = excluded.token, state = excluded.state, lines = excluded.lines, fold = excluded.fold,
      currency = excluded.currency, value = excluded.value, updated_at = excluded.updated_at
    returning 1`;
}

/**
 * Which cart each token names. `moved` names those that named another cart (ordered, or joined to this one) when they were read: any other
 * that is taken now was taken meanwhile, and fewer rows are touched.
 */
export function writeCartTokens(
  tokens: readonly { readonly token: string; readonly cartId: CartId; readonly was: CartId | null }[],
): RawBuilder<unknown> | null {
  if (tokens.length === 0) return null;
  const rows = tokens.toSorted((a, b) => (a.token < b.token ? -1 : 1));
  return sql`insert into cart_tokens as t (token, cart_id)
    select token, "cartId" from ${rowsOf(rows)} as r(token text, "cartId" text)
    on conflict (token) do update set cart_id = excluded.cart_id
    where t.cart_id = any(${rows.flatMap((row) => (row.was === null ? [] : [row.was]))}) returning 1`;
}

/** Rows that pointed to `from` and now point to `into`, except entries and their waits; then the cart itself is gone. */
export function moveCart(from: CartId, into: CartId): Readonly<Record<'facts' | 'orders', RawBuilder<unknown>>> {
  return {
    // By whom the carts belong to: facts are found by profile, and there is no index by cart.
    facts: sql`update facts set cart_id = ${into} where cart_id = ${from}
      and profile_id in (select profile_id from carts where id in (${from}, ${into})) returning 1`,
    orders: sql`update orders set cart_id = ${into} where cart_id = ${from} returning 1`,
  };
}

export async function deleteCart(trx: Trx, id: CartId): Promise<void> {
  await trx.deleteFrom('carts').where('id', '=', id).execute();
}

/** Locks all carts of a profile, in id order: they are about to move. */
export async function lockCartsOf(trx: Trx, profileId: ProfileId): Promise<void> {
  await trx.selectFrom('carts').select('id').where('profile_id', '=', profileId).orderBy('id').forUpdate().execute();
}
