import { sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';

/** A frozen version of a definition: its source as it was written, and what the service works with. */
export interface DefinitionVersion {
  /** Such as `segment`. */
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly source: string;
  /** Null: this version took it out of force. */
  readonly definition: Readonly<Record<string, unknown>> | null;
  readonly hash: string;
  readonly note: string | null;
  readonly publishedAt: Instant;
  /** Journeys hear of everybody whom this version moves. Absent: of nobody. */
  readonly tells?: boolean;
}

/**
 * Publishers of a kind take turns until the transaction ends, so that two of them never make the same version number or the same version
 * twice.
 */
export async function lockDefinitions(trx: Trx, kind: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.definition_versions'), hashtext(${kind}))`.execute(trx);
}

/** Adds the next version, which is in force from the commit on. Call under `lockDefinitions`. */
export async function addDefinitionVersion(trx: Trx, { publishedAt, definition, ...rest }: DefinitionVersion): Promise<void> {
  await trx
    .insertInto('definition_versions')
    .values({ ...rest, definition: definition === null ? null : jsonText(definition), published_at: publishedAt })
    .execute();
}

/** One version, or the newest; null when there is none such. */
export async function readDefinitionVersion(
  db: Db | Trx,
  kind: string,
  id: string,
  version: number | 'newest',
): Promise<DefinitionVersion | null> {
  const newestFirst = versionsOf(db, kind, id);
  const row = await (version === 'newest' ? newestFirst : newestFirst.where('version', '=', version)).limit(1).executeTakeFirst();
  return row === undefined ? null : toVersion(row);
}

/** The newest version of each, by id; those out of force too. At most `limit` after the id `after`. */
export async function listDefinitions(
  db: Db | Trx,
  kind: string,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly DefinitionVersion[]> {
  const rows = await db
    .selectFrom('definition_versions')
    .distinctOn('id')
    .selectAll()
    .where('kind', '=', kind)
    .$if(page.after !== null, (query) => query.where('id', '>', page.after))
    .orderBy('id')
    .orderBy('version', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(toVersion);
}

/** Newest first, at most `limit` older than `before`. */
export async function listDefinitionVersions(
  db: Db | Trx,
  kind: string,
  id: string,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<readonly DefinitionVersion[]> {
  const newestFirst = versionsOf(db, kind, id);
  const rows = await (before === null ? newestFirst : newestFirst.where('version', '<', before)).limit(limit).execute();
  return rows.map(toVersion);
}

function versionsOf(db: Db | Trx, kind: string, id: string) {
  return db.selectFrom('definition_versions').selectAll().where('kind', '=', kind).where('id', '=', id).orderBy('version', 'desc');
}

function toVersion({
  published_at: publishedAt,
  ...rest
}: Omit<DefinitionVersion, 'publishedAt'> & { readonly published_at: number }): DefinitionVersion {
  return { ...rest, publishedAt };
}
