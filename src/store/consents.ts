import { type RawBuilder, sql } from 'kysely';
import type { Channel } from '../domain/channel.js';
import type { ConsentProof, ConsentRecord } from '../domain/consent.js';
import type { ProfileId } from '../domain/ids.js';
import type { Instant } from '../domain/instant.js';
import type { Db, Trx } from './db.js';
import { rowsOf } from './write-together.js';

/** One act with its proof. The ledger only grows. */
export interface ConsentAct extends ConsentRecord, ConsentProof {
  readonly profileId: ProfileId;
  readonly recordedAt: Instant;
  /** The event that told it; null when the API or a page did. */
  readonly eventId: string | null;
}

/** Writes acts; one that is there already (an identify tells its acts again and again) is not written twice. The profiles are locked. */
export function writeConsents(acts: readonly ConsentAct[]): RawBuilder<unknown> | null {
  if (acts.length === 0) return null;
  return sql`insert into consents (profile_id, channel, topic, state, occurred_at, recorded_at, method, source, text, event_id,
      legal_basis, text_hash, locale, source_url, ip, user_agent, requested_at, confirmed_at, expires_at, actor, evidence)
    select "profileId", channel, topic, state, at, "recordedAt", method, source, text, "eventId",
      "legalBasis", coalesce("textHash", encode(sha256(convert_to(text, 'UTF8')), 'hex')), locale, "sourceUrl", ip, "userAgent",
      "requestedAt", "confirmedAt", "expiresAt", actor, evidence
    from ${rowsOf(acts.map((act, position) => ({ ...act, position })))} as r(position int, "profileId" text, channel text, topic text, state text, at bigint, "recordedAt" bigint, method text, source text, text text,
      "eventId" text, "legalBasis" text, "textHash" text, locale text, "sourceUrl" text, ip text, "userAgent" text, "requestedAt" bigint,
      "confirmedAt" bigint, "expiresAt" bigint, actor text, evidence text)
    where not exists (select from consents c where c.profile_id = r."profileId" and c.channel = r.channel and c.topic = r.topic and c.state = r.state
      and c.occurred_at = r.at and c.method = r.method and c.source = r.source)
    order by position
    returning 1`;
}

/** A pending yes of the ledger. */
export interface PendingConsent {
  readonly seq: number;
  readonly profileId: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly at: Instant;
  readonly requestedAt: Instant | null;
}

/** At most `limit` pending acts after the position, in the order of the ledger; without what is in quarantine. */
export async function readPendingConsents(
  db: Db | Trx,
  page: { readonly after: number; readonly limit: number },
): Promise<readonly PendingConsent[]> {
  const rows = await db
    .selectFrom('consents')
    .select(['seq', 'profile_id as profileId', 'channel', 'topic', 'occurred_at as at', 'requested_at as requestedAt'])
    .where('state', '=', 'pending')
    .where('method', '<>', 'import')
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ ...row, channel: row.channel as Channel }));
}

/** The pending act that a link names; null: there is none. */
export async function readPendingConsent(db: Db | Trx, seq: number): Promise<PendingConsent | null> {
  const [row] = await readPendingConsents(db, { after: seq - 1, limit: 1 });
  return row?.seq === seq ? row : null;
}

/** Notes when these acts were asked to be confirmed; the newest request counts. */
export async function noteRequested(trx: Trx, seqs: readonly number[], at: Instant): Promise<void> {
  if (seqs.length === 0) return;
  await trx.updateTable('consents').set({ requested_at: at }).where('seq', 'in', seqs).execute();
}

/** Forgets the addresses and browsers that proved a yes, where that is longer ago. How many rows. At most `limit` at a time. */
export async function forgetTraces(db: Db | Trx, before: Instant, limit: number): Promise<number> {
  const { rows } = await sql<{ seq: number }>`update consents set ip = null, user_agent = null where seq in (
      select seq from consents where recorded_at < ${before} and (ip is not null or user_agent is not null) order by recorded_at limit ${limit})
    returning seq`.execute(db);
  return rows.length;
}
