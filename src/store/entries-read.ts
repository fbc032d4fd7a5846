import { type SqlBool, sql } from 'kysely';
import type { About, Subject } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import { type EntryId, entryWorkflowId, type JourneyId } from '../domain/values/ids.js';
import type { Awaiting } from '../journey/entry.js';
import type { Db, Trx } from './db.js';
import type { EntriesTable } from './schema.js';
import { toAbout } from './subjects.js';

/** One person's run through a journey, as it is shown. */
export interface EntryRecord {
  readonly id: string;
  readonly journeyId: string;
  /** Null while armed: the version counts at the idle instant. */
  readonly version: number | null;
  readonly profileId: string;
  readonly key: string;
  readonly cartId: string | null;
  /** Its cart is in it too. */
  readonly about: About;
  readonly state: EntriesTable['state'];
  readonly activity: EntriesTable['activity'];
  readonly step: string | null;
  readonly dueAt: Instant | null;
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly triggerEventId: string | null;
  readonly createdAt: Instant;
  readonly enteredAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly workflowId: string;
  /** How often the poke loop looked without anything coming of it; five and more is stuck. */
  readonly fruitlessPokes: number;
  /** How its last turn failed, in words without personal data, and how often in a row; null: it worked. Three times and more is stuck. */
  readonly fault: { readonly words: string; readonly times: number } | null;
}

export interface EntryFilter {
  readonly journeyId?: string | undefined;
  readonly profileId?: string | undefined;
  readonly state?: EntriesTable['state'] | undefined;
  readonly activity?: EntriesTable['activity'] | undefined;
}

/** After this many pokes without effect an entry is listed as stuck. */
export const stuckAfterPokes = 5;
/** After its turn failed so often in a row in the same way, too. */
export const stuckAfterFaults = 3;

/** Newest first, at most `limit` after the position [createdAt, id]. */
export async function listEntries(
  db: Db | Trx,
  filter: EntryFilter,
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly EntryRecord[]> {
  const { journeyId, profileId, state, activity } = filter;
  let query = db.selectFrom('entries').selectAll();
  if (journeyId !== undefined) query = query.where('journey_id', '=', journeyId);
  if (profileId !== undefined) query = query.where('profile_id', '=', profileId);
  if (state !== undefined) query = query.where('state', '=', state);
  if (activity !== undefined) query = query.where('activity', '=', activity);
  if (page.after !== null) query = query.where(olderThan('created_at', page.after));
  const rows = await query.orderBy('created_at', 'desc').orderBy(sql`id collate "C"`, 'desc').limit(page.limit).execute();
  return rows.map(toEntry);
}

export async function readEntry(db: Db | Trx, id: string): Promise<EntryRecord | null> {
  const row = await db.selectFrom('entries').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toEntry(row) : null;
}

export interface TraceRecord {
  readonly at: Instant;
  readonly step: string | null;
  readonly kind: string;
  readonly text: string;
}

/** The entry's story from its beginning. */
export async function readTrace(db: Db | Trx, entryId: string): Promise<readonly TraceRecord[]> {
  return db.selectFrom('trace').select(['at', 'step', 'kind', 'text']).where('entry_id', '=', entryId).orderBy('seq').execute();
}

export interface WaitRecord {
  readonly event: string;
  readonly by: Awaiting['by'];
  readonly purpose: string;
}

/** Which facts this entry reacts to now. */
export async function readWaits(db: Db | Trx, entryId: string): Promise<readonly WaitRecord[]> {
  const rows = await db
    .selectFrom('waits')
    .select(['event', 'by_kind', 'purpose'])
    .where('entry_id', '=', entryId)
    .orderBy('seq')
    .execute();
  return rows.map(({ event, by_kind, purpose }) => ({ event, by: by_kind as Awaiting['by'], purpose }));
}

/** How many inputs the entry's next turn will find. */
export async function countUnseenInputs(db: Db | Trx, entryId: string): Promise<number> {
  const row = await db
    .selectFrom('entry_inputs')
    .select((e) => e.fn.countAll<number>().as('n'))
    .where('entry_id', '=', entryId)
    .where('consumed_at', 'is', null)
    .executeTakeFirst();
  return Number(row?.n ?? 0);
}

/** Comes after the position [instant, id] in a list sorted newest first. */
export function olderThan(column: 'created_at' | 'received_at', after: readonly (string | number)[]) {
  return sql<SqlBool>`(${sql.ref(column)}, id collate "C") < (${after[0]}::bigint, ${after[1]}::text)`;
}

function toEntry(
  row: {
    readonly [Column in Exclude<
      keyof EntriesTable,
      'poke_count' | 'run_started' | 'subjects' | 'data' | 'instruction' | 'fault' | 'fault_count' | 'fault_real'
    >]: EntriesTable[Column];
  } & {
    readonly subjects: readonly Subject[] | null;
    readonly poke_count: number;
    readonly fault: string | null;
    readonly fault_count: number;
  },
): EntryRecord {
  return {
    id: row.id,
    journeyId: row.journey_id,
    version: row.version,
    profileId: row.profile_id,
    key: row.entry_key,
    cartId: row.cart_id,
    about: toAbout(row),
    state: row.state,
    activity: row.activity,
    step: row.step,
    dueAt: row.due_at,
    outcome: row.outcome,
    reason: row.outcome_reason,
    triggerEventId: row.trigger_event_id,
    createdAt: row.created_at,
    enteredAt: row.entered_at,
    finishedAt: row.finished_at,
    workflowId: entryWorkflowId(row.journey_id as JourneyId, row.id as EntryId),
    fruitlessPokes: row.poke_count,
    fault: row.fault === null || row.fault_count === 0 ? null : { words: row.fault, times: row.fault_count },
  };
}
