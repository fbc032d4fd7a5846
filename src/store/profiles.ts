import type { Selectable, Transaction } from 'kysely';
import type { ProfileId } from '../domain/ids.js';
import type { Profile } from '../domain/profile.js';
import type { Database, ProfilesTable } from './schema.js';

export type ProfileRow = Selectable<ProfilesTable>;

/**
 * Locks the canonical profiles of these ids, ascending by id, and reads them after the lock: a merge that came between is followed.
 * Answers each canonical profile once.
 */
export async function lockProfiles(trx: Transaction<Database>, ids: readonly ProfileId[]): Promise<readonly ProfileRow[]> {
  const locked = new Map<string, ProfileRow>();
  let wanted = [...new Set<string>(ids)];
  while (wanted.length > 0) {
    const rows = await trx.selectFrom('profiles').selectAll().where('id', 'in', wanted).orderBy('id').forUpdate().execute();
    for (const row of rows) locked.set(row.id, row);
    // Identities point to canonical profiles, so this loop runs twice only when a merge was under way.
    wanted = rows.flatMap((row) => (row.merged_into !== null && !locked.has(row.merged_into) ? [row.merged_into] : []));
  }
  return [...locked.values()].filter((row) => row.merged_into === null).sort((a, b) => (a.id < b.id ? -1 : 1));
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
  };
}
