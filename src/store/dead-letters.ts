import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Speaker } from '../domain/keys/speaker.js';
import type { Instant } from '../domain/time/instant.js';
import type { Db, Trx } from './db.js';
import { jsonText } from './json.js';
import type { DeadLettersTable } from './schema.js';
import { rowsOf } from './write-together.js';

/** What could not be taken, kept with why, so that a person can mend the cause and try it again. */
export interface DeadLetter {
  readonly id: string;
  readonly source: string;
  /** A code. */
  readonly reason: string;
  /** A sentence naming the property, never its value. */
  readonly detail: string;
  readonly payload: unknown;
  readonly receivedAt: Instant;
  /** With which key it came, and for whom that was vouched; null: with none. */
  readonly speaker: Speaker | null;
}

export function writeDeadLetters(letters: readonly DeadLetter[]): RawBuilder<unknown> | null {
  if (letters.length === 0) return null;
  return sql`insert into dead_letters (id, source, reason, detail, payload, received_at, speaker)
    select id, source, reason, detail, coalesce(payload, 'null'), "receivedAt", speaker
    from ${rowsOf(letters)} as r(id text, source text, reason text, detail text, payload jsonb, "receivedAt" bigint, speaker jsonb) returning 1`;
}

/** Keeps one letter, once for each `digest` of what it holds. */
export async function keepLetter(
  db: Db | Trx,
  letter: Omit<DeadLetter, 'speaker'> & { readonly payload: object; readonly digest: string; readonly resolvedAt: Instant | null },
): Promise<void> {
  const { id, source, reason, detail, payload, digest, receivedAt, resolvedAt } = letter;
  const known = sql`select 1 from dead_letters where source = ${source} and payload->>'digest' = ${digest}`;
  await sql`insert into dead_letters (id, source, reason, detail, payload, received_at, resolved_at)
    select ${id}, ${source}, ${reason}, ${detail}, ${jsonText({ ...payload, digest })}::jsonb, ${receivedAt}::bigint, ${resolvedAt}::bigint
    where not exists (${known})`.execute(db);
}

/** Where letters come from. */
export async function readLetterSources(db: Db | Trx): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly source: string }>`select distinct source from dead_letters`.execute(db);
  return rows.map(({ source }) => source);
}

/** Drops the oldest of a source beyond so many, those that are resolved before those that wait. Answers how many waited. */
export async function dropOldestLetters(db: Db | Trx, source: string, most: number): Promise<number> {
  const { rows } = await sql<{ readonly n: number }>`with dropped as (
      delete from dead_letters where id in (
        select id from dead_letters where source = ${source} order by (resolved_at is null) desc, id desc offset ${most})
      returning resolved_at)
    select count(*)::int as n from dropped where resolved_at is null`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Drops what came before an instant. Answers how many of those waited still. */
export async function expireLetters(db: Db | Trx, before: Instant): Promise<number> {
  const { rows } = await sql<{ readonly n: number }>`with dropped as (
      delete from dead_letters where id in (select id from dead_letters where received_at < ${before} limit 1000) returning resolved_at)
    select count(*)::int as n from dropped where resolved_at is null`.execute(db);
  return rows[0]?.n ?? 0;
}

/** Which letters are meant: by their ids, or all that wait of a source, or with a reason, or both. */
export type LetterChoice = { readonly ids: readonly string[] } | { readonly source: string | null; readonly reason: string | null };

function chosen(choice: LetterChoice): RawBuilder<unknown> {
  if ('ids' in choice) return sql`id = any(${choice.ids}::text[])`;
  return sql`resolved_at is null and (${choice.source}::text is null or source = ${choice.source}) and (${choice.reason}::text is null or reason = ${choice.reason})`;
}

/** Deletes them, with what they hold. Answers their ids. */
export async function discardLetters(db: Db | Trx, choice: LetterChoice): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`delete from dead_letters where ${chosen(choice)} returning id`.execute(db);
  return rows.map(({ id }) => id);
}

/** A person has seen to them. Answers the ids of those that waited until now. */
export async function resolveLetters(db: Db | Trx, choice: LetterChoice, at: Instant): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly id: string }>`update dead_letters set resolved_at = ${at}
    where ${chosen(choice)} and resolved_at is null returning id`.execute(db);
  return rows.map(({ id }) => id);
}

/** One letter with what it holds; null: there is none. */
export async function findLetter(db: Db | Trx, id: string): Promise<KeptDeadLetter | null> {
  const row = await db.selectFrom('dead_letters').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? letterOf(row) : null;
}

/** As it stands in the store. */
export interface KeptDeadLetter extends DeadLetter {
  readonly retriedAt: Instant | null;
  readonly resolvedAt: Instant | null;
}

/** Newest first, without what they hold. `before`: the `next` of the page before, null for the first. State `open`: not resolved yet. */
export async function listDeadLetters(
  db: Db | Trx,
  page: {
    readonly state: 'open' | 'all';
    /** Only of this source, or with this reason. */
    readonly source?: string | undefined;
    readonly reason?: string | undefined;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<{ readonly items: readonly Omit<KeptDeadLetter, 'payload'>[]; readonly next: string | null }> {
  const rows = await db
    .selectFrom('dead_letters')
    .select(['id', 'source', 'reason', 'detail', 'speaker', 'received_at', 'retried_at', 'resolved_at'])
    .$if(page.state === 'open', (query) => query.where('resolved_at', 'is', null))
    .$if(page.source !== undefined, (query) => query.where('source', '=', page.source ?? ''))
    .$if(page.reason !== undefined, (query) => query.where('reason', '=', page.reason ?? ''))
    .$if(page.before !== null, (query) => query.where('id', '<', page.before ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const items = rows.slice(0, page.limit).map(withoutPayload);
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null };
}

/** One letter, locked until the transaction ends, so that two retries of it come one after the other. */
export async function lockDeadLetter(trx: Trx, id: string): Promise<KeptDeadLetter | null> {
  const row = await trx.selectFrom('dead_letters').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ? letterOf(row) : null;
}

/** Records that it was tried again, and whether that was the end of it. */
export async function markRetried(trx: Trx, id: string, outcome: { readonly at: Instant; readonly resolved: boolean }): Promise<void> {
  await trx
    .updateTable('dead_letters')
    .set({ retried_at: outcome.at, ...(outcome.resolved ? { resolved_at: outcome.at } : {}) })
    .where('id', '=', id)
    .execute();
}

function letterOf(row: Selectable<DeadLettersTable>): KeptDeadLetter {
  return { ...withoutPayload(row), payload: row.payload };
}

function withoutPayload(row: Omit<Selectable<DeadLettersTable>, 'payload'>): Omit<KeptDeadLetter, 'payload'> {
  return {
    id: row.id,
    source: row.source,
    reason: row.reason,
    detail: row.detail,
    speaker: row.speaker,
    receivedAt: row.received_at,
    retriedAt: row.retried_at,
    resolvedAt: row.resolved_at,
  };
}
