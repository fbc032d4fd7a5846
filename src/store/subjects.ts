import { type RawBuilder, sql } from 'kysely';
import { type About, cartIn, type Subject } from '../domain/events/subject.js';
import type { CartId } from '../domain/values/ids.js';

/**
 * What a row is about. A cart has its own column: carts join, and the build before reads it. Everything else is in `subjects`; null:
 * nothing.
 */
export interface StoredAbout {
  readonly cartId: CartId | null;
  readonly subjects: readonly Subject[] | null;
}

export function storedAbout(about: About): StoredAbout {
  const others = about.filter(({ kind }) => kind !== 'cart');
  return { cartId: cartIn(about), subjects: others.length === 0 ? null : others };
}

export function toAbout({ cart_id, subjects }: { readonly cart_id: string | null; readonly subjects: readonly Subject[] | null }): About {
  const cart: About = cart_id === null ? [] : [{ kind: 'cart', id: cart_id }];
  return [...cart, ...(subjects ?? [])];
}

/** The same in SQL: all that a row of entries or facts is about, as one JSON array. */
export function selectAbout(row: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`((case when ${row}.cart_id is null then '[]' else jsonb_build_array(jsonb_build_object('kind', 'cart', 'id', ${row}.cart_id)) end)
    || coalesce(${row}.subjects, '[]'))`;
}
