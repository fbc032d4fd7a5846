import { type RawBuilder, sql } from 'kysely';
import type { TopicHistory } from '../domain/engagement/facts.js';
import { type EngagementState, parseEngagement } from '../domain/engagement/state.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import type { Term } from './sharing.js';

/** What came of a person's messages, as tier, topic affinity and fatigue need it. */
export interface EngagementHistory {
  readonly unengagedSends: readonly Instant[];
  readonly winBacks: readonly Instant[];
  readonly topics: readonly TopicHistory[];
}

/** As `selectEngagementHistory` gives it; a list without rows is null. */
export type EngagementHistoryJson = { readonly [name in keyof EngagementHistory]: EngagementHistory[name] | null };

const year = 365 * 24 * 60 * 60 * 1000;

/** More messages without an answer than any policy asks about; the newest are read. */
const mostSends = 100;

/**
 * One value of JSON for the list of a select. `engagedAt`: the newest engagement; messages after it, whose links tell and that neither
 * bounced nor failed, count as not answered. Goes over the messages of one person of the last year and what was done with them, by index.
 */
export function selectEngagementHistory(of: {
  readonly profileId: Term<string>;
  readonly engagedAt: Term<Instant | null>;
  readonly at: Term<Instant>;
}): RawBuilder<EngagementHistoryJson> {
  const own = sql`m.profile_id = ${of.profileId} and m.class in ('marketing', 'broadcast') and m.origin <> 'test'`;
  const isLost = sql`m.state in ('bounced', 'failed')`;
  const since = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(select json_agg(s.at order by s.at) from (select m.accepted_at as at from messages m
      where ${own} and not ${isLost} and m.accepted_at > coalesce(${of.engagedAt}::bigint, 0) and ${condition} order by m.accepted_at desc limit ${mostSends}) s)`;
  // A message whose provider never answered arrived if somebody opened it or clicked in it.
  const arrived = sql`(m.accepted_at is not null or i.message_id is not null) and not ${isLost}`;
  return sql<EngagementHistoryJson>`json_build_object(
    'unengagedSends', ${since(sql`m.links is not null`)},
    'winBacks', ${since(sql`m.topic = 'win_back'`)},
    'topics', (select json_agg(t) from (
      select m.topic, m.channel,
        count(*) filter (where ${arrived}) as delivered,
        count(*) filter (where m.links is not null and ${arrived}) as answerable,
        count(*) filter (where i.opened and not ${isLost}) as opened,
        count(*) filter (where i.clicked and not ${isLost}) as clicked,
        (array_agg(json_build_object('messageId', m.id, 'at', m.slot_at) order by m.slot_at desc)
          filter (where m.state not in ('skipped', 'withheld', 'released')))[1:2] as newest
      from messages m left join (
        select message_id, bool_or(kind = 'open') as opened, bool_or(kind = 'click') as clicked
        from interactions where profile_id = ${of.profileId} and verdict = 'human' group by message_id) i on i.message_id = m.id
      where ${own} and m.slot_at > ${of.at}::bigint - ${year}::bigint group by m.topic, m.channel) t))`;
}

export function toEngagementHistory(json: EngagementHistoryJson): EngagementHistory {
  return {
    unengagedSends: json.unengagedSends ?? [],
    winBacks: json.winBacks ?? [],
    topics: (json.topics ?? []).map((topic) => ({ ...topic, newest: topic.newest ?? [] })),
  };
}

export async function readEngagementHistory(
  db: Db | Trx,
  of: { readonly profileId: string; readonly engagedAt: Instant | null; readonly at: Instant },
): Promise<EngagementHistory> {
  const { rows } = await sql<{ history: EngagementHistoryJson }>`select ${selectEngagementHistory(of)} as history`.execute(db);
  return toEngagementHistory(rows[0]?.history ?? { unengagedSends: null, winBacks: null, topics: null });
}

/** What of a canonical profile its engagement is worked out from. Null: no such profile. */
export async function readEngagementRow(
  db: Db | Trx,
  id: string,
): Promise<{
  readonly engagement: EngagementState;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly lastInstant: Instant;
} | null> {
  const row = await db
    .selectFrom('profiles')
    .select(['engagement', 'traits', 'email', 'phone', 'last_instant as lastInstant'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : { ...row, engagement: parseEngagement(row.engagement) };
}

/** When a person consented to anything last. Null: never. */
export async function findNewestGrant(db: Db | Trx, profileId: string): Promise<Instant | null> {
  const row = await db
    .selectFrom('consents')
    .select((select) => select.fn.max('occurred_at').as('at'))
    .where('profile_id', '=', profileId)
    .where('state', '=', 'granted')
    .executeTakeFirst();
  return row?.at ?? null;
}
