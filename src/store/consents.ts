import { type RawBuilder, sql } from 'kysely';
import type { NotAsked } from '../domain/consent/consent.js';
import type { Channel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import type { ConsentAct } from '../projection/rows.js';
import { addressOnProfile } from './channel-sql.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** What decisions read of a row of `consents`, as the pairs of a JSON object: a `ConsentRecord`. */
export const consentRecordPairs = sql`'channel', channel, 'topic', topic, 'state', state, 'at', occurred_at, 'method', method, 'source', source,
  'legalBasis', legal_basis, 'expiresAt', expires_at`;

/** Did an import tell this row of `consents`, or a browser, who may say anything of anybody? */
export const isImported = sql<boolean>`(consents.method = 'import' or consents.told_by = 'browser'
  or exists (select from events where events.message_id = consents.event_id and events.origin = 'import'))`;

/** Writes acts; one that is there already (an identify tells its acts again and again) is not written twice. The profiles are locked. */
export function writeConsents(acts: readonly ConsentAct[]): RawBuilder<unknown> | null {
  if (acts.length === 0) return null;
  return sql`insert into consents (profile_id, channel, topic, state, occurred_at, recorded_at, method, source, text, event_id,
      legal_basis, text_hash, locale, source_url, ip, user_agent, requested_at, confirmed_at, expires_at, actor, evidence, told_by)
    select "profileId", channel, topic, state, at, "recordedAt", method, source, text, "eventId",
      "legalBasis", coalesce("textHash", encode(sha256(convert_to(text, 'UTF8')), 'hex')), locale, "sourceUrl", ip, "userAgent",
      "requestedAt", "confirmedAt", "expiresAt", actor, evidence, "toldBy"
    from ${rowsOf(acts.map((act, position) => ({ ...act, position })))} as r(position int, "profileId" text, channel text, topic text, state text, at bigint, "recordedAt" bigint, method text, source text, text text,
      "eventId" text, "legalBasis" text, "textHash" text, locale text, "sourceUrl" text, ip text, "userAgent" text, "requestedAt" bigint,
      "confirmedAt" bigint, "expiresAt" bigint, actor text, evidence text, "toldBy" text)
    where not exists (select from consents c where c.profile_id = r."profileId" and c.channel = r.channel and c.topic = r.topic and c.state = r.state
      and c.occurred_at = r.at and c.method = r.method and c.source = r.source)
    order by position
    returning 1`;
}

/**
 * Whose pending acts are due, at most `limit`: acts without a request yet but with an address, acts with a due reminder, and acts that
 * expire. Imported acts are not included: we do not write to people because a file names them.
 */
export async function findDuePending(
  db: Db | Trx,
  due: { readonly remindedBefore: Instant; readonly remindAfterMs: number; readonly forgottenBefore: Instant; readonly limit: number },
): Promise<readonly { readonly profileId: string; readonly channel: Channel }[]> {
  const { remindedBefore, remindAfterMs, forgottenBefore, limit } = due;
  const { rows } = await sql<{ profileId: string; channel: Channel }>`select profile_id as "profileId", channel from consents c
    where state = 'pending' and confirmed_at is null and method <> 'import'
      and (occurred_at <= ${forgottenBefore}
        or (requested_at is null and exists (select from profiles p
          where p.id = c.profile_id and ${addressOnProfile(sql.ref('c.channel'))} is not null))
        or (requested_at <= ${remindedBefore} and requested_at < occurred_at + ${remindAfterMs}))
    group by profile_id, channel order by min(seq) limit ${limit}`.execute(db);
  return rows;
}

/** Whose act this is and where; null: no such act, or one that waits for nothing. */
export async function findRequest(db: Db | Trx, seq: number): Promise<{ readonly profileId: string; readonly channel: Channel } | null> {
  const row = await db
    .selectFrom('consents')
    .select(['profile_id as profileId', 'channel'])
    .where('seq', '=', seq)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return row === undefined ? null : { profileId: row.profileId, channel: row.channel as Channel };
}

/**
 * Notes when these acts were asked to be confirmed, and why no message did it; the newest request counts. `at` null: they are to be asked
 * about. The profile is locked.
 */
export async function noteRequested(
  trx: Trx,
  seqs: readonly number[],
  at: Instant | null,
  notAsked: NotAsked | null = null,
): Promise<void> {
  if (seqs.length === 0) return;
  await trx.updateTable('consents').set({ requested_at: at, not_asked: notAsked }).where('seq', 'in', seqs).execute();
}

/**
 * Takes the turn of this address to be asked. Null: it may be, and is noted as asked at `at`; otherwise when it was asked, after `since`,
 * by anyone.
 */
export async function claimRequest(
  trx: Trx,
  address: { readonly channel: Channel; readonly hash: string },
  when: { readonly at: Instant; readonly since: Instant },
): Promise<Instant | null> {
  const { channel, hash } = address;
  const claimed = await trx
    .insertInto('confirmation_requests')
    .values({ channel, hash, asked_at: when.at })
    .onConflict((conflict) =>
      conflict.columns(['channel', 'hash']).doUpdateSet({ asked_at: when.at }).where('confirmation_requests.asked_at', '<=', when.since),
    )
    .returning('asked_at')
    .executeTakeFirst();
  if (claimed !== undefined) return null;
  const row = await trx
    .selectFrom('confirmation_requests')
    .select('asked_at')
    .where('channel', '=', channel)
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.asked_at ?? when.at;
}

/** Forgets which addresses were asked up to this instant. */
export async function forgetRequests(db: Db | Trx, until: Instant): Promise<void> {
  await db.deleteFrom('confirmation_requests').where('asked_at', '<=', until).execute();
}

/** Notes when these acts were confirmed: they wait for nothing any more. The profile is locked. */
export async function noteConfirmed(trx: Trx, seqs: readonly number[], at: Instant): Promise<void> {
  if (seqs.length === 0) return;
  await trx.updateTable('consents').set({ confirmed_at: at }).where('seq', 'in', seqs).execute();
}

/** Gives pending acts up: that they were there stays, what they said of the person goes. The profile is locked. */
export async function expirePending(trx: Trx, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return;
  await trx
    .updateTable('consents')
    .set({ state: 'expired', text: null, source_url: null, ip: null, user_agent: null, actor: null, evidence: null })
    .where('seq', 'in', seqs)
    .where('state', '=', 'pending')
    .execute();
}

/** An act that does not count yet, as operators list it. */
export interface WaitingConsent {
  readonly seq: number;
  readonly profileId: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly at: Instant;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly requestedAt: Instant | null;
}

/** Acts that wait: `pending` for a confirmation, `quarantined` for evidence. The newest first, at most `limit` before the position. */
export async function listWaiting(
  db: Db | Trx,
  filter: { readonly state: 'pending' | 'quarantined' },
  page: { readonly limit: number; readonly before: number | null },
): Promise<readonly WaitingConsent[]> {
  let query = db
    .selectFrom('consents')
    .select(['seq', 'profile_id as profileId', 'channel', 'topic', 'occurred_at as at', 'recorded_at as recordedAt', 'source'])
    .select('requested_at as requestedAt')
    .where('state', '=', 'pending')
    .where('confirmed_at', 'is', null)
    .where('method', filter.state === 'quarantined' ? '=' : '<>', 'import');
  if (page.before !== null) query = query.where('seq', '<', page.before);
  const rows = await query.orderBy('seq', 'desc').limit(page.limit).execute();
  return rows.map((row) => ({ ...row, channel: row.channel as Channel }));
}

/** Forgets the addresses and browsers that proved a yes, where that is longer ago. How many rows. At most `limit` at a time. */
export async function forgetTraces(db: Db | Trx, before: Instant, limit: number): Promise<number> {
  const { rows } = await sql<{ seq: number }>`update consents set ip = null, user_agent = null where seq in (
      select seq from consents where recorded_at < ${before} and (ip is not null or user_agent is not null) order by recorded_at limit ${limit})
    returning seq`.execute(db);
  return rows.length;
}
