import { type RawBuilder, sql } from 'kysely';
import type { Identity, KnownIdentity } from '../domain/people/identity.js';
import type { ProfileId } from '../domain/values/ids.js';
import { rowsOf } from './write-together.js';

/**
 * Rows of ids that the shop gave, for callers that look by profile. Written so that no index serves it: as long as the planner's statistics
 * are young it would go through all users there are.
 */
export const isUser = sql<boolean>`kind || '' = 'user'`;

/** Names the rows of these ids. */
export function isOneOf(identities: readonly Identity[]): RawBuilder<boolean> {
  return sql`(kind = 'user' and value = any(${valuesOf(identities, 'user')}) or kind = 'anonymous' and value = any(${valuesOf(identities, 'anonymous')}))`;
}

function valuesOf(identities: readonly Identity[], kind: Identity['kind']): readonly string[] {
  return identities.filter((identity) => identity.kind === kind).map((identity) => identity.value);
}

/** An id as it is now; `was`: whose it was when it was read, null when it was nobody's. */
export interface IdentityChange extends KnownIdentity {
  readonly was: ProfileId | null;
}

/** New ids, and ids that now belong to another. Touches fewer rows than given when someone else took one of them meanwhile. */
export function writeIdentities(changes: readonly IdentityChange[]): RawBuilder<unknown> | null {
  if (changes.length === 0) return null;
  const rows = changes.toSorted(byValue);
  return sql`insert into identities as i (kind, value, profile_id, created_at, told_by)
    select kind, value, "profileId", "linkedAt", "toldBy" from ${rowsOf(rows)} as r(kind text, value text, "profileId" text, "linkedAt" bigint, "toldBy" text)
    on conflict (kind, value) do update set profile_id = excluded.profile_id, created_at = excluded.created_at, told_by = excluded.told_by
    where i.profile_id = any(${rows.flatMap((row) => (row.was === null ? [] : [row.was]))}) returning 1`;
}

/** In one order everywhere, so that two transactions with the same new ids wait for each other instead of locking up. */
function byValue(a: Identity, b: Identity): number {
  return a.kind === b.kind ? (a.value < b.value ? -1 : 1) : a.kind < b.kind ? -1 : 1;
}
