import { sql } from 'kysely';
import type { LiveSegment } from '../definitions/segment/review.js';
import type { ConsentRecord } from '../domain/consent/consent.js';
import { day, type Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Known } from '../journey/knowledge.js';
import { type AskedSource, readKnown, selectKnown } from '../knowledge/load.js';
import { consentRecordPairs } from './consents.js';
import type { Db, Trx } from './db.js';
import { isUser } from './identities.js';
import { rowsOf, type Write, writeTogether } from './write-together.js';

/** All that segments may ask of a person, and where the person stands. */
export interface SegmentPerson {
  readonly id: ProfileId;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly userId: string | null;
  readonly createdAt: Instant;
  readonly consents: readonly ConsentRecord[];
  readonly known: Known;
  /** Since when, by the ids of the segments that they belong to. */
  readonly memberOf: ReadonlyMap<string, Instant>;
  /** When a look was due; null: never. */
  readonly dueAt: Instant | null;
}

/** How far a definition that is new has been applied to people who were there before it. */
export interface SegmentFill {
  readonly segmentId: string;
  readonly version: number;
  readonly startedAt: Instant;
  /** The last profile that was looked at. */
  readonly afterId: string;
  /** How many were looked at. */
  readonly seen: number;
  readonly finishedAt: Instant | null;
}

/**
 * These people as they are now; those who gave way to another profile or were erased are left out. What others did who share an address is
 * not theirs here: a segment says of a person what the person did. One statement.
 */
export async function readSegmentPeople(
  db: Db | Trx,
  ids: readonly string[],
  asked: readonly AskedSource[],
): Promise<readonly SegmentPerson[]> {
  const { rows } = await sql<SegmentPersonRow>`
    select p.id, p.traits, p.email, p.phone, p.created_at as "createdAt",
      (select min(value) from identities where profile_id = p.id and ${isUser}) as "userId",
      (select json_agg(json_build_object(${consentRecordPairs}) order by seq) from consents where profile_id = p.id) as consents,
      (with inbox as (select null::text as id where false) select ${selectKnown(asked, { entryId: null, profileId: sql`p.id` })}) as known,
      (select json_object_agg(segment_id, since) from segment_members where profile_id = p.id) as "memberOf",
      (select due_at from segment_reviews where profile_id = p.id) as "dueAt"
    from profiles p where p.id = any(${ids}) and p.merged_into is null and p.erased_at is null order by p.id collate "C"`.execute(db);
  return rows.map(({ consents, known, memberOf, ...rest }) => ({
    ...rest,
    consents: consents ?? [],
    known: readKnown(asked, known),
    memberOf: new Map(Object.entries(memberOf ?? {})),
  }));
}

interface SegmentPersonRow extends Omit<SegmentPerson, 'consents' | 'known' | 'memberOf'> {
  readonly consents: readonly ConsentRecord[] | null;
  readonly known: Readonly<Record<string, unknown>> | null;
  readonly memberOf: Readonly<Record<string, Instant>> | null;
}

export interface MemberRow {
  readonly segmentId: string;
  readonly profileId: string;
  readonly version: number;
  readonly since: Instant;
  readonly because: readonly string[];
}

export function writeMembers(members: readonly MemberRow[]): Write {
  if (members.length === 0) return null;
  return sql`insert into segment_members (segment_id, profile_id, version, since, because)
    select "segmentId", "profileId", version, since, because
    from ${rowsOf(members)} as r("segmentId" text, "profileId" text, version integer, since bigint, because jsonb)
    on conflict (profile_id, segment_id) do update set version = excluded.version, since = excluded.since, because = excluded.because returning 1`;
}

export function removeMembers(gone: readonly Pick<MemberRow, 'segmentId' | 'profileId'>[]): Write {
  if (gone.length === 0) return null;
  return sql`delete from segment_members m using ${rowsOf(gone)} as r("segmentId" text, "profileId" text)
    where m.profile_id = r."profileId" and m.segment_id = r."segmentId" returning 1`;
}

/** All places of these people. */
export function removePlacesOf(profileIds: readonly string[]): Write {
  return profileIds.length === 0 ? null : sql`delete from segment_members where profile_id = any(${profileIds}) returning 1`;
}

/** When to look at these people next. */
export function writeReviews(due: readonly { readonly profileId: string; readonly dueAt: Instant }[]): Write {
  if (due.length === 0) return null;
  return sql`insert into segment_reviews (profile_id, due_at)
    select "profileId", "dueAt" from ${rowsOf(due)} as r("profileId" text, "dueAt" bigint)
    on conflict (profile_id) do update set due_at = excluded.due_at returning 1`;
}

/** Nothing that time brings changes where these people stand. */
export function removeReviews(profileIds: readonly string[]): Write {
  return profileIds.length === 0 ? null : sql`delete from segment_reviews where profile_id = any(${profileIds}) returning 1`;
}

/** People whose time has come, the earliest first. */
export async function dueForReview(trx: Trx, now: Instant, limit: number): Promise<readonly ProfileId[]> {
  const { rows } = await sql<{
    id: ProfileId;
  }>`select profile_id as id from segment_reviews where due_at <= ${now} order by due_at, profile_id limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** The segments in force, as a table: `id`, `version`, `definition`, `tells`. */
const inForce = sql`(select * from (select distinct on (id) id, version, definition, tells from definition_versions where kind = 'segment'
  order by id, version desc) newest where definition is not null)`;

/** The segments in force, by id. */
export async function readLiveSegments(db: Db | Trx): Promise<readonly LiveSegment[]> {
  const { rows } = await sql<LiveSegment>`select version, definition, tells from ${inForce} live order by id`.execute(db);
  return rows;
}

/** The ids of the segments in force. */
export async function liveSegmentIds(db: Db | Trx): Promise<readonly string[]> {
  return (await readLiveSegments(db)).map(({ definition }) => definition.id);
}

/** The fill of the newest version of each that has one. */
export async function newestFills(db: Db | Trx): Promise<readonly SegmentFill[]> {
  const { rows } = await sql<SegmentFill>`
    select distinct on (segment_id) ${fillColumns} from segment_fills order by segment_id, segment_fills.version desc`.execute(db);
  return rows;
}

const fillColumns = sql`segment_id as "segmentId", version, started_at as "startedAt", after_id as "afterId", seen, finished_at as "finishedAt"`;

/**
 * Begins the fill of versions that have none; drops those that were not finished when another version came, and all of segments that are
 * out of force, which are emptied. By what the store says and no process remembers: one that has not heard of a version yet would end its
 * fill.
 */
export async function alignFills(trx: Trx, now: Instant, waitMs: number): Promise<void> {
  await writeTogether(trx, {
    begun: sql`insert into segment_fills (segment_id, version, started_at, begins_real)
      select id, version, ${now}, real_now_ms() + ${waitMs} from ${inForce} live on conflict do nothing returning 1`,
    ended: sql`delete from segment_fills f
      where not exists (select from ${inForce} live where live.id = f.segment_id and (live.version = f.version or f.finished_at is not null))
      returning 1`,
    emptied: sql`delete from segment_members m where not exists (select from ${inForce} live where live.id = m.segment_id) returning 1`,
  });
}

/** The fill that is furthest behind and may go on, locked; null: none, or another process has it. */
export async function lockNextFill(trx: Trx): Promise<SegmentFill | null> {
  const { rows } =
    await sql<SegmentFill>`select ${fillColumns} from segment_fills where finished_at is null and begins_real <= real_now_ms()
    order by after_id, segment_id limit 1 for update skip locked`.execute(trx);
  return rows[0] ?? null;
}

/** The next people of a fill, by id. */
export async function peopleAfter(trx: Trx, afterId: string, limit: number): Promise<readonly ProfileId[]> {
  const { rows } = await sql<{ id: ProfileId }>`select id from profiles where id > ${afterId} and merged_into is null and erased_at is null
    order by id limit ${limit}`.execute(trx);
  return rows.map(({ id }) => id);
}

/** `last` null: nobody is left. */
export async function advanceFill(trx: Trx, fill: SegmentFill, last: string | null, seen: number, now: Instant): Promise<void> {
  await sql`update segment_fills set after_id = coalesce(${last}::text, after_id), seen = seen + ${seen},
    finished_at = case when ${last}::text is null then ${now}::bigint end
    where segment_id = ${fill.segmentId} and version = ${fill.version}`.execute(trx);
}

/** Keeps how large each segment is, once in `everyMs`. */
export async function keepSizes(db: Db, now: Instant, everyMs: number): Promise<void> {
  await sql`insert into segment_sizes (segment_id, at, size)
    select live.id, ${now}, (select count(*) from segment_members m where m.segment_id = live.id)
    from ${inForce} live where not exists (select from segment_sizes s where s.segment_id = live.id and s.at > ${now - everyMs})
    on conflict do nothing`.execute(db);
}

/** How large a segment is, and was; null: nobody counted then. */
export interface SegmentSize {
  readonly id: string;
  readonly size: number;
  readonly dayAgo: number | null;
  readonly weekAgo: number | null;
}

/** Sizes now and as they were counted last before these instants. */
export async function readSizes(
  db: Db,
  { ids, dayAgo, weekAgo }: { readonly ids: readonly string[]; readonly dayAgo: Instant; readonly weekAgo: Instant },
): Promise<readonly SegmentSize[]> {
  const sizeAt = (at: Instant) =>
    sql`(select s.size from segment_sizes s where s.segment_id = wanted.id and s.at <= ${at} order by s.at desc limit 1)`;
  const { rows } = await sql<SegmentSize>`
    select wanted.id, (select count(*) from segment_members m where m.segment_id = wanted.id) as size,
      ${sizeAt(dayAgo)} as "dayAgo", ${sizeAt(weekAgo)} as "weekAgo"
    from unnest(${ids}::text[]) as wanted(id)`.execute(db);
  return rows;
}

/** How large a segment was: of each day from `since` on what was counted last, the oldest first. */
export async function readSizeHistory(
  db: Db,
  segmentId: string,
  since: Instant,
): Promise<readonly { readonly at: Instant; readonly size: number }[]> {
  const { rows } = await sql<{ readonly at: Instant; readonly size: number }>`
    select distinct on (at / ${sql.lit(day)}) at, size from segment_sizes where segment_id = ${segmentId} and at >= ${since}
    order by at / ${sql.lit(day)}, at desc`.execute(db);
  return rows;
}

/** Members by profile id, at most `limit` after `after`. */
export async function membersOf(
  db: Db,
  segmentId: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly MemberRow[]> {
  const rows = await db
    .selectFrom('segment_members')
    .selectAll()
    .where('segment_id', '=', segmentId)
    .$if(page.after !== null, (query) => query.where('profile_id', '>', page.after ?? ''))
    .orderBy('profile_id')
    .limit(page.limit)
    .execute();
  return rows.map(({ segment_id, profile_id: profileId, version, since, because }) => ({
    segmentId: segment_id,
    profileId,
    version,
    since,
    because,
  }));
}
