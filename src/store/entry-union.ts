import { sql } from 'kysely';
import type { Subject } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { CartId, EntryId, ProfileId } from '../domain/values/ids.js';
import { type ReassignedEntry, type SupersededEntry, type UnitingEntry, unionTexts } from '../matching/unite.js';
import type { Trx } from './db.js';
import { readState } from './entry-json.js';
import { setReleased } from './messages.js';
import { selectAbout, storedAbout, toAbout } from './subjects.js';
import { rowsOf, writeTogether } from './write-together.js';

/** Locks, in id order, the live entries of these profiles or carts. One statement. */
export async function lockUnitingEntries(
  trx: Trx,
  of: { readonly profiles: readonly ProfileId[]; readonly carts: readonly CartId[] },
): Promise<readonly UnitingEntry[]> {
  const { rows } = await sql<{
    id: EntryId;
    journey_id: string;
    profile_id: ProfileId;
    entry_key: string;
    cart_id: CartId | null;
    subjects: readonly Subject[] | null;
    state: 'armed' | 'open';
    data: Readonly<Record<string, unknown>>;
    due_at: number | null;
    created_at: number;
  }>`select id, journey_id, profile_id, entry_key, cart_id, subjects, state, data, due_at, created_at from entries
    where state <> 'finished' and (profile_id = any(${of.profiles}) or cart_id = any(${of.carts})) order by id for update`.execute(trx);
  return rows.map((row) => ({
    id: row.id,
    journeyId: row.journey_id,
    profileId: row.profile_id,
    entryKey: row.entry_key,
    about: toAbout(row),
    state: row.state,
    data: readState(row.data),
    dueAt: row.due_at,
    createdAt: row.created_at,
  }));
}

/**
 * Ends entries for which another goes on: they wait for nothing, release the slots that they had reserved, and are poked so that their
 * workflows end. Two statements.
 */
export async function supersedeEntries(trx: Trx, superseded: readonly SupersededEntry[], at: Instant): Promise<void> {
  if (superseded.length === 0) return;
  const ids = superseded.map((entry) => entry.id);
  await writeTogether(trx, {
    ended: sql`update entries set state = 'finished', activity = 'done', outcome = 'superseded', outcome_reason = 'merged', finished_at = ${at}, due_at = null,
      instruction = ${JSON.stringify({ kind: 'finished', outcome: 'superseded' })}::jsonb, poke_real = real_now_ms() where id = any(${ids}) returning 1`,
    released: sql`update messages set ${setReleased(at)} where entry_id = any(${ids}) and state = 'reserved' returning 1`,
    unwaited: sql`delete from waits where entry_id = any(${ids}) returning 1`,
    handed_on: sql`update entry_inputs i set entry_id = r.survivor from ${rowsOf(superseded)} as r(id text, survivor text)
      where i.entry_id = r.id and i.entry_id = any(${ids}) and i.consumed_at is null returning 1`,
    told: sql`insert into trace (entry_id, at, step, kind, text)
      select t.id, ${at}::bigint, e.step, 'merged', t.text
      from (select id, replace(${unionTexts.ended('{id}')}, '{id}', survivor) as text from ${rowsOf(superseded)} as r(id text, survivor text)
        union all select survivor, replace(${unionTexts.goesOn('{id}')}, '{id}', id) from ${rowsOf(superseded)} as r(id text, survivor text)) t
      join entries e on e.id = t.id where e.id = any(${[...ids, ...superseded.map((entry) => entry.survivor)]}) returning 1`,
  });
}

/** Live entries under their new profile, key and subjects, with what they wait for. One statement. */
export async function reassignEntries(trx: Trx, entries: readonly ReassignedEntry[]): Promise<void> {
  const rows = rowsOf(entries.map((entry) => ({ ...entry, ...storedAbout(entry.about) })));
  const ids = entries.map((entry) => entry.id);
  await writeTogether(trx, {
    moved:
      entries.length === 0
        ? null
        : sql`update entries e set profile_id = r."profileId", entry_key = r."entryKey", cart_id = r."cartId", subjects = r.subjects, due_at = r."dueAt",
            poke_real = case when r.poke then real_now_ms() else e.poke_real end
          from ${rows} as r(id text, "profileId" text, "entryKey" text, "cartId" text, subjects jsonb, "dueAt" bigint, poke boolean) where e.id = r.id and e.id = any(${ids}) returning 1`,
    waiting:
      entries.length === 0
        ? null
        : sql`update waits w set by_value = case w.by_kind when 'profile' then r."profileId"
            else coalesce((select s ->> 'id' from jsonb_array_elements(r.about) s where s ->> 'kind' = w.by_kind), w.by_value) end
          from ${rows} as r(id text, "profileId" text, about jsonb) where w.entry_id = r.id and w.entry_id = any(${ids}) returning 1`,
  });
}

/**
 * Gives facts of one of two merging profiles to the open entries of the other that wait for them: an order under the one ends the reminders
 * to the other. Only facts since the start of the entry. Runs before anything is moved. Returns the entries that got something.
 */
export async function shareFacts(trx: Trx, profiles: readonly ProfileId[], at: Instant): Promise<ReadonlySet<EntryId>> {
  const { rows } = await sql<{ entry_id: EntryId }>`
    insert into entry_inputs (entry_id, input, created_at)
    select distinct on (e.id, f.seq) e.id, jsonb_build_object('kind', 'fact', 'name', f.name, 'at', f.at, 'eventId', f.event_id, 'profileMatch', true,
      'cartMatch', f.cart_id is not null and f.cart_id = e.cart_id,
      'shared', (select coalesce(jsonb_agg(s -> 'kind'), '[]') from jsonb_array_elements(${selectAbout(sql`f`)}) s where ${selectAbout(sql`e`)} @> jsonb_build_array(s)),
      'properties', coalesce(f.properties, v.payload -> 'properties', '{}'::jsonb)), ${at}::bigint
    from entries e join waits w on w.entry_id = e.id and w.by_kind = 'profile'
    join facts f on f.profile_id = any(${profiles}) and f.profile_id <> e.profile_id and f.name = w.event and f.at >= e.created_at
    left join events v on v.message_id = f.event_id
    where e.profile_id = any(${profiles}) and e.state = 'open'
    order by e.id, f.seq returning entry_id`.execute(trx);
  return new Set(rows.map((row) => row.entry_id));
}
