import { type RawBuilder, type Selectable, sql } from 'kysely';
import { type EngagementState, engagementJson, parseEngagement } from '../domain/engagement/state.js';
import type { Profile } from '../domain/people/profile.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { ChangedProfile } from '../projection/rows.js';
import type { Trx } from './db.js';
import { jsonText } from './json.js';
import { movedTables } from './person-tables.js';
import type { ProfilesTable } from './schema.js';
import { rowsOf, writeTogether } from './write-together.js';

export type ProfileRow = Selectable<ProfilesTable>;

/** Locked profiles, and to which of them each of the ids asked for leads. */
export interface LockedProfiles {
  readonly profiles: readonly Profile[];
  readonly canonical: ReadonlyMap<ProfileId, ProfileId>;
}

/**
 * Locks the canonical profiles of these ids, ascending by id, and reads them after the lock: a merge that came between is followed.
 * Answers each canonical profile once.
 */
export async function lockProfiles(trx: Trx, ids: readonly ProfileId[]): Promise<readonly ProfileRow[]> {
  return [...(await lockRows(trx, ids)).values()].filter((row) => row.merged_into === null).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** As `lockProfiles`, for who needs to know which id became which profile. */
export async function lockCanonical(trx: Trx, ids: readonly ProfileId[]): Promise<LockedProfiles> {
  const rows = await lockRows(trx, ids);
  const canonical = new Map<ProfileId, ProfileId>();
  for (const id of rows.keys()) {
    let row = rows.get(id);
    while (row !== undefined && row.merged_into !== null) row = rows.get(row.merged_into);
    if (row !== undefined) canonical.set(id as ProfileId, row.id as ProfileId);
  }
  return { profiles: [...rows.values()].filter((row) => row.merged_into === null).map(toProfile), canonical };
}

/** Locks these profiles, ascending by id, merged ones too, and follows no merge. */
export async function lockRowsAsTheyAre(trx: Trx, ids: readonly string[]): Promise<readonly ProfileRow[]> {
  return trx.selectFrom('profiles').selectAll().where('id', 'in', ids).orderBy('id').forUpdate().execute();
}

async function lockRows(trx: Trx, ids: readonly string[]): Promise<ReadonlyMap<string, ProfileRow>> {
  const locked = new Map<string, ProfileRow>();
  let wanted: readonly string[] | null = ids;
  while (wanted !== null) {
    const { rows }: { rows: readonly ProfileRow[] } = await selectForUpdate(sql`id = any(${wanted})`).execute(trx);
    for (const row of rows) locked.set(row.id, row);
    // Identities point to canonical profiles, so this loop runs twice only when a merge was under way.
    const further = rows.flatMap((row) => (row.merged_into !== null && !locked.has(row.merged_into) ? [row.merged_into] : []));
    wanted = further.length === 0 ? null : further;
  }
  return locked;
}

/** Locks profiles, ascending by id, and follows no merge. */
export function selectForUpdate(condition: RawBuilder<unknown>): RawBuilder<ProfileRow> {
  return sql<ProfileRow>`select * from profiles where ${condition} order by id for update`;
}

export function toProfile(row: ProfileRow): Profile {
  return {
    id: row.id as ProfileId,
    traits: row.traits,
    traitTimes: row.trait_times,
    email: row.email,
    phone: row.phone,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastInstant: row.last_instant,
    engagement: parseEngagement(row.engagement),
  };
}

export function writeNewProfiles(profiles: readonly Profile[]): RawBuilder<unknown> | null {
  if (profiles.length === 0) return null;
  const rows = profiles.map((profile) => ({ ...profile, engagement: engagementJson(profile.engagement) }));
  return sql`insert into profiles (id, traits, trait_times, email, phone, created_at, updated_at, last_instant, engagement)
    select id, traits, "traitTimes", email, phone, "createdAt", "updatedAt", "lastInstant", engagement
    from ${rowsOf(rows)} as r(id text, traits jsonb, "traitTimes" jsonb, email text, phone text, "createdAt" bigint, "updatedAt" bigint, "lastInstant" bigint,
      engagement jsonb)
    returning 1`;
}

/** What of a profile is written; what is absent stays. The row is locked. */
export interface ProfileChange {
  readonly id: ProfileId;
  /** No turn of this profile decides at an earlier instant again. */
  readonly lastInstant: Instant;
  readonly person?: Pick<Profile, 'traits' | 'traitTimes' | 'email' | 'phone' | 'updatedAt'>;
  readonly engagement?: EngagementState;
}

/** Profiles that changed, and those that only moved on in time. The rows are locked. */
export function writeProfiles(profiles: readonly ChangedProfile[]): RawBuilder<unknown> | null {
  return writeProfileChanges(profiles.map(changeOf));
}

export function changeOf(profile: ChangedProfile): ProfileChange {
  const { id, lastInstant, engagement, traitsChanged, engagementChanged } = profile;
  return { id, lastInstant, ...(traitsChanged ? { person: profile } : {}), ...(engagementChanged ? { engagement } : {}) };
}

/** Each profile once. */
export function writeProfileChanges(profiles: readonly ProfileChange[]): RawBuilder<unknown> | null {
  if (profiles.length === 0) return null;
  const rows = profiles.map(({ id, lastInstant, person, engagement }) => ({
    id,
    lastInstant,
    ...(person === undefined ? {} : writtenOf(person)),
    engagement: engagement === undefined ? null : engagementJson(engagement),
  }));
  return sql`update profiles p set
      traits = coalesce(r.traits, p.traits),
      trait_times = coalesce(r."traitTimes", p.trait_times),
      email = case when r.traits is null then p.email else r.email end,
      phone = case when r.traits is null then p.phone else r.phone end,
      updated_at = coalesce(r."updatedAt", p.updated_at),
      last_instant = greatest(p.last_instant, r."lastInstant"),
      engagement = coalesce(r.engagement, p.engagement)
    from ${rowsOf(rows)} as r(id text, traits jsonb, "traitTimes" jsonb, email text, phone text, "updatedAt" bigint, "lastInstant" bigint, engagement jsonb)
    where p.id = r.id and p.id = any(${profiles.map(({ id }) => id)}) returning 1`;
}

function writtenOf({ traits, traitTimes, email, phone, updatedAt }: NonNullable<ProfileChange['person']>) {
  return { traits, traitTimes, email, phone, updatedAt };
}

/**
 * Everything of `from` moves to `into`, which is written as given; `from` keeps a pointer to it. Both are locked, and their live entries
 * are already moved. One statement. `log`: the record of the merge, with the earlier rows.
 */
export async function repointProfile(trx: Trx, from: ProfileId, into: Profile, log: RawBuilder<unknown> | null = null): Promise<void> {
  const moved = movedTables().map(([table, { unless }]) => {
    const stays = unless === undefined ? sql`false` : unless(into.id);
    // Under another name than the table's: for the writes behind it, that would be this one.
    return [
      `moved_${table}`,
      sql`update ${sql.table(table)} t set profile_id = ${into.id} where profile_id = ${from} and not (${stays}) returning 1`,
    ];
  });
  await writeTogether<string>(trx, {
    log,
    moved_identities: sql`update identities set profile_id = ${into.id} where profile_id = ${from} returning 1`,
    ...Object.fromEntries(moved),
    into: writeProfiles([{ ...into, traitsChanged: true, engagementChanged: true }]),
    from: sql`update profiles set merged_into = ${into.id} where id = ${from} or merged_into = ${from} returning 1`,
  });
}

/** No turn of this profile decides at an earlier instant again. The row is locked. */
export function writeLastInstant(id: ProfileId, at: Instant): RawBuilder<unknown> {
  return sql`update profiles set last_instant = ${at} where id = ${id} and last_instant < ${at} returning 1`;
}

/** The same for several. */
export function writeLastInstants(moved: readonly { readonly profileId: ProfileId; readonly at: Instant }[]): RawBuilder<unknown> {
  return sql`update profiles p set last_instant = r.at from ${rowsOf(moved)} as r("profileId" text, at bigint)
    where p.id = r."profileId" and p.id = any(${moved.map(({ profileId }) => profileId)}) and p.last_instant < r.at returning 1`;
}

/** What a person did, folded again. The row is locked. */
export function writeEngagement(id: ProfileId, engagement: EngagementState): RawBuilder<unknown> {
  return sql`update profiles set engagement = ${jsonText(engagementJson(engagement))}::jsonb where id = ${id} returning 1`;
}

/** Whom test messages are booked on: a profile without traits, address or identity. */
export const testRecipientId = 'test-recipient';

export async function ensureTestRecipient(trx: Trx, at: Instant): Promise<string> {
  const id = testRecipientId;
  await trx
    .insertInto('profiles')
    .values({ id, merged_into: null, email: null, phone: null, created_at: at, updated_at: at, erased_at: null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  return id;
}
