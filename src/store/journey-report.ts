import { type RawBuilder, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { countedState } from './delivered.js';
import { isHuman } from './interactions.js';

/** Counts of one journey. All of entries created in [since, until). */
export interface JourneyCounts {
  readonly entries: readonly {
    readonly state: string;
    readonly entered: boolean;
    readonly outcome: string | null;
    readonly reason: string | null;
    readonly count: number;
  }[];
  readonly messages: readonly {
    readonly step: string;
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
    readonly count: number;
    /** Of these, whose links tell. */
    readonly tracked: number;
    /** Of these, which a person opened, and in which a person followed a link. */
    readonly opened: number;
    readonly clicked: number;
  }[];
  /** Messages that were put off at least once, by what put them off; whatever became of them later. */
  readonly deferred: readonly { readonly step: string; readonly reason: string; readonly count: number }[];
  /** Orders that stand (neither cancelled nor refunded) of people who had entered, within `windowMs` of entering; each order once. */
  readonly orders: readonly {
    readonly currency: string | null;
    readonly afterMessage: boolean;
    readonly count: number;
    readonly revenue: number;
  }[];
}

export async function countJourney(
  db: Db | Trx,
  of: {
    readonly journeyId: string;
    readonly since: Instant;
    readonly until: Instant;
    readonly windowMs: number;
    /** Opens and clicks from before are a person's, unless something has shown otherwise. */
    readonly settledBefore: Instant;
    /** Now, by which mails of a while ago count as delivered. */
    readonly at: Instant;
  },
): Promise<JourneyCounts> {
  const { journeyId, since, until, windowMs } = of;
  const byPerson = (kind: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(count(*) filter (where m.links is not null and exists (
      select 1 from interactions i where i.message_id = m.id and ${kind} and ${isHuman(of.settledBefore)})))::int`;
  const entries = await sql<JourneyCounts['entries'][number]>`
    select state, entered_at is not null as entered, outcome, outcome_reason as reason, count(*)::int as count
    from entries where journey_id = ${journeyId} and created_at >= ${since} and created_at < ${until}
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`.execute(db);
  const messages = await sql<JourneyCounts['messages'][number]>`
    select m.step, m.channel, ${countedState('m', of.at)} as state, m.reason, count(*)::int as count,
      (count(*) filter (where m.links is not null))::int as tracked, ${byPerson(sql`true`)} as opened, ${byPerson(sql`i.kind = 'click'`)} as clicked
    from messages m join entries e on e.id = m.entry_id
    where e.journey_id = ${journeyId} and e.created_at >= ${since} and e.created_at < ${until} and m.step is not null
    group by 1, 2, 3, 4 order by 1, 2, 3, 4`.execute(db);
  const deferred = await sql<JourneyCounts['deferred'][number]>`
    select m.step, v.reason, count(distinct m.id)::int as count
    from verdicts v join messages m on m.id = v.message_id join entries e on e.id = m.entry_id
    where e.journey_id = ${journeyId} and e.created_at >= ${since} and e.created_at < ${until} and m.step is not null and v.decision = 'defer'
    group by 1, 2 order by 1, 2`.execute(db);
  // A message counts for an order only when it was accepted before the order came.
  const orders = await sql<JourneyCounts['orders'][number]>`
    select currency, after_message as "afterMessage", count(*)::int as count, coalesce(sum(total), 0) as revenue from (
      select o.order_id, o.currency, o.total, bool_or(exists (
        select 1 from messages m where m.entry_id = e.id and m.accepted_at is not null and m.accepted_at < o.ordered_at)) as after_message
      from entries e join orders o on o.profile_id = e.profile_id and o.ordered_at > e.entered_at and o.ordered_at <= e.entered_at + ${windowMs}::bigint
      where e.journey_id = ${journeyId} and e.created_at >= ${since} and e.created_at < ${until} and o.status in ('created', 'paid')
      group by o.order_id, o.currency, o.total) as after
    group by 1, 2 order by 1, 2`.execute(db);
  return { entries: entries.rows, messages: messages.rows, deferred: deferred.rows, orders: orders.rows };
}
