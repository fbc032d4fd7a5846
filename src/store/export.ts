import { sql } from 'kysely';
import type { Db, Trx } from './db.js';

/** What is kept of a person beside the profile itself, in the order in which it happened; instants in milliseconds. Personal data. */
export interface KeptOfPerson {
  readonly events: readonly unknown[];
  readonly messages: readonly unknown[];
  readonly interactions: readonly unknown[];
  readonly inboundMessages: readonly unknown[];
  readonly entries: readonly unknown[];
  /** What lists of broadcasts said of the person. */
  readonly broadcasts: readonly unknown[];
}

/** Each list whole: it is asked for seldom, and a part would be no answer. One statement. */
export async function readKeptOfPerson(db: Db | Trx, profileId: string): Promise<KeptOfPerson> {
  const { rows } = await sql<KeptOfPerson>`select
    coalesce((select json_agg(json_build_object('id', message_id, 'type', type, 'name', name, 'occurredAt', occurred_at, 'content', payload)
      order by occurred_at, seq) from events where profile_id = ${profileId}), '[]') as events,
    coalesce((select json_agg(json_build_object('id', id, 'channel', channel, 'class', class, 'topic', topic, 'template', template, 'state', state,
      'reason', reason, 'createdAt', created_at, 'acceptedAt', accepted_at, 'content', content) order by created_at, id)
      from messages where profile_id = ${profileId}), '[]') as messages,
    coalesce((select json_agg(json_build_object('messageId', message_id, 'kind', kind, 'link', link, 'verdict', verdict, 'at', at) order by seq)
      from interactions where profile_id = ${profileId}), '[]') as interactions,
    coalesce((select json_agg(json_build_object('channel', channel, 'action', action, 'body', body, 'receivedAt', received_at) order by received_at, id)
      from inbound_messages where profile_id = ${profileId}), '[]') as "inboundMessages",
    coalesce((select json_agg(json_build_object('id', e.id, 'journey', e.journey_id, 'state', e.state, 'outcome', e.outcome, 'createdAt', e.created_at,
      'finishedAt', e.finished_at) order by e.created_at, e.id)
      from entries e join journeys j on j.id = e.journey_id where e.profile_id = ${profileId} and not j.is_internal), '[]') as entries,
    coalesce((select json_agg(json_build_object('name', b.name, 'data', r.data, 'createdAt', b.created_at) order by b.created_at, b.id)
      from broadcast_recipients r join broadcasts b on b.id = r.broadcast_id where r.profile_id = ${profileId}), '[]') as broadcasts`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`What is kept of profile ${profileId} could not be read.`);
  return row;
}
