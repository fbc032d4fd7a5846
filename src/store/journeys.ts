import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { JourneyDefinition } from '../journey/definition.js';
import type { Db, Trx } from './db.js';

export type JourneyState = 'active' | 'paused' | 'archived';

/** A journey as it stands: which version new entries take, and how many people are in it. */
export interface JourneyRecord {
  readonly id: string;
  readonly state: JourneyState;
  readonly liveVersion: number;
  readonly pausedAt: Instant | null;
  /** What a breaker found, where one paused it; null: a person did. */
  readonly pausedBecause: string | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly name: string;
  readonly armed: number;
  readonly open: number;
}

/** A frozen version: its source as the marketer wrote it, and the graph that entries on it walk. */
export interface JourneyVersionRecord {
  readonly journeyId: string;
  readonly version: number;
  readonly source: string;
  readonly definition: JourneyDefinition;
  readonly hash: string;
  readonly note: string | null;
  readonly publishedAt: Instant;
}

/** Locks the journey's row until the transaction ends: two publishes of one journey follow each other. Null: not there yet. */
export async function lockJourney(
  trx: Trx,
  id: string,
): Promise<{ readonly state: JourneyState; readonly liveVersion: number; readonly pausedAt: Instant | null } | null> {
  const row = await trx
    .selectFrom('journeys')
    .select(['state', 'live_version', 'paused_at'])
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row ? { state: row.state, liveVersion: row.live_version, pausedAt: row.paused_at } : null;
}

/** Makes room for a journey's first version; says false when another publish was there first. */
export async function createJourney(trx: Trx, id: string, at: Instant, isInternal: boolean = false): Promise<boolean> {
  const row = await trx
    .insertInto('journeys')
    .values({ id, state: 'active', live_version: 0, paused_at: null, created_at: at, updated_at: at, is_internal: isInternal })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Freezes the next version and makes it the live one. The caller holds the journey's lock. */
export async function addJourneyVersion(
  trx: Trx,
  version: {
    readonly journeyId: string;
    readonly source: string;
    readonly definition: JourneyDefinition;
    readonly hash: string;
    readonly note: string | null;
    readonly at: Instant;
  },
): Promise<number> {
  const newest = await trx
    .selectFrom('journey_versions')
    .select((e) => e.fn.max('version').as('version'))
    .where('journey_id', '=', version.journeyId)
    .executeTakeFirst();
  const number = (newest?.version ?? 0) + 1;
  await trx
    .insertInto('journey_versions')
    .values({
      journey_id: version.journeyId,
      version: number,
      source: version.source,
      definition: JSON.stringify(version.definition),
      hash: version.hash,
      note: version.note,
      published_at: version.at,
    })
    .execute();
  await trx.updateTable('journeys').set({ live_version: number, updated_at: version.at }).where('id', '=', version.journeyId).execute();
  return number;
}

/** The hash of one version's content; null when there is none such. */
export async function readVersionHash(db: Db | Trx, journeyId: string, version: number): Promise<string | null> {
  const row = await db
    .selectFrom('journey_versions')
    .select('hash')
    .where('journey_id', '=', journeyId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** The version with this content; null: none has it. */
export async function findVersionByHash(db: Db | Trx, journeyId: string, hash: string): Promise<number | null> {
  const row = await db
    .selectFrom('journey_versions')
    .select('version')
    .where('journey_id', '=', journeyId)
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.version ?? null;
}

export async function setJourneyState(trx: Trx, id: string, state: JourneyState, pausedAt: Instant | null, at: Instant): Promise<void> {
  await trx.updateTable('journeys').set({ state, paused_at: pausedAt, updated_at: at }).where('id', '=', id).execute();
}

/** Journeys by id, at most `limit` after `after`. `internal`: those too that Sojourn made for messages and broadcasts. */
export async function listJourneys(
  db: Db | Trx,
  page: { readonly after: string | null; readonly limit: number; readonly internal: boolean },
): Promise<readonly JourneyRecord[]> {
  return (
    await journeyQuery(db)
      .$if(!page.internal, (query) => query.where('j.is_internal', '=', false))
      .$if(page.after !== null, (query) => query.where(sql`j.id collate "C"`, '>', page.after))
      .orderBy(sql`j.id collate "C"`)
      .limit(page.limit)
      .execute()
  ).map(toJourney);
}

export async function readJourney(db: Db | Trx, id: string): Promise<JourneyRecord | null> {
  const row = await journeyQuery(db).where('j.id', '=', id).executeTakeFirst();
  return row ? toJourney(row) : null;
}

/** Newest first, at most `limit` older than `before`. */
export async function listJourneyVersions(
  db: Db | Trx,
  journeyId: string,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly JourneyVersionRecord[]> {
  const rows = await db
    .selectFrom('journey_versions')
    .selectAll()
    .where('journey_id', '=', journeyId)
    .$if(page.before !== null, (query) => query.where('version', '<', page.before))
    .orderBy('version', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toVersion);
}

export async function readJourneyVersion(db: Db | Trx, journeyId: string, version: number): Promise<JourneyVersionRecord | null> {
  const row = await db
    .selectFrom('journey_versions')
    .selectAll()
    .where('journey_id', '=', journeyId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row ? toVersion(row) : null;
}

function journeyQuery(db: Db | Trx) {
  return db
    .selectFrom('journeys as j')
    .leftJoin('journey_versions as v', (join) => join.onRef('v.journey_id', '=', 'j.id').onRef('v.version', '=', 'j.live_version'))
    .select([
      'j.id',
      'j.state',
      'j.live_version',
      'j.paused_at',
      'j.created_at',
      'j.updated_at',
      sql<string | null>`v.definition->>'name'`.as('name'),
      sql<
        string | null
      >`(select c.value->'trip'->>'finding' from controls c where j.state = 'paused' and c.key = 'breaker:journey:' || j.id)`.as(
        'paused_because',
      ),
      sql<number>`(select count(*) from entries e where e.journey_id = j.id and e.state = 'armed')`.as('armed'),
      sql<number>`(select count(*) from entries e where e.journey_id = j.id and e.state = 'open')`.as('open'),
    ]);
}

type JourneyQueryRow = Awaited<ReturnType<ReturnType<typeof journeyQuery>['execute']>>[number];

function toJourney(row: JourneyQueryRow): JourneyRecord {
  return {
    id: row.id,
    state: row.state,
    liveVersion: row.live_version,
    pausedAt: row.paused_at,
    pausedBecause: row.paused_because,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    name: row.name ?? row.id,
    armed: Number(row.armed),
    open: Number(row.open),
  };
}

function toVersion(row: {
  journey_id: string;
  version: number;
  source: string;
  definition: Record<string, unknown>;
  hash: string;
  note: string | null;
  published_at: number;
}): JourneyVersionRecord {
  return {
    journeyId: row.journey_id,
    version: row.version,
    source: row.source,
    definition: row.definition as unknown as JourneyDefinition,
    hash: row.hash,
    note: row.note,
    publishedAt: row.published_at,
  };
}

/** The source of the version that is live; null: none is. */
export async function readJourneySource(db: Db | Trx, journeyId: string): Promise<string | null> {
  const row = await db
    .selectFrom('journeys as j')
    .innerJoin('journey_versions as v', (join) => join.onRef('v.journey_id', '=', 'j.id').onRef('v.version', '=', 'j.live_version'))
    .select('v.source')
    .where('j.id', '=', journeyId)
    .executeTakeFirst();
  return row?.source ?? null;
}
