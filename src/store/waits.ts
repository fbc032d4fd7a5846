import type { CartId, EntryId, JourneyId, ProfileId } from '../domain/ids.js';
import type { FactName } from '../domain/fact.js';
import type { Instant } from '../domain/instant.js';
import type { Awaiting } from '../journey/entry.js';
import type { Trx } from './db.js';

/** A row of the index "who waits for what", with what matching needs of its entry. */
export interface WaitMatch {
  readonly entryId: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly cartId: CartId | null;
  readonly entryCreatedAt: Instant;
  readonly event: FactName;
  readonly by: 'profile' | 'cart';
  readonly value: string;
  readonly purpose: Awaiting['purpose'];
  readonly hastens: boolean;
}

/** Waits of live entries for any of these events, by profile or by cart. One statement. */
export async function findWaits(
  trx: Trx,
  of: { readonly events: readonly FactName[]; readonly profiles: readonly string[]; readonly carts: readonly string[] },
): Promise<readonly WaitMatch[]> {
  const rows = await trx
    .selectFrom('waits as w')
    .innerJoin('entries as e', 'e.id', 'w.entry_id')
    .select([
      'w.entry_id',
      'w.event',
      'w.by_kind',
      'w.by_value',
      'w.purpose',
      'w.hastens',
      'e.journey_id',
      'e.profile_id',
      'e.cart_id',
      'e.created_at',
    ])
    .where('w.event', 'in', of.events)
    .where((where) =>
      where.or([
        where.and([where('w.by_kind', '=', 'profile'), where('w.by_value', 'in', of.profiles)]),
        ...(of.carts.length > 0 ? [where.and([where('w.by_kind', '=', 'cart'), where('w.by_value', 'in', of.carts)])] : []),
      ]),
    )
    .where('e.state', '=', 'open')
    .orderBy('w.entry_id')
    .execute();
  return rows.map((row) => ({
    entryId: row.entry_id as EntryId,
    journeyId: row.journey_id as JourneyId,
    profileId: row.profile_id as ProfileId,
    cartId: row.cart_id as CartId | null,
    entryCreatedAt: row.created_at,
    event: row.event as FactName,
    by: row.by_kind,
    value: row.by_value,
    purpose: row.purpose as Awaiting['purpose'],
    hastens: row.hastens,
  }));
}

/** Replaces what an entry waits for. Rows that a cart-less entry could never match by cart are left out. */
export async function replaceWaits(
  trx: Trx,
  entry: { readonly id: EntryId; readonly profileId: ProfileId; readonly cartId: CartId | null },
  awaiting: readonly Awaiting[],
): Promise<void> {
  await trx.deleteFrom('waits').where('entry_id', '=', entry.id).execute();
  const rows = awaiting.flatMap((wait) => {
    const value = wait.by === 'profile' ? entry.profileId : entry.cartId;
    return value === null
      ? []
      : [{ entry_id: entry.id, event: wait.event, by_kind: wait.by, by_value: value, purpose: wait.purpose, hastens: wait.hastens }];
  });
  if (rows.length > 0) await trx.insertInto('waits').values(rows).execute();
}
