import { type RawBuilder, sql } from 'kysely';
import type { CartId, EntryId, JourneyId, ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { EntryOutcome, EntryState } from '../journey/entry.js';
import { build } from './build.js';
import type { Trx } from './db.js';
import type { EntriesTable } from './schema.js';
import { one } from './write-together.js';

/** An entry that is armed or open, as matching sees it. */
export interface LiveEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly state: 'armed' | 'open';
  readonly dueAt: Instant | null;
}

export interface NewEntry {
  readonly id: EntryId;
  readonly journeyId: JourneyId;
  readonly profileId: ProfileId;
  readonly entryKey: string;
  readonly cartId: CartId | null;
  readonly dueAt: Instant;
  readonly triggerEventId: string;
  readonly createdAt: Instant;
  readonly state: EntryState;
}

/** The entries of these journeys and profiles that have not finished, locked in id order so that matching and turns never cross. */
export async function findLiveEntries(
  trx: Trx,
  of: { readonly journeys: readonly string[]; readonly profiles: readonly string[] },
): Promise<readonly LiveEntry[]> {
  const rows = await trx
    .selectFrom('entries')
    .select(['id', 'journey_id', 'profile_id', 'entry_key', 'state', 'due_at'])
    .where('journey_id', 'in', of.journeys)
    .where('profile_id', 'in', of.profiles)
    .where('state', '<>', 'finished')
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => ({
    id: row.id as EntryId,
    journeyId: row.journey_id as JourneyId,
    profileId: row.profile_id as ProfileId,
    entryKey: row.entry_key,
    state: row.state === 'armed' ? 'armed' : 'open',
    dueAt: row.due_at,
  }));
}

/** Arms entries; each is due at once for the poke loop, which starts its workflow with a delay until the idle instant. */
export async function insertEntries(trx: Trx, entries: readonly NewEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await trx
    .insertInto('entries')
    .values(
      entries.map((entry) => ({
        id: entry.id,
        journey_id: entry.journeyId,
        version: null,
        profile_id: entry.profileId,
        entry_key: entry.entryKey,
        cart_id: entry.cartId,
        state: 'armed' as const,
        activity: 'waiting' as const,
        data: JSON.stringify(entry.state),
        instruction: JSON.stringify({ kind: 'wait', summary: 'armed' }),
        step: null,
        due_at: entry.dueAt,
        outcome: null,
        outcome_reason: null,
        trigger_event_id: entry.triggerEventId,
        created_at: entry.createdAt,
        entered_at: null,
        finished_at: null,
        poke_real: sql<number>`real_now_ms()`,
      })),
    )
    .execute();
}

/** The idle time starts again. Only the row changes: the workflow wakes at the old instant, sees the newer one and waits on (lazy waits). */
export async function postponeArmed(trx: Trx, later: readonly { readonly id: EntryId; readonly dueAt: Instant }[]): Promise<void> {
  if (later.length === 0) return;
  const values = sql.join(later.map(({ id, dueAt }) => sql`(${id}::text, ${dueAt}::bigint)`));
  await sql`update entries set due_at = v.due_at from (values ${values}) as v(id, due_at) where entries.id = v.id and entries.state = 'armed'`.execute(
    trx,
  );
}

/** Makes waiting and held entries due for a poke now; armed, queued and submitting ones see their inputs at their next turn anyway. */
export async function wakeWaiting(trx: Trx, ids: readonly string[]): Promise<void> {
  await trx
    .updateTable('entries')
    .set({ poke_real: sql<number>`real_now_ms()` })
    .where('id', 'in', (query) => query.selectFrom('entries').select('id').where('id', 'in', ids).orderBy('id').forUpdate())
    .where('state', '=', 'open')
    .where('activity', 'in', ['waiting', 'held'])
    .execute();
}

/** How an entry stands after a turn. `pokeReal`: when the poke loop looks next, in real milliseconds; null only when finished or held. */
export interface EntryAfterTurn {
  readonly id: EntryId;
  readonly version: number | null;
  readonly state: EntriesTable['state'];
  readonly activity: EntriesTable['activity'];
  readonly data: EntryState;
  readonly instruction: Readonly<Record<string, unknown>>;
  readonly dueAt: Instant | null;
  readonly outcome: EntryOutcome | null;
  readonly outcomeReason: string | null;
  readonly enteredAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly pokeReal: number | null;
}

export function writeEntry(entry: EntryAfterTurn): RawBuilder<unknown> {
  const update = build
    .updateTable('entries')
    .set({
      version: entry.version,
      state: entry.state,
      activity: entry.activity,
      data: JSON.stringify(entry.data),
      instruction: JSON.stringify(entry.instruction),
      step: entry.data.step,
      due_at: entry.dueAt,
      outcome: entry.outcome,
      outcome_reason: entry.outcomeReason,
      entered_at: entry.enteredAt,
      finished_at: entry.finishedAt,
      poke_real: entry.pokeReal,
      poke_count: 0,
      run_started: true,
    })
    .where('id', '=', entry.id)
    .returning(one);
  return sql`${update}`;
}

/** Someone looked and there was nothing to do: the poke loop starts counting anew. */
export function writeLookedAt(id: EntryId, pokeReal: number | null): RawBuilder<unknown> {
  return sql`update entries set poke_real = ${pokeReal}::bigint, poke_count = 0, run_started = true where id = ${id} returning 1`;
}
