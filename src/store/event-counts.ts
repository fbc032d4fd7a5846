import { sql } from 'kysely';
import type { AlarmCode, ContractAlarm, Visits } from '../domain/contracts/alarm.js';
import type { CountRow } from '../domain/contracts/event-counts.js';
import { entriesOf } from '../domain/contracts/event-counts.js';
import { lateLimitMs } from '../domain/events/event.js';
import { hour, type Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';
import { rowsOf } from './write-together.js';

/** How far facts are counted. */
export interface CountState {
  /** The last fact that is counted. */
  readonly countedTo: number;
  /** The last fact that there was at the round before: what had a smaller number and was not committed then is by now. */
  readonly seenTo: number;
  /** When that was. */
  readonly seenAt: Instant;
  /** Up to then all facts are counted. */
  readonly completeTo: Instant;
  readonly firstHour: number;
  /** The hour for which alarms were looked for last. */
  readonly lookedHour: number | null;
}

const stateKey = 'event-counts';

/** Locked until the transaction ends. Null: nothing was counted yet. */
export async function lockCountState(trx: Trx): Promise<CountState | null> {
  const row = await trx.selectFrom('controls').select('value').where('key', '=', stateKey).forUpdate().executeTakeFirst();
  return row === undefined ? null : (row.value as CountState);
}

export async function readCountState(db: Db | Trx): Promise<CountState | null> {
  const row = await db.selectFrom('controls').select('value').where('key', '=', stateKey).executeTakeFirst();
  return row === undefined ? null : (row.value as CountState);
}

export async function writeCountState(trx: Trx, state: CountState, at: Instant): Promise<void> {
  await sql`insert into controls (key, value, updated_at) values (${stateKey}, ${jsonText(state)}::jsonb, ${at}::bigint)
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`.execute(trx);
}

export async function newestFact(db: Db | Trx): Promise<number> {
  const { rows } = await sql<{ readonly seq: string | number | null }>`select max(seq) as seq from facts`.execute(db);
  return Number(rows[0]?.seq ?? 0);
}

/** New kinds of counts in a round, at most: a client that makes up names fills no table. */
const mostGroups = 2_000;
const mostProperties = 40;

/**
 * Counts facts from one number up to another that came in time and are no history: by name, the event that told them, currency, and the
 * type of each property.
 */
export async function countFacts(trx: Trx, of: { readonly after: number; readonly upTo: number }): Promise<void> {
  await sql`
    with told as materialized (
      select left(f.name, 200) as name, f.at / ${hour}::bigint as hour, coalesce(f.properties, '{}'::jsonb) as properties,
        case when e.type = 'track' then left(e.name, 200) end as event
      from facts f left join events e on e.message_id = f.event_id
      where f.seq > ${of.after}::bigint and f.seq <= ${of.upTo}::bigint and e.origin is distinct from 'import'
        and (e.message_id is null or e.received_at - f.at <= ${lateLimitMs}::bigint)
    ), counted as (
      select hour, name, '' as property, '' as type, count(*) as count from told group by hour, name
      union all
      select hour, name, '', 'told:' || event, count(*) from told where event is not null group by hour, name, event
      union all
      select hour, name, '', 'currency:' || upper(coalesce(properties->>'cart_currency', properties->>'currency')), count(*) from told
        where coalesce(properties->>'cart_currency', properties->>'currency') ~ '^[A-Za-z]{3}$' group by 1, 2, 4
      union all
      select hour, name, key, jsonb_typeof(value), count(*) from told
        cross join lateral (select key, value from jsonb_each(properties) where length(key) between 1 and 64 limit ${mostProperties}) as own
        group by hour, name, key, jsonb_typeof(value)
    )
    insert into event_counts (hour, name, property, type, count)
    select hour, name, property, type, count from counted order by count desc limit ${mostGroups}
    on conflict (name, property, type, hour) do update set count = event_counts.count + excluded.count`.execute(trx);
}

/** Counts the entries of journeys in the last hours, whole: what is counted again replaces what was. */
export async function countEntries(
  trx: Trx,
  of: { readonly journeys: readonly string[]; readonly fromHour: number; readonly created: Instant },
): Promise<void> {
  if (of.journeys.length === 0) return;
  await sql`
    insert into event_counts (hour, name, property, type, count)
    select entered_at / ${hour}::bigint, ${entriesOf}::text || journey_id, '', '', count(*) from entries
    where journey_id = any(${of.journeys}::text[]) and state in ('open', 'finished') and created_at >= ${of.created}::bigint
      and entered_at >= ${of.fromHour * hour}::bigint
    group by 1, 2
    on conflict (name, property, type, hour) do update set count = excluded.count`.execute(trx);
}

export async function forgetCounts(trx: Trx, beforeHour: number): Promise<void> {
  await sql`delete from event_counts where hour < ${beforeHour}::bigint`.execute(trx);
}

/** How many of each fact there were in each hour, and all that is counted of the facts that are named. */
export async function readCounts(
  db: Db | Trx,
  of: { readonly facts: readonly string[]; readonly fromHour: number },
): Promise<readonly CountRow[]> {
  const { rows } = await sql<Record<'hour' | 'count', string | number> & Pick<CountRow, 'name' | 'property' | 'type'>>`
    select hour, name, property, type, count from event_counts
    where hour >= ${of.fromHour}::bigint and ((property = '' and type = '') or name = any(${of.facts}::text[]))`.execute(db);
  return rows.map((row) => ({ ...row, hour: Number(row.hour), count: Number(row.count) }));
}

/** What was ever seen of facts, within what is kept. */
export interface SeenFact {
  readonly name: string;
  readonly property: string;
  readonly type: string;
  readonly lastHour: number;
  readonly count: number;
}

/** All facts and properties that were seen. */
export async function readSeen(db: Db | Trx, names: readonly string[] | null): Promise<readonly SeenFact[]> {
  const { rows } = await sql<Record<'lastHour' | 'count', string | number> & Pick<SeenFact, 'name' | 'property' | 'type'>>`
    select name, property, type, max(hour) as "lastHour", sum(count) as count from event_counts
    where (${names}::text[] is null and property = '' and type = '') or name = any(${names}::text[])
    group by name, property, type`.execute(db);
  return rows.map((row) => ({ ...row, lastHour: Number(row.lastHour), count: Number(row.count) }));
}

/** Entries that are looked at for their ways: the latest that are over. */
const mostEntries = 2_000;

/** How many of the latest entries of a version that are over came to each step, and went on from it. */
export async function readVisits(db: Db | Trx, journeyId: string, version: number, since: Instant): Promise<ReadonlyMap<string, Visits>> {
  const { rows } = await sql<{ readonly step: string; readonly came: string | number; readonly left: string | number }>`
    with latest as (
      select data from entries where journey_id = ${journeyId} and state = 'finished' and version = ${version} and created_at >= ${since}::bigint
      order by created_at desc limit ${mostEntries})
    select step, sum(came) as came, sum("left") as "left" from (
      select key as step, 1 as came, 0 as "left" from latest cross join lateral jsonb_each(coalesce(data->'visits', '{}'::jsonb))
      union all
      select key, 0, 1 from latest cross join lateral jsonb_each(coalesce(data->'leftAt', '{}'::jsonb))) as both_of_them
    group by step`.execute(db);
  return new Map(rows.map(({ step, came, left }) => [step, { came: Number(came), left: Number(left) }]));
}

/** When each version was published. */
export async function readPublishedAt(db: Db | Trx): Promise<ReadonlyMap<string, Instant>> {
  const { rows } = await sql<{ readonly id: string; readonly at: string | number }>`
    select 'journey:' || j.id as id, v.published_at as at from journeys j join journey_versions v on v.journey_id = j.id and v.version = j.live_version
    union all
    select 'segment:' || id, max(published_at) from definition_versions where kind = 'segment' group by id`.execute(db);
  return new Map(rows.map(({ id, at }) => [id, Number(at)]));
}

/** What is wrong now, since when. */
export interface StandingAlarm extends ContractAlarm {
  readonly since: Instant;
}

/** Keeps what is wrong now: what was wrong before keeps since when, what is right again goes. */
export async function keepAlarms(trx: Trx, alarms: readonly ContractAlarm[], at: Instant): Promise<void> {
  await sql`delete from contract_alarms where not (key = any(${alarms.map(({ key }) => key)}::text[]))`.execute(trx);
  if (alarms.length === 0) return;
  await sql`insert into contract_alarms (key, code, readers, sentence, since)
    select key, code, readers, sentence, ${at}::bigint from ${rowsOf(alarms)} as r(key text, code text, readers jsonb, sentence text)
    on conflict (key) do update set readers = excluded.readers, sentence = excluded.sentence`.execute(trx);
}

export async function readAlarms(db: Db | Trx): Promise<readonly StandingAlarm[]> {
  const rows = await db.selectFrom('contract_alarms').selectAll().orderBy('since').orderBy('key').execute();
  return rows.map(({ key, code, readers, sentence, since }) => ({ key, code: code as AlarmCode, readers, sentence, since }));
}
