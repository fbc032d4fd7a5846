import { sql } from 'kysely';
import type { PolicyKind } from '../domain/policy/policies.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** A frozen version of a policy: its source as it was written, and what decisions read. */
export interface PolicyVersionRecord {
  readonly kind: PolicyKind;
  readonly version: number;
  readonly source: string;
  readonly definition: Readonly<Record<string, unknown>>;
  readonly hash: string;
  readonly note: string | null;
  readonly publishedAt: Instant;
}

/** Publishers take turns until the transaction ends, so that two of them never make the same version number or the same version twice. */
export async function lockPolicies(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.policy_versions'))`.execute(trx);
}

/** Adds the next version, which is in force from the commit on. Call under `lockPolicies`. */
export async function addPolicyVersion(
  trx: Trx,
  version: Omit<PolicyVersionRecord, 'publishedAt'> & { readonly at: Instant },
): Promise<void> {
  const { at, definition, ...rest } = version;
  await trx
    .insertInto('policy_versions')
    .values({ ...rest, definition: JSON.stringify(definition), published_at: at })
    .execute();
}

/** The numbers of the newest versions; a kind that was never published is absent. */
export async function newestPolicyVersions(db: Db | Trx): Promise<ReadonlyMap<PolicyKind, number>> {
  const rows = await db
    .selectFrom('policy_versions')
    .select((e) => ['kind', e.fn.max('version').as('version')])
    .groupBy('kind')
    .execute();
  return new Map(rows.map(({ kind, version }) => [kind as PolicyKind, Number(version)]));
}

/** One version, or the newest; null when there is none such. */
export async function readPolicyVersion(db: Db | Trx, kind: PolicyKind, version: number | 'newest'): Promise<PolicyVersionRecord | null> {
  const row = await db
    .selectFrom('policy_versions')
    .selectAll()
    .where('kind', '=', kind)
    .$if(version !== 'newest', (query) => query.where('version', '=', Number(version)))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toVersion(row);
}

/** Newest first, at most `limit` older than `before`. */
export async function listPolicyVersions(
  db: Db | Trx,
  kind: PolicyKind,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly PolicyVersionRecord[]> {
  const rows = await db
    .selectFrom('policy_versions')
    .selectAll()
    .where('kind', '=', kind)
    .$if(page.before !== null, (query) => query.where('version', '<', page.before))
    .orderBy('version', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toVersion);
}

/** What is live and names a topic: journeys that are not archived, and the newest version of each template. */
export async function topicsInUse(
  trx: Trx,
): Promise<readonly { readonly of: 'journey' | 'template'; readonly id: string; readonly topic: string }[]> {
  const { rows } = await sql<{ of: 'journey' | 'template'; id: string; topic: string }>`
    select 'journey' as of, j.id, v.definition->>'topic' as topic
    from journeys j join journey_versions v on v.journey_id = j.id and v.version = j.live_version
    where j.state <> 'archived' and not j.is_internal
    union all
    (select distinct on (template_id) 'template', template_id, compiled->>'topic' from template_versions order by template_id, version desc)
    order by 1, 2`.execute(trx);
  return rows;
}

function toVersion(row: {
  kind: string;
  version: number;
  source: string;
  definition: Record<string, unknown>;
  hash: string;
  note: string | null;
  published_at: number;
}): PolicyVersionRecord {
  const { kind, published_at: publishedAt, ...rest } = row;
  return { ...rest, kind: kind as PolicyKind, publishedAt };
}
