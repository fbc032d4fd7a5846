import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { FactName } from '../domain/events/fact.js';
import { sharersAtMost } from '../domain/people/sharing.js';
import type { CartId, EntryId, JourneyId, ProfileId } from '../domain/values/ids.js';
import type { Awaiting } from '../journey/entry.js';
import type { WaitMatch } from '../matching/waits.js';
import type { Trx } from './db.js';
import type { EntriesTable, WaitsTable } from './schema.js';
import { sharingWith } from './sharing.js';
import { rowsOf } from './write-together.js';

type WaitRow = Pick<Selectable<WaitsTable>, 'entry_id' | 'event' | 'by_kind' | 'by_value' | 'purpose' | 'hastens'> &
  Pick<Selectable<EntriesTable>, 'journey_id' | 'profile_id' | 'cart_id' | 'created_at'>;

/**
 * Waits of live entries for any of these events, by profile or by cart; where one of them is an order, also the exits of entries whose people share an
 * address with these profiles. One statement.
 */
export async function findWaits(
  trx: Trx,
  of: { readonly events: readonly FactName[]; readonly profiles: readonly string[]; readonly carts: readonly string[] },
): Promise<readonly WaitMatch[]> {
  const shared = of.events.includes('order.paid') ? sql` union all ${sharedExits(of.profiles)}` : sql``;
  const { rows } = await sql<WaitRow & { readonly shared_with: string | null }>`
    select w.entry_id, w.event, w.by_kind, w.by_value, w.purpose, w.hastens, e.journey_id, e.profile_id, e.cart_id, e.created_at, null as shared_with
    from waits w join entries e on e.id = w.entry_id
    where w.event = any(${of.events})
      and ((w.by_kind = 'profile' and w.by_value = any(${of.profiles})) or (w.by_kind = 'cart' and w.by_value = any(${of.carts})))
      and e.state = 'open'${shared} order by entry_id`.execute(trx);
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
    ...(row.shared_with === null ? {} : { sharedWith: row.shared_with as ProfileId }),
  }));
}

/**
 * An account's order ends the series of a guest with its email. Their profile is not locked: an entry that comes to wait meanwhile sees the order at its own
 * next turn, which looks for one (`inboxOrderAt`).
 */
function sharedExits(profiles: readonly string[]): RawBuilder<unknown> {
  return sql`select w.entry_id, w.event, w.by_kind, w.by_value, w.purpose, w.hastens, e.journey_id, e.profile_id, e.cart_id, e.created_at, p.id
    from profiles p
      cross join lateral (select array(${sharingWith(sql`p`)}) as ids) s
      join waits w on w.by_kind = 'profile' and w.by_value = any(s.ids) and w.event = 'order.paid' and w.purpose = 'exit'
      join entries e on e.id = w.entry_id
    where p.id = any(${profiles}) and cardinality(s.ids) <= ${sharersAtMost} and e.state = 'open'`;
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
