import { type RawBuilder, sql } from 'kysely';
import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, ProfileId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import { olderThan } from './entries-read.js';
import { jsonText } from './json.js';
import { rowsOf } from './write-together.js';

export type BroadcastState = 'running' | 'paused' | 'cancelled' | 'finished';

/** What was settled when the broadcast was started. */
export interface BroadcastSettings {
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  readonly priority: number;
  /** The version of the broadcast's own journey. */
  readonly version: number;
  /** Recipients fall due evenly over so many milliseconds; 0: all at once. */
  readonly overMs: number;
  /** The last instant for everyone; null: two days after each falls due. */
  readonly deadlineAt: Instant | null;
  readonly pausedAt: Instant | null;
}

/** A message to many. */
export interface BroadcastRecord {
  readonly id: string;
  readonly name: string;
  readonly template: string;
  readonly state: BroadcastState;
  readonly data: Readonly<Record<string, unknown>>;
  readonly settings: BroadcastSettings;
  readonly total: number;
  /** Recipients, from the first on, that have an entry by now. */
  readonly enrolled: number;
  readonly createdAt: Instant;
  readonly startsAt: Instant;
  readonly finishedAt: Instant | null;
}

const columns = [
  'id',
  'name',
  'template',
  'state',
  'data',
  'settings',
  'total',
  'enrolled',
  'created_at as createdAt',
  'starts_at as startsAt',
  'finished_at as finishedAt',
] as const;

type Row = Omit<BroadcastRecord, 'settings'> & { readonly settings: Record<string, unknown> };

function toRecord(row: Row): BroadcastRecord {
  return { ...row, settings: row.settings as unknown as BroadcastSettings };
}

export async function insertBroadcast(
  trx: Trx,
  broadcast: Omit<BroadcastRecord, 'finishedAt' | 'enrolled' | 'state' | 'total'>,
): Promise<void> {
  await trx
    .insertInto('broadcasts')
    .values({
      id: broadcast.id,
      name: broadcast.name,
      template: broadcast.template,
      state: 'running',
      data: jsonText(broadcast.data),
      settings: jsonText(broadcast.settings),
      total: 0,
      created_at: broadcast.createdAt,
      starts_at: broadcast.startsAt,
      finished_at: null,
    })
    .execute();
}

/**
 * Whom a list of the shop's names: our ids, its own, or addresses (who was active last has it). `data`: what it says of each, in the order
 * of `ids`; absent: nothing.
 */
export interface RecipientList {
  readonly by: 'profile' | 'user' | 'email';
  readonly ids: readonly string[];
  readonly data?: readonly (Readonly<Record<string, unknown>> | null)[];
}

/** So many ids go into one statement. */
const idsAtOnce = 5_000;

/**
 * Adds the people of a list after the existing recipients: each canonical profile once, in the order of the list. Returns how many were
 * added, and the ids that belong to nobody (or to an erased person).
 */
export async function addRecipients(
  trx: Trx,
  broadcastId: string,
  list: RecipientList,
): Promise<{ readonly added: number; readonly unknown: readonly string[] }> {
  let added = 0;
  const unknown: string[] = [];
  for (let start = 0; start < list.ids.length; start += idsAtOnce) {
    const ids = list.ids.slice(start, start + idsAtOnce);
    const data = list.data?.slice(start, start + idsAtOnce).map((one) => (one === null ? null : jsonText(one))) ?? [];
    const { rows } = await sql<{ added: number; unknown: readonly string[] | null }>`
      with named as materialized (${named(list.by, ids)}),
      fresh as (
        select profile_id, min(ord) as first, row_number() over (order by min(ord)) - 1 as n from named where profile_id is not null
          and not exists (select 1 from broadcast_recipients r where r.broadcast_id = ${broadcastId} and r.profile_id = named.profile_id)
        group by profile_id
      ),
      put as (
        insert into broadcast_recipients (broadcast_id, position, profile_id, data)
        select ${broadcastId}, ${added}::bigint + n, profile_id, (${data}::text[])[first]::jsonb from fresh returning 1
      )
      select (select count(*) from put) as added, (select json_agg(id order by ord) from named where profile_id is null) as unknown`.execute(
      trx,
    );
    added += rows[0]?.added ?? 0;
    unknown.push(...(rows[0]?.unknown ?? []));
  }
  return { added, unknown };
}

/** Each id of the list with the canonical profile that it names, or null. Chains of merges are flat: `repointProfile` keeps them so. */
function named(by: RecipientList['by'], ids: readonly string[]) {
  const given = sql`unnest(${ids}::text[]) with ordinality as g(id, ord)`;
  const email = sql`select g.id, g.ord, (select p.id from profiles p where lower(p.email) = lower(g.id) and p.merged_into is null and p.erased_at is null
        order by p.updated_at desc, p.id limit 1) as profile_id from ${given}`;
  const user = sql`select g.id, g.ord, p.id as profile_id from ${given} left join identities i on i.kind = 'user' and i.value = g.id
        left join profiles p on p.id = i.profile_id and p.erased_at is null`;
  const profile = sql`select g.id, g.ord, p.id as profile_id from ${given} left join profiles q on q.id = g.id
        left join profiles p on p.id = coalesce(q.merged_into, q.id) and p.erased_at is null`;
  return { email, user, profile }[by];
}

/**
 * Whom a list names, each canonical profile once and in its order (`at`: where it stands first), and the ids that name nobody. Nothing is
 * written.
 */
export async function resolveRecipients(
  db: Db,
  list: Pick<RecipientList, 'by' | 'ids'>,
): Promise<{ readonly people: readonly { readonly id: string; readonly at: number }[]; readonly unknown: readonly string[] }> {
  const people = new Map<string, number>();
  const unknown = new Set<string>();
  for (let start = 0; start < list.ids.length; start += idsAtOnce) {
    const { rows } = await sql<{ id: string; ord: number; profile_id: string | null }>`
      select id, ord, profile_id from (${named(list.by, list.ids.slice(start, start + idsAtOnce))}) n order by ord`.execute(db);
    for (const row of rows) {
      if (row.profile_id === null) unknown.add(row.id);
      else if (!people.has(row.profile_id)) people.set(row.profile_id, start + Number(row.ord) - 1);
    }
  }
  return { people: [...people].map(([id, at]) => ({ id, at })), unknown: [...unknown] };
}

/** Everyone who is known, has these traits and belongs to this segment, if one is named. `except`: whom test messages are booked on. */
interface Everyone {
  readonly traits: Readonly<Record<string, unknown>>;
  readonly segment: string | null;
  readonly except: string;
}

function fromEveryone({ traits, segment, except }: Everyone): RawBuilder<unknown> {
  const belongs =
    segment === null
      ? sql``
      : sql` and exists (select from segment_members m where m.profile_id = profiles.id and m.segment_id = ${segment})`;
  return sql`from profiles where merged_into is null and erased_at is null and id <> ${except}
    and traits @> ${jsonText(traits)}::jsonb${belongs}`;
}

/** How many of them there are, and every so many-th of them, `limit` at most. */
export async function sampleEveryone(
  db: Db,
  of: Everyone & { readonly limit: number },
): Promise<{ readonly total: number; readonly people: readonly string[] }> {
  const everyone = fromEveryone(of);
  const { rows: counted } = await sql<{ total: number }>`select count(*) as total ${everyone}`.execute(db);
  const total = counted[0]?.total ?? 0;
  const step = Math.max(1, Math.ceil(total / of.limit));
  const { rows } = await sql<{ id: string }>`
    select id from (select id, row_number() over (order by id) - 1 as n ${everyone}) p where n % ${step}::bigint = 0 order by n limit ${of.limit}`.execute(
    db,
  );
  return { total, people: rows.map((row) => row.id) };
}

/** Makes all of them recipients. Answers how many. */
export async function addEveryone(trx: Trx, broadcastId: string, of: Everyone): Promise<number> {
  const { rows } = await sql<{ added: number }>`
    with put as (
      insert into broadcast_recipients (broadcast_id, position, profile_id)
      select ${broadcastId}, row_number() over (order by id) - 1, id ${fromEveryone(of)}
      returning 1
    )
    select count(*) as added from put`.execute(trx);
  return rows[0]?.added ?? 0;
}

export async function setBroadcastTotal(trx: Trx, id: string, total: number): Promise<void> {
  await trx.updateTable('broadcasts').set({ total }).where('id', '=', id).execute();
}

/** One without recipients, before its transaction ends. */
export async function deleteBroadcast(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('broadcasts').where('id', '=', id).execute();
}

/** Locks it until the transaction ends. Null: there is none such. */
export async function lockBroadcast(trx: Trx, id: string): Promise<BroadcastRecord | null> {
  const row = await trx.selectFrom('broadcasts').select(columns).where('id', '=', id).forUpdate().executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

/** As `lockBroadcast`, of one that runs; null too where another has it locked. */
export async function claimRunningBroadcast(trx: Trx, id: string): Promise<BroadcastRecord | null> {
  const row = await trx
    .selectFrom('broadcasts')
    .select(columns)
    .where('id', '=', id)
    .where('state', '=', 'running')
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

export async function listRunningBroadcasts(db: Db): Promise<readonly BroadcastRecord[]> {
  const rows = await db.selectFrom('broadcasts').select(columns).where('state', '=', 'running').orderBy('starts_at').execute();
  return rows.map(toRecord);
}

export async function readBroadcast(db: Db | Trx, id: string): Promise<BroadcastRecord | null> {
  const row = await db.selectFrom('broadcasts').select(columns).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toRecord(row);
}

/** Newest first, at most `limit` after the position [createdAt, id]. */
export async function listBroadcasts(
  db: Db,
  page: { readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly BroadcastRecord[]> {
  let query = db.selectFrom('broadcasts').select(columns);
  if (page.after !== null) query = query.where(olderThan('created_at', page.after));
  const rows = await query.orderBy('created_at', 'desc').orderBy(sql`id collate "C"`, 'desc').limit(page.limit).execute();
  return rows.map(toRecord);
}

export async function setBroadcastState(
  trx: Trx,
  id: string,
  change: {
    readonly state: BroadcastState;
    readonly settings?: BroadcastSettings;
    readonly startsAt?: Instant;
    readonly finishedAt?: Instant;
  },
): Promise<void> {
  await trx
    .updateTable('broadcasts')
    .set({
      state: change.state,
      ...(change.settings === undefined ? {} : { settings: jsonText(change.settings) }),
      ...(change.startsAt === undefined ? {} : { starts_at: change.startsAt }),
      ...(change.finishedAt === undefined ? {} : { finished_at: change.finishedAt }),
    })
    .where('id', '=', id)
    .execute();
}

/** Recipients by position, from this one on. */
export async function readRecipients(
  db: Db | Trx,
  id: string,
  page: { readonly from: number; readonly limit: number },
): Promise<readonly { readonly position: number; readonly profileId: ProfileId; readonly data: Record<string, unknown> | null }[]> {
  const rows = await db
    .selectFrom('broadcast_recipients')
    .select(['position', 'profile_id', 'data'])
    .where('broadcast_id', '=', id)
    .where('position', '>=', page.from)
    .orderBy('position')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ position: row.position, profileId: row.profile_id as ProfileId, data: row.data }));
}

/** Those of these people who have been erased. */
export async function findErased(db: Db | Trx, profiles: readonly ProfileId[]): Promise<ReadonlySet<ProfileId>> {
  if (profiles.length === 0) return new Set();
  const rows = await db
    .selectFrom('profiles')
    .select('id')
    .where('id', 'in', [...profiles])
    .where('erased_at', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.id as ProfileId));
}

/** Entries, finished ones too, that these people have in a journey. */
export async function readEntriesOf(trx: Trx, journeyId: string, profiles: readonly ProfileId[]): Promise<ReadonlyMap<ProfileId, EntryId>> {
  if (profiles.length === 0) return new Map();
  const rows = await trx
    .selectFrom('entries')
    .select(['id', 'profile_id'])
    .where('journey_id', '=', journeyId)
    .where('profile_id', 'in', [...profiles])
    .execute();
  return new Map(rows.map((row) => [row.profile_id as ProfileId, row.id as EntryId]));
}

/** These recipients have their entries (null: nothing to write to any more), and the next batch begins behind them. */
export async function markEnrolled(
  trx: Trx,
  id: string,
  recipients: readonly { readonly position: number; readonly entryId: EntryId | null }[],
  enrolled: number,
): Promise<void> {
  await sql`update broadcast_recipients b set entry_id = r."entryId" from ${rowsOf(recipients)} as r(position integer, "entryId" text)
    where b.broadcast_id = ${id} and b.position = r.position`.execute(trx);
  await trx.updateTable('broadcasts').set({ enrolled }).where('id', '=', id).execute();
}
