import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { InteractionKind, InteractionVerdict, PastInteraction } from '../domain/tracking/human-click.js';
import type { EntryId, MessageId, ProfileId } from '../domain/values/ids.js';
import type { Db, Trx } from './db.js';
import type { Term } from './sharing.js';

/** A message whose links tell, as an open or a click finds it. */
export interface TrackedMessage {
  readonly id: MessageId;
  /** Canonical. */
  readonly profileId: ProfileId;
  readonly channel: string;
  /** Addresses by number. */
  readonly links: readonly string[];
  /** When it was delivered, else accepted, else, where nobody knows, when it left; null: it is leaving. */
  readonly deliveredAt: Instant | null;
  readonly entryId: EntryId | null;
  readonly entryIsLive: boolean;
  readonly journeyId: string | null;
  readonly step: string | null;
}

/** Null: there is no such message, or its links do not tell. One statement. */
export async function readTrackedMessage(db: Db | Trx, messageId: string): Promise<TrackedMessage | null> {
  const { rows } = await sql<TrackedMessage>`
    select m.id, m.profile_id as "profileId", m.channel, m.links, m.entry_id as "entryId", m.journey_id as "journeyId", m.step,
      coalesce(e.state <> 'finished', false) as "entryIsLive",
      case when m.state <> 'submitting' then coalesce(
        (select min(r.at) from receipts r where r.message_id = m.id and r.status in ('delivered', 'read')), m.accepted_at, m.submitted_at) end as "deliveredAt"
    from messages m left join entries e on e.id = m.entry_id
    where m.id = ${messageId} and m.links is not null`.execute(db);
  return rows[0] ?? null;
}

/** For `interactions i`: an open or click of a person's, judged so or left so; `before`: older pending ones are. */
export function isHuman(before: Term<Instant>): RawBuilder<boolean> {
  return sql<boolean>`(i.kind <> 'reply' and (i.verdict = 'human' or (i.verdict = 'pending' and i.at < ${before})))`;
}

/** All of a message, oldest first. The caller has locked its profile, so none comes between. */
export async function readInteractions(db: Db | Trx, messageId: string): Promise<readonly PastInteraction[]> {
  return db
    .selectFrom('interactions')
    .select(['seq', 'kind', 'link', 'verdict', 'reason', 'at'])
    .where('message_id', '=', messageId)
    .orderBy('at')
    .orderBy('seq')
    .execute();
}

/** One statement with what it shows of earlier ones. */
export async function insertInteraction(
  trx: Trx,
  interaction: {
    readonly messageId: string;
    readonly profileId: string;
    readonly kind: InteractionKind;
    readonly link: number | null;
    readonly verdict: InteractionVerdict;
    readonly reason: string | null;
    readonly at: Instant;
    /** Earlier ones that are a machine's too. */
    readonly unmasked: readonly number[];
  },
): Promise<void> {
  const { messageId, profileId, kind, link, verdict, reason, at, unmasked } = interaction;
  await sql`with unmasked as (
      update interactions set verdict = 'machine', reason = ${reason} where seq = any(${[...unmasked]}::bigint[]) returning 1)
    insert into interactions (message_id, profile_id, kind, link, verdict, reason, at)
    values (${messageId}, ${profileId}, ${kind}, ${link}, ${verdict}, ${reason}, ${at})`.execute(trx);
}

/** Messages with opens and clicks from before `before` that nothing has unmasked; the oldest first. */
export async function listPendingInteractions(db: Db, before: Instant, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`
    select message_id as id from interactions where verdict = 'pending' and at < ${before} group by message_id order by min(at) limit ${limit}`.execute(
    db,
  );
  return rows.map(({ id }) => id);
}

export interface SettledInteraction {
  readonly seq: number;
  readonly kind: InteractionKind;
  readonly link: number | null;
  readonly at: Instant;
}

/** They are a person's. Answers them, oldest first. The caller has locked the profile. */
export async function settleInteractions(trx: Trx, messageId: string, before: Instant): Promise<readonly SettledInteraction[]> {
  const rows = await trx
    .updateTable('interactions')
    .set({ verdict: 'human' })
    .where('message_id', '=', messageId)
    .where('verdict', '=', 'pending')
    .where('at', '<', before)
    .returning(['seq', 'kind', 'link', 'at'])
    .execute();
  return rows.flatMap(({ kind, ...row }) => (kind === 'reply' ? [] : [{ ...row, kind }])).sort((a, b) => a.at - b.at || a.seq - b.seq);
}
