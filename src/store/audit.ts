import { type SqlBool, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** Something whose person the audit log keeps. `user`: by an id of the shop's own, which the log does not keep. */
export interface Subject {
  readonly kind: 'profile' | 'user' | 'entry' | 'message' | 'task' | 'inbound-message' | 'consent';
  readonly id: string;
}

/** What somebody did. No personal data beyond the ids of profiles. */
export interface AuditedAct {
  readonly at: Instant;
  /** `noun.verb`, as the route says it. */
  readonly act: string;
  readonly kind: 'read' | 'change';
  readonly actorKind: 'api-key' | 'person' | 'system';
  /** The id of the API key; null for others. */
  readonly actorId: string | null;
  /** Whom it is about; who is not known is left out, so that no text of a caller's gets in. */
  readonly whom: readonly Subject[];
  /** What else it is about, by our own id or the name of a journey, policy or template. */
  readonly subject: string | null;
  readonly requestId: string | null;
  /** The status of the answer; null: not known yet, `closeAct` adds it. */
  readonly status: number | null;
}

export interface AuditRecord extends Omit<AuditedAct, 'whom'> {
  readonly seq: number;
  readonly actorName: string | null;
  readonly profileIds: readonly string[];
}

/** Writes acts down, oldest first; one statement. The numbers that they got. */
export async function insertActs(db: Db | Trx, acts: readonly AuditedAct[]): Promise<readonly number[]> {
  const given = JSON.stringify(acts.map((act, n) => ({ n, ...act })));
  const { rows } = await sql<{ seq: number }>`
    insert into audit_log (at, act, kind, actor_kind, actor_id, profile_ids, subject, request_id, status)
    select a.at, a.act, a.kind, a."actorKind", a."actorId", array(
      select distinct found.id from jsonb_to_recordset(a.whom) as w(kind text, id text)
      cross join lateral (
        select p.id from profiles p where w.kind = 'profile' and p.id = w.id
        union all select i.profile_id from identities i where w.kind = 'user' and i.kind = 'user' and i.value = w.id
        union all select e.profile_id from entries e where w.kind = 'entry' and e.id = w.id
        union all select m.profile_id from messages m where w.kind = 'message' and m.id = w.id
        union all select t.profile_id from tasks t where w.kind = 'task' and t.id = w.id
        union all select b.profile_id from inbound_messages b where w.kind = 'inbound-message' and b.id = w.id
        union all select c.profile_id from consents c where w.kind = 'consent' and c.seq::text = w.id
      ) found where found.id is not null order by found.id
    ), a.subject, a."requestId", a.status
    from jsonb_to_recordset(${given}::jsonb) as a(n int, at bigint, act text, kind text, "actorKind" text, "actorId" text, whom jsonb, subject text,
      "requestId" text, status int)
    order by a.n
    returning seq`.execute(db);
  return rows.map(({ seq }) => seq).toSorted((one, other) => one - other);
}

/** Says what became of acts that were written down before they were done, by their numbers; one statement. */
export async function closeActs(db: Db | Trx, statuses: ReadonlyMap<number, number>): Promise<void> {
  await db
    .insertInto('audit_outcomes')
    .values([...statuses].map(([seq, status]) => ({ seq, status })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export interface AuditFilter {
  /** Any of these profiles; null: all. */
  readonly profileIds: readonly string[] | null;
  readonly keyId: string | null;
  /** An act, or the noun of several. */
  readonly act: string | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
}

/** Newest first, below the number `after`. */
export async function listActs(db: Db, filter: AuditFilter, limit: number, after: number | null): Promise<readonly AuditRecord[]> {
  const { profileIds, keyId, act, since, until } = filter;
  const wanted = [
    profileIds === null ? null : sql<SqlBool>`a.profile_ids && ${[...profileIds]}::text[]`,
    keyId === null ? null : sql<SqlBool>`a.actor_id = ${keyId}`,
    act === null ? null : sql<SqlBool>`(a.act = ${act} or a.act like ${`${act}.%`})`,
    since === null ? null : sql<SqlBool>`a.at >= ${since}`,
    until === null ? null : sql<SqlBool>`a.at < ${until}`,
    after === null ? null : sql<SqlBool>`a.seq < ${after}`,
  ].filter((condition) => condition !== null);
  const where = wanted.length === 0 ? sql`true` : sql.join(wanted, sql` and `);
  const { rows } = await sql<AuditRecord>`
    select a.seq, a.at, a.act, a.kind, a.actor_kind as "actorKind", a.actor_id as "actorId", k.name as "actorName", a.profile_ids as "profileIds",
      a.subject, a.request_id as "requestId", coalesce(a.status, o.status) as status
    from audit_log a left join audit_outcomes o on o.seq = a.seq left join api_keys k on k.id = a.actor_id
    where ${where} order by a.seq desc limit ${limit}`.execute(db);
  return rows;
}

/** Takes out what is older, so many at most; how many it were. The one way in which the log shrinks. */
export async function forgetActs(trx: Trx, before: Instant, atMost: number): Promise<number> {
  await sql`select set_config('sojourn.audit_retention', 'on', true)`.execute(trx);
  const { numAffectedRows } =
    await sql`delete from audit_log where seq in (select seq from audit_log where at < ${before} order by at, seq limit ${atMost})`.execute(
      trx,
    );
  return Number(numAffectedRows ?? 0n);
}
