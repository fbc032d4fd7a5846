import { type RawBuilder, sql } from 'kysely';
import { ownSource } from '../domain/events/own-event.js';
import type { Channel } from '../domain/messages/channel.js';
import type { MessageState } from '../domain/messages/message.js';
import { sharersAtMost } from '../domain/people/sharing.js';
import type { Instant } from '../domain/time/instant.js';
import type { ConsentAct } from '../projection/rows.js';
import type { Db, Trx } from './db.js';
import { isHuman } from './interactions.js';
import { sharingWith } from './sharing.js';

/** Of what time and which journeys a replay is. */
export interface ReplayRange {
  readonly from: Instant;
  readonly to: Instant;
}

export interface PersonToReplay {
  readonly id: string;
  /** Up to the end of the range, also from before it. */
  readonly events: number;
}

/** People of whom events came in the range: by id, one look for each by index. `of`: only of these. */
function peopleOf({ from, to }: ReplayRange, after: string | null, of: readonly string[] | null = null): RawBuilder<PersonToReplay> {
  const further = sql`${after === null ? sql`true` : sql`p.id > ${after}`} and ${of === null ? sql`true` : sql`p.id = any(${of})`}`;
  return sql`select p.id, e.events from profiles p cross join lateral (
      select count(*)::int as events, max(received_at) as newest from events where profile_id = p.id and received_at < ${to}) e
    where p.merged_into is null and p.erased_at is null and ${further} and e.newest >= ${from}`;
}

export async function countPeopleToReplay(db: Db | Trx, range: ReplayRange): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from (${peopleOf(range, null)}) people`.execute(db);
  return rows[0]?.n ?? 0;
}

export async function listPeopleToReplay(
  db: Db | Trx,
  range: ReplayRange,
  page: { readonly after: string | null; readonly limit: number; readonly of?: readonly string[] },
): Promise<readonly PersonToReplay[]> {
  const { rows } = await sql<PersonToReplay>`${peopleOf(range, page.after, page.of)} order by p.id limit ${page.limit}`.execute(db);
  return rows;
}

/** Of each of these people, who else has their address now; nobody where so many have it that it is nobody's inbox. By index. */
export async function listInboxSharers(db: Db | Trx, ids: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await sql<{ id: string; others: readonly string[] }>`select p.id, array(${sharingWith(sql`p`)}) as others
    from profiles p where p.id = any(${ids})`.execute(db);
  return rows.flatMap(({ id, others }) => (others.length > sharersAtMost ? [] : others.map((other) => [id, other] as const)));
}

/** Who filled or ordered a cart that is another's now. Goes over the facts once: there is no index by cart, and a replay asks once. */
export async function listCartSharers(db: Db | Trx, { from, to }: ReplayRange): Promise<readonly (readonly [string, string])[]> {
  const { rows } = await sql<{ one: string; other: string }>`select distinct f.profile_id as one, c.profile_id as other
    from facts f join carts c on c.id = f.cart_id where c.profile_id <> f.profile_id and f.at >= ${from - cartsBackMs} and f.at < ${to}`.execute(
    db,
  );
  return rows.map(({ one, other }) => [one, other] as const);
}

/** A cart that nobody touched for longer is in nobody's journey. */
const cartsBackMs = 30 * 24 * 60 * 60 * 1000;

export interface StoredPerson {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly traitTimes: Readonly<Record<string, Instant>>;
}

export interface StoredReplayEvent {
  readonly messageId: string;
  readonly profileId: string;
  readonly occurredAt: Instant;
  readonly receivedAt: Instant;
  readonly origin: 'live' | 'import';
  readonly payload: Readonly<Record<string, unknown>>;
  /** Which source reads it; null: Segment, from before it was kept, or Sojourn itself. */
  readonly source: string | null;
  /** Codes of what ingest noted. */
  readonly notes: readonly string[];
  readonly keyId: string | null;
  /** Null: Sojourn itself, or it came before that was kept. */
  readonly keyKind: 'browser' | 'server' | null;
  /** A step of an entry said it that the replay plays itself. */
  readonly isPlayed: boolean;
}

export interface StoredReplayMessage {
  readonly id: string;
  readonly profileId: string;
  readonly origin: 'journey' | 'api' | 'broadcast';
  readonly journeyId: string | null;
  readonly step: string | null;
  readonly channel: Channel;
  readonly class: string;
  readonly topic: string;
  readonly priority: number;
  readonly template: string;
  readonly state: MessageState;
  readonly countsTowardCap: boolean | null;
  readonly at: Instant;
  readonly acceptedAt: Instant | null;
  readonly addressHash: string | null;
  readonly isTracked: boolean;
}

/** An open or a click of a person. */
export interface StoredReplayAnswer {
  readonly profileId: string;
  readonly messageId: string;
  readonly kind: 'open' | 'click';
  readonly at: Instant;
}

export interface StoredReplayEntry {
  readonly id: string;
  readonly journeyId: string;
  readonly profileId: string;
  readonly entryKey: string;
  readonly cartId: string | null;
  readonly cartTokens: readonly string[];
  readonly createdAt: Instant;
  readonly enteredAt: Instant | null;
  readonly finishedAt: Instant | null;
}

/** Messages of so long before the range are read: engagement asks for a year. */
const messagesBackMs = 366 * 24 * 60 * 60 * 1000;

/** What is recorded of these people, up to the end of the range; `journeys`: those that the replay plays. Six statements. */
export async function readRecorded(
  trx: Trx,
  ids: readonly string[],
  { from, to }: ReplayRange,
  { journeys, settledBefore }: { readonly journeys: readonly string[]; readonly settledBefore: Instant },
): Promise<StoredRecorded> {
  const people = await sql<StoredPerson>`select id, email, phone, traits, trait_times as "traitTimes" from profiles
    where id = any(${ids}) order by id`.execute(trx);
  const events =
    await sql<StoredReplayEvent>`select e.message_id as "messageId", e.profile_id as "profileId", e.occurred_at as "occurredAt",
      e.received_at as "receivedAt", e.origin, e.payload, e.source, e.key_id as "keyId", k.kind as "keyKind",
      jsonb_path_query_array(e.matched, '$[*] ? (@.result == "note").reason') as notes,
      e.source is not distinct from ${ownSource} and n.id is not null as "isPlayed"
    from events e left join write_keys k on k.id = e.key_id
      left join entries n on e.source = ${ownSource} and n.id = split_part(e.message_id, '/', 2)
        and n.created_at >= ${from} and n.journey_id = any(${journeys})
    where e.profile_id = any(${ids}) and e.received_at < ${to} order by e.received_at, e.seq`.execute(trx);
  const consents =
    await sql<ConsentAct>`select profile_id as "profileId", channel, topic, state, occurred_at as at, recorded_at as "recordedAt",
      method, source, legal_basis as "legalBasis", expires_at as "expiresAt", null as "eventId", method = 'import' as "isImported"
    from consents where profile_id = any(${ids}) and event_id is null and recorded_at < ${to} order by recorded_at, seq`.execute(trx);
  const messages =
    await sql<StoredReplayMessage>`select m.id, m.profile_id as "profileId", m.origin, m.journey_id as "journeyId", m.step, m.channel,
      m.class, m.topic, m.priority, m.template, m.state, m.counts_toward_cap as "countsTowardCap", m.submitted_at as at,
      m.accepted_at as "acceptedAt", m.address_hash as "addressHash", m.links is not null as "isTracked"
    from messages m left join entries e on e.id = m.entry_id
    where m.profile_id = any(${ids}) and m.origin <> 'test' and m.submitted_at >= ${from - messagesBackMs} and m.submitted_at < ${to}
      and (e.id is null or e.created_at < ${from} or m.journey_id <> all(${journeys}))
    order by m.submitted_at, m.id`.execute(trx);
  const entries =
    await sql<StoredReplayEntry>`select e.id, e.journey_id as "journeyId", e.profile_id as "profileId", e.entry_key as "entryKey",
      e.cart_id as "cartId", array(select t.token from cart_tokens t where t.cart_id = e.cart_id order by t.token) as "cartTokens",
      e.created_at as "createdAt", e.entered_at as "enteredAt", e.finished_at as "finishedAt"
    from entries e where e.profile_id = any(${ids}) and e.journey_id = any(${journeys}) and e.created_at < ${from}
      and (e.entered_at is not null or e.finished_at is null or e.finished_at >= ${from}) order by e.created_at, e.id`.execute(trx);
  const answers = await sql<StoredReplayAnswer>`select profile_id as "profileId", message_id as "messageId", kind, at from interactions i
    where profile_id = any(${ids}) and kind in ('open', 'click') and at < ${to} and ${isHuman(settledBefore)} order by at, seq`.execute(
    trx,
  );
  return {
    answers: answers.rows,
    people: people.rows,
    events: events.rows,
    consents: consents.rows,
    messages: messages.rows,
    entries: entries.rows,
  };
}

/** Rows in the order in which they are to be taken. */
export interface StoredRecorded {
  readonly people: readonly StoredPerson[];
  readonly events: readonly StoredReplayEvent[];
  /** Acts that no event told. */
  readonly consents: readonly ConsentAct[];
  /** Messages that left and that the replay does not play itself. */
  readonly messages: readonly StoredReplayMessage[];
  readonly answers: readonly StoredReplayAnswer[];
  /** Entries of the journeys from before the range. */
  readonly entries: readonly StoredReplayEntry[];
}

/** Since when addresses are suppressed or unsubscribed, by the keyed hashes that were asked for. */
export async function readRefusals(
  trx: Trx,
  hashes: readonly string[],
  until: Instant,
): Promise<readonly { readonly hash: string; readonly reason: string; readonly at: Instant }[]> {
  if (hashes.length === 0) return [];
  const { rows } = await sql<{ hash: string; reason: string; at: number }>`select hash, reason, created_at as at from suppressions
    where hash = any(${hashes}) and created_at < ${until} order by created_at, hash`.execute(trx);
  return rows;
}
