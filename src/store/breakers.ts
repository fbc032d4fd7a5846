import { type RawBuilder, sql } from 'kysely';
import { bounceStatuses, complaintStatus, verifiedComplaints } from '../domain/messages/bounce.js';
import type { BreakerScope, DeliveryCounts } from '../domain/messages/breaker.js';
import { channelsWith } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** What tripped: a rule of `tripOf`, or an error code of a provider. Codes and numbers, no person. */
export interface TripRecord {
  readonly rule: string;
  /** A clause for an operator, without a full stop. */
  readonly finding: string;
}

export interface BreakerRecord {
  readonly scope: BreakerScope;
  /** Null: it was reset. */
  readonly trip: TripRecord | null;
  /** When it tripped or was reset. */
  readonly at: Instant;
}

/** What decides which breakers a message belongs to. */
export interface Watched {
  readonly journeyId: string | null;
  readonly mailboxProvider: string | null;
  readonly channel: string;
  readonly origin: string;
}

/** Null: there is no such message. */
export async function readWatched(db: Db | Trx, messageId: string): Promise<Watched | null> {
  const columns = ['journey_id as journeyId', 'mailbox_provider as mailboxProvider', 'channel', 'origin'] as const;
  return (await db.selectFrom('messages').select(columns).where('id', '=', messageId).executeTakeFirst()) ?? null;
}

const prefix = 'breaker:';

function keyOf({ kind, id }: BreakerScope): string {
  return `${prefix}${kind}:${id}`;
}

/** Tripped breakers by their names. */
export async function listTripped(db: Db | Trx): Promise<readonly BreakerRecord[]> {
  const rows = await db.selectFrom('controls').selectAll().where('key', 'like', `${prefix}%`).orderBy('key').execute();
  return rows.map(toRecord).filter((record) => record !== null && record.trip !== null) as BreakerRecord[];
}

/** Null: it never tripped. */
export async function readBreaker(db: Db | Trx, scope: BreakerScope): Promise<BreakerRecord | null> {
  const row = await db.selectFrom('controls').selectAll().where('key', '=', keyOf(scope)).executeTakeFirst();
  return row ? toRecord(row) : null;
}

/** Writes that it tripped, or (null) was reset: it counts from zero after that. */
export async function writeBreaker(trx: Trx, scope: BreakerScope, trip: TripRecord | null, at: Instant): Promise<void> {
  const value = JSON.stringify({ trip });
  await trx
    .insertInto('controls')
    .values({ key: keyOf(scope), value, updated_at: at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: at }))
    .execute();
}

function toRecord(row: { readonly key: string; readonly value: unknown; readonly updated_at: number }): BreakerRecord | null {
  const [, kind, id] = /^breaker:(journey|provider):(.+)$/.exec(row.key) ?? [];
  if (kind === undefined || id === undefined) return null;
  const { trip = null } = row.value as { readonly trip?: TripRecord | null };
  return { scope: { kind: kind as BreakerScope['kind'], id }, trip, at: row.updated_at };
}

/**
 * The failures among the mails of a scope since then; without transactional mails, because a password must arrive. A hard bounce may be a
 * mail or an SMTP answer. Each person counts once: a person who complains about four mails is one complaint. Only complaints with a mailbox
 * provider's signature count. The query reads only the rows of failures, so it is cheap when few things go wrong.
 */
export async function countWhatWentWrong(
  db: Db | Trx,
  scope: BreakerScope,
  since: Instant,
): Promise<Pick<DeliveryCounts, 'complaints' | 'hardBounces' | 'unsubscribes'>> {
  const { rows } = await sql<{ complaints: number; hard: number; unsubscribes: number }>`
    select count(distinct m.profile_id) filter (where r.status = ${sql.lit(complaintStatus)} and r.provider = ${sql.lit(verifiedComplaints)})::int as complaints,
      count(distinct m.profile_id) filter (where r.status = ${sql.lit(bounceStatuses.hard)})::int as hard,
      (select count(distinct m.profile_id) from consents c join messages m on m.id = substr(c.source, 9)
        where c.source like 'message/%' and c.recorded_at > ${since} and c.state in ('denied', 'withdrawn') and ${mailsOf(scope, since)})::int as unsubscribes
    from receipts r join messages m on m.id = r.message_id
    where r.status in (${sql.lit(bounceStatuses.hard)}, ${sql.lit(complaintStatus)}) and r.at > ${since} and ${mailsOf(scope, since)}`.execute(
    db,
  );
  const [row] = rows;
  return { complaints: row?.complaints ?? 0, hardBounces: row?.hard ?? 0, unsubscribes: row?.unsubscribes ?? 0 };
}

/** How many mails of a scope left since then and how many of them arrived; counting ends at `enough`. */
export async function countMails(
  db: Db | Trx,
  scope: BreakerScope,
  since: Instant,
  enough: number,
): Promise<Pick<DeliveryCounts, 'sent' | 'delivered'>> {
  const { rows } = await sql<{ sent: number; delivered: number }>`
    select count(*)::int as sent, count(*) filter (where state in ('accepted', 'delivered'))::int as delivered
    from (select m.state from messages m where ${mailsOf(scope, since)} limit ${enough}) as counted`.execute(db);
  return rows[0] ?? { sent: 0, delivered: 0 };
}

/** Channels on which a breaker counts. */
const watched = channelsWith(({ hasBreakers }) => hasBreakers);

function mailsOf(scope: BreakerScope, since: Instant): RawBuilder<unknown> {
  const own = scope.kind === 'journey' ? sql`m.journey_id = ${scope.id}` : sql`m.mailbox_provider = ${scope.id}`;
  return sql`(${own} and m.created_at > ${since} and m.channel = any(${watched}::text[]) and m.class <> 'transactional' and m.origin <> 'test'
    and m.submitted_at is not null)`;
}
