import { sql } from 'kysely';
import type { FieldsDefinition } from '../definitions/field/fields.js';
import type { CompiledTemplate } from '../domain/messages/template.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';

/** The fields in force; null: none were ever published. */
export async function readLiveFields(db: Db | Trx): Promise<FieldsDefinition | null> {
  const { rows } = await sql<{ definition: FieldsDefinition | null }>`
    select definition from definition_versions where kind = 'field' order by version desc limit 1`.execute(db);
  return rows[0]?.definition ?? null;
}

/** Something in force that may read fields. */
export interface FieldReading {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly publishedAt: Instant;
  readonly definition: unknown;
}

/** Journeys, and definitions of all kinds but fields, as they are in force. */
export async function readWhatReadsFields(db: Db | Trx): Promise<readonly FieldReading[]> {
  const { rows } = await sql<FieldReading>`
    select 'journey' as kind, j.id, v.version, v.published_at as "publishedAt", v.definition from journeys j
      join journey_versions v on v.journey_id = j.id and v.version = j.live_version where j.state <> 'archived' and not j.is_internal
    union all select kind, id, version, published_at, definition from (select distinct on (kind, id) * from definition_versions
      where kind <> 'field' order by kind, id, version desc) newest where definition is not null
    order by 1, 2`.execute(db);
  return rows;
}

/** The newest version of each template. */
export async function readLiveTemplates(
  db: Db | Trx,
): Promise<
  readonly { readonly id: string; readonly version: number; readonly publishedAt: Instant; readonly compiled: CompiledTemplate }[]
> {
  const { rows } = await sql<{ id: string; version: number; publishedAt: Instant; compiled: CompiledTemplate }>`
    select distinct on (template_id) template_id as id, version, published_at as "publishedAt", compiled
    from template_versions order by template_id, version desc`.execute(db);
  return rows;
}

/** So many people are looked at for traits that nobody declared: all of a small shop, a good part of a large one. */
const lookedAt = 20_000;

/** How many of the people looked at have each trait. */
export async function countTraits(db: Db | Trx): Promise<{ readonly people: number; readonly traits: ReadonlyMap<string, number> }> {
  const { rows } = await sql<{ name: string | null; people: number }>`
    with looked as materialized (select traits from profiles where merged_into is null and erased_at is null limit ${lookedAt})
    select key as name, count(*) as people from looked, jsonb_object_keys(traits) as key group by key
    union all select null, count(*) from looked`.execute(db);
  return {
    people: rows.find(({ name }) => name === null)?.people ?? 0,
    traits: new Map(rows.flatMap(({ name, people }) => (name === null ? [] : [[name, people] as const]))),
  };
}
