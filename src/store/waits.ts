import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { CartId, EntryId, JourneyId, ProfileId } from '../domain/ids.js';
import type { FactName } from '../domain/fact.js';
import type { Awaiting } from '../journey/entry.js';
import type { WaitMatch } from '../matching/waits.js';
import type { Trx } from './db.js';
import type { EntriesTable, WaitsTable } from './schema.js';
import { rowsOf } from './write-together.js';

type WaitRow = Pick<Selectable<WaitsTable>, 'entry_id' | 'event' | 'by_kind' | 'by_value' | 'purpose' | 'hastens'> &
  Pick<Selectable<EntriesTable>, 'journey_id' | 'profile_id' | 'cart_id' | 'created_at'>;

/** Waits of live entries for any of these events, by profile or by cart. One statement. */
export async function findWaits(
  trx: Trx,
  of: { readonly events: readonly FactName[]; readonly profiles: readonly string[]; readonly carts: readonly string[] },
): Promise<readonly WaitMatch[]> {
  const { rows } = await sql<WaitRow>`
    select w.entry_id, w.event, w.by_kind, w.by_value, w.purpose, w.hastens, e.journey_id, e.profile_id, e.cart_id, e.created_at
    from waits w join entries e on e.id = w.entry_id
    where w.event = any(${of.events})
      and ((w.by_kind = 'profile' and w.by_value = any(${of.profiles})) or (w.by_kind = 'cart' and w.by_value = any(${of.carts})))
      and e.state = 'open' order by w.entry_id`.execute(trx);
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

/** Replaces what an entry waits for. Rows that a cart-less entry could never match by cart are left out. `before`: what it waited for until now. */
export function writeWaits(
  entry: { readonly id: EntryId; readonly profileId: ProfileId; readonly cartId: CartId | null },
  before: readonly unknown[],
  awaiting: readonly Awaiting[],
): Readonly<Record<'waits_gone' | 'waits', RawBuilder<unknown> | null>> {
  const rows = awaiting.flatMap((wait) => {
    const value = wait.by === 'profile' ? entry.profileId : entry.cartId;
    return value === null ? [] : [{ event: wait.event, by: wait.by, value, purpose: wait.purpose, hastens: wait.hastens }];
  });
  return {
    waits_gone: before.length === 0 ? null : sql`delete from waits where entry_id = ${entry.id} returning 1`,
    waits:
      rows.length === 0
        ? null
        : sql`insert into waits (entry_id, event, by_kind, by_value, purpose, hastens)
            select ${entry.id}, event, by, value, purpose, hastens
            from ${rowsOf(rows)} as r(event text, by text, value text, purpose text, hastens boolean) returning 1`,
  };
}
