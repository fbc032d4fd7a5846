import { type RawBuilder, sql } from 'kysely';
import type { Hold } from '../domain/holds/hold.js';
import type { Instant } from '../domain/time/instant.js';
import type { ProfileId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import type { Term } from './sharing.js';

/** Those of a person that nobody ended and whose time is not over, as `Hold` has them: one JSON list, or null. */
export function selectHolds({
  profileId,
  at,
}: {
  readonly profileId: Term<ProfileId | string>;
  readonly at: Term<Instant>;
}): RawBuilder<unknown> {
  return sql`(select json_agg(json_build_object('id', h.id, 'endsWith', h.ends_with, 'taskId', h.task_id, 'reason', h.reason, 'since', h.since,
      'until', h.until, 'tickets', case when h.ends_with = 'ticket' then (
        select json_build_object('areOpen', coalesce(bool_or(t.state = 'open'), false), 'closedAt', max(t.closed_at))
        from service_records t where t.profile_id = h.profile_id and t.kind = 'ticket') end) order by h.since, h.id)
    from holds h where h.profile_id = ${profileId} and h.released_at is null and h.until > ${at})`;
}

export async function readHolds(db: Db | Trx, profileId: string, at: Instant): Promise<readonly Hold[]> {
  const { rows } = await sql<{ holds: readonly Hold[] | null }>`select ${selectHolds({ profileId, at })} as holds`.execute(db);
  return rows[0]?.holds ?? [];
}

/** Ends holds that are in force by their row: all of a person, one, or that of a task. Answers their reasons. */
export async function releaseHolds(
  trx: Trx,
  of: { readonly profileId: string; readonly id: string | null } | { readonly taskId: string },
  { at, by }: { readonly at: Instant; readonly by: string },
): Promise<readonly { readonly id: string; readonly reason: string }[]> {
  const which =
    'taskId' in of
      ? sql`task_id = ${of.taskId}`
      : sql`profile_id = ${of.profileId} and until > ${at} and ${of.id === null ? sql`true` : sql`id = ${of.id}`}`;
  const { rows } = await sql<{ id: string; reason: string }>`update holds set released_at = ${at}, released_by = ${by}
    where ${which} and released_at is null returning id, reason`.execute(trx);
  return rows;
}
