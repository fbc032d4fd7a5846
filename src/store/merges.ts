import { type RawBuilder, sql } from 'kysely';
import { engagementJson } from '../domain/engagement/state.js';
import type { Identity } from '../domain/people/identity.js';
import type { Profile } from '../domain/people/profile.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import { isOneOf } from './identities.js';
import { jsonText } from './json.js';
import { movedTables } from './person-tables.js';
import { writeProfiles } from './profiles.js';

/** Keeps a merge with both people as they are and the rows that will be moved. To be written in the statement that moves them. */
export function writeMerge(merge: {
  readonly id: string;
  readonly eventId: string;
  readonly keyId: string | null;
  readonly from: Profile;
  readonly into: Profile;
  readonly at: Instant;
  /** Entries of `from` that are with `into` already, and go back when the merge is undone. */
  readonly live: readonly EntryId[];
}): RawBuilder<unknown> {
  const { id, eventId, keyId, from, into, at, live } = merge;
  const rows = movedTables().map(
    ([table, { row }]) =>
      sql`${sql.lit(table)}, (select coalesce(jsonb_agg(${sql.ref(row)}), '[]') from ${sql.table(table)} where profile_id = ${from.id} or ${table === 'entries' ? sql`id = any(${live}::text[])` : sql`false`})`,
  );
  return sql`insert into merges (id, from_id, into_id, event_id, key_id, at, kept)
    select ${id}, ${from.id}, ${into.id}, ${eventId}, ${keyId}, ${at}::bigint, jsonb_build_object(
      'from', ${personJson(from)}::jsonb, 'into', ${personJson(into)}::jsonb,
      'ids', (select coalesce(jsonb_agg(jsonb_build_object('kind', kind, 'value', value)), '[]') from identities where profile_id = ${from.id}),
      'family', (select coalesce(jsonb_agg(id), '[]') from profiles where merged_into = ${from.id}),
      'rows', jsonb_build_object(${sql.join(rows)})) returning 1`;
}

function personJson({ engagement, ...person }: Profile): string {
  return jsonText({ ...person, engagement: engagementJson(engagement) });
}

/** A merge of two known people. */
export interface MergeRecord {
  readonly id: string;
  /** The profile that gave way. */
  readonly fromId: string;
  readonly intoId: string;
  readonly eventId: string | null;
  readonly keyId: string | null;
  readonly at: Instant;
  readonly undoneAt: Instant | null;
}

/** The newest first; of one profile, or of all. At most `limit` after the position [at, id]. */
export async function listMerges(
  db: Db | Trx,
  page: { readonly profileId: string | null; readonly limit: number; readonly after: readonly (string | number)[] | null },
): Promise<readonly MergeRecord[]> {
  const { profileId, limit, after } = page;
  const { rows } =
    await sql<MergeRecord>`select id, from_id as "fromId", into_id as "intoId", event_id as "eventId", key_id as "keyId", at, undone_at as "undoneAt"
    from merges where ${profileId === null ? sql`true` : sql`(from_id = ${profileId} or into_id = ${profileId})`}
      and ${after === null ? sql`true` : sql`(at, id) < (${after[0]}::bigint, ${after[1]})`}
    order by at desc, id desc limit ${limit}`.execute(db);
  return rows;
}

/** What a merge kept of both people and of what was moved. Empty after an erase. */
export interface KeptMerge extends MergeRecord {
  readonly kept: {
    readonly from?: Omit<Profile, 'engagement'> & { readonly engagement: unknown };
    readonly into?: Omit<Profile, 'engagement'> & { readonly engagement: unknown };
    readonly ids?: readonly Identity[];
    readonly family?: readonly string[];
    /** By table. One that came with a later build is not among them. */
    readonly rows?: Readonly<Record<string, readonly (string | number)[]>>;
  };
}

export async function readMerge(db: Db | Trx, id: string): Promise<KeptMerge | null> {
  const { rows } =
    await sql<KeptMerge>`select id, from_id as "fromId", into_id as "intoId", event_id as "eventId", key_id as "keyId", at, undone_at as "undoneAt", kept
    from merges where id = ${id} for update`.execute(db);
  return rows[0] ?? null;
}

/** What came since under the ids of the profile that gave way, and belongs to it. */
async function toldSince(
  trx: Trx,
  { intoId, at, kept: { ids = [] } }: KeptMerge,
): Promise<{ readonly events: readonly string[]; readonly orders: readonly string[] }> {
  const of = (kind: Identity['kind']): readonly string[] => ids.filter((id) => id.kind === kind).map(({ value }) => value);
  const { rows } = await sql<{ id: string; order: string | null }>`
    select message_id as id, coalesce(payload->'properties'->>'order_id', payload->'properties'->>'orderId') as order from events
    where profile_id = ${intoId} and received_at >= ${at} and (payload->>'userId' = any(${of('user')})
      or payload->>'userId' is null and payload->>'anonymousId' = any(${of('anonymous')}))`.execute(trx);
  return { events: rows.map(({ id }) => id), orders: rows.flatMap(({ order }) => (order === null ? [] : [order])) };
}

/**
 * Restores the merged profile with its own data, and with the data that came later under its ids. `into`: the other profile, without that
 * data. Both are locked. Carts that became one, and entries that ended for another, stay as they are.
 */
export async function takeApart(trx: Trx, merge: KeptMerge, into: Profile, at: Instant): Promise<void> {
  const { fromId, intoId, kept } = merge;
  const { from, ids = [], family = [], rows } = kept;
  if (from === undefined || rows === undefined) throw new Error(`Merge ${merge.id} keeps nothing: one of its people was erased.`);
  const told = { fromId, mergedAt: merge.at, ...(await toldSince(trx, merge)) };
  await sql`update profiles set merged_into = null, traits = ${jsonText(from.traits)}::jsonb, trait_times = ${jsonText(from.traitTimes)}::jsonb,
    email = ${from.email}, phone = ${from.phone}, engagement = ${jsonText(from.engagement)}::jsonb where id = ${fromId}`.execute(trx);
  await sql`update profiles set merged_into = ${fromId} where merged_into = ${intoId} and id = any(${family})`.execute(trx);
  await writeProfiles([{ ...into, traitsChanged: true, engagementChanged: true }])?.execute(trx);
  await sql`update identities set profile_id = ${fromId} where profile_id = ${intoId} and ${isOneOf(ids)}`.execute(trx);
  for (const [table, { row, since }] of movedTables()) {
    const own = sql`select value from jsonb_array_elements_text(${jsonText(rows[table] ?? [])}::jsonb) as r(value)`;
    await sql`update ${sql.table(table)} set profile_id = ${fromId} where profile_id = ${intoId}
      and (${sql.ref(row)}::text in (${own}) or ${since?.(told) ?? sql`false`})`.execute(trx);
  }
  await sql`update waits set by_value = ${fromId} where by_kind = 'profile' and by_value = ${intoId}
    and entry_id in (select id from entries where profile_id = ${fromId})`.execute(trx);
  await sql`update merges set undone_at = ${at} where id = ${merge.id}`.execute(trx);
}
