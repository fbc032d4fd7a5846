import { type Selectable, sql } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';
import type { ImportsTable } from './schema.js';

/** A file that is imported, and how far it is. */
export interface ImportRecord {
  readonly id: string;
  readonly kind: string;
  readonly file: string;
  readonly digest: string;
  readonly mapping: unknown;
  readonly header: readonly string[];
  readonly triggers: boolean;
  readonly asOf: Instant;
  /** Things of the file that are dealt with, from its beginning: lines, or groups of lines. */
  readonly position: number;
  readonly taken: number;
  readonly faulty: number;
  /** Things that say nothing that is kept, by why. */
  readonly silent: Readonly<Record<string, number>>;
  readonly startedAt: Instant;
  readonly updatedAt: Instant;
  readonly finishedAt: Instant | null;
}

/** Begins it, unless this file was begun already: by its digest. */
export async function beginImport(
  db: Db | Trx,
  one: Pick<ImportRecord, 'id' | 'kind' | 'file' | 'digest' | 'mapping' | 'header' | 'triggers' | 'asOf' | 'startedAt'>,
): Promise<{ readonly record: ImportRecord; readonly isNew: boolean }> {
  const inserted = await db
    .insertInto('imports')
    .values({
      id: one.id,
      kind: one.kind,
      file: one.file,
      digest: one.digest,
      mapping: jsonText(one.mapping),
      header: jsonText(one.header),
      triggers: one.triggers,
      as_of: one.asOf,
      position: 0,
      taken: 0,
      faulty: 0,
      started_at: one.startedAt,
      updated_at: one.startedAt,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returningAll()
    .executeTakeFirst();
  const row = inserted ?? (await db.selectFrom('imports').selectAll().where('digest', '=', one.digest).executeTakeFirstOrThrow());
  return { record: recordOf(row), isNew: inserted !== undefined };
}

/** Moves on from exactly where it was. False: another request has moved it meanwhile. */
export async function advanceImport(
  trx: Trx,
  id: string,
  step: {
    readonly from: number;
    readonly to: number;
    readonly taken: number;
    readonly faulty: number;
    readonly silent: Readonly<Record<string, number>>;
    readonly at: Instant;
    readonly isLast: boolean;
  },
): Promise<boolean> {
  const { from, to, taken, faulty, silent, at, isLast } = step;
  const { rows } =
    await sql`update imports set position = ${to}::bigint, taken = taken + ${taken}::bigint, faulty = faulty + ${faulty}::bigint,
      silent = (select coalesce(jsonb_object_agg(key, n), '{}') from (
        select key, sum(value::bigint) as n from (
          select * from jsonb_each_text(silent) union all select * from jsonb_each_text(${jsonText(silent)}::jsonb)) as both_of_them group by key) as summed),
      updated_at = ${at}::bigint, finished_at = case when ${isLast} then ${at}::bigint end
    where id = ${id} and position = ${from}::bigint and finished_at is null returning 1`.execute(trx);
  return rows.length > 0;
}

export async function readImport(db: Db | Trx, id: string): Promise<ImportRecord | null> {
  const row = await db.selectFrom('imports').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : recordOf(row);
}

/** The newest first. */
export async function listImports(
  db: Db,
  page: { readonly limit: number; readonly after: readonly [number, string] | null },
): Promise<readonly ImportRecord[]> {
  const { after } = page;
  const rows = await db
    .selectFrom('imports')
    .selectAll()
    .$if(after !== null, (query) => query.where(sql<boolean>`(started_at, id) < (${after?.[0] ?? 0}::bigint, ${after?.[1] ?? ''})`))
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
  return rows.map(recordOf);
}

function recordOf(row: Selectable<ImportsTable>): ImportRecord {
  const { id, kind, file, digest, mapping, header, triggers, position, taken, faulty, silent } = row;
  return {
    id,
    kind,
    file,
    digest,
    mapping,
    header,
    triggers,
    asOf: row.as_of,
    position,
    taken,
    faulty,
    silent,
    startedAt: row.started_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  };
}
