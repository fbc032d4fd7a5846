import { sql } from 'kysely';
import type { CompiledTemplate, TemplateHead } from '../domain/messages/template.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** A published version: immutable. */
export interface TemplateVersion {
  readonly version: number;
  readonly compiled: CompiledTemplate;
}

/** The version, or the newest one; null when nothing such is published. */
export async function findTemplateVersion(db: Db | Trx, templateId: string, version: number | 'latest'): Promise<TemplateVersion | null> {
  const row = await db
    .selectFrom('template_versions')
    .select(['version', 'compiled'])
    .where('template_id', '=', templateId)
    .$if(version !== 'latest', (query) => query.where('version', '=', Number(version)))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { version: row.version, compiled: row.compiled as unknown as CompiledTemplate };
}

/** What the newest version says about itself, without its texts; null: nothing such is published. */
export async function readTemplateHead(db: Db | Trx, templateId: string): Promise<(TemplateHead & { readonly version: number }) | null> {
  const { rows } = await sql<{ version: number; head: Omit<CompiledTemplate, 'variants' | 'format'> }>`
    select version, compiled - 'variants' as head from template_versions where template_id = ${templateId} order by version desc limit 1`.execute(
    db,
  );
  const row = rows[0];
  return row === undefined ? null : { ...row.head, version: row.version };
}

/** The newest version of each template, by id, without its content. */
export async function latestTemplateVersions(
  db: Db | Trx,
): Promise<ReadonlyMap<string, { readonly version: number; readonly hash: string; readonly publishedAt: Instant }>> {
  const rows = await db
    .selectFrom('template_versions')
    .distinctOn('template_id')
    .select(['template_id', 'version', 'hash', 'published_at'])
    .orderBy('template_id')
    .orderBy('version', 'desc')
    .execute();
  return new Map(rows.map((row) => [row.template_id, { version: row.version, hash: row.hash, publishedAt: row.published_at }]));
}

/** Publishers take turns until the transaction ends, so that two of them never make the same version number or the same version twice. */
export async function lockTemplates(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('sojourn.template_versions'))`.execute(trx);
}

/** Adds the next version. Call under `lockTemplates`. */
export async function addTemplateVersion(
  trx: Trx,
  { version, hash, compiled, at }: { version: number; hash: string; compiled: CompiledTemplate; at: Instant },
): Promise<void> {
  await trx
    .insertInto('template_versions')
    .values({
      template_id: compiled.id,
      version,
      channel: compiled.channel,
      class: compiled.class,
      hash,
      compiled: JSON.stringify(compiled),
      published_at: at,
    })
    .execute();
}
