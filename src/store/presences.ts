import { sql } from 'kysely';
import { z } from 'zod';
import type { Db } from './db.js';

const prefix = 'process:';

const presence = z.object({
  roles: z.array(z.enum(['api', 'relay', 'worker'])),
  parts: z.array(z.object({ name: z.string(), state: z.enum(['up', 'starting', 'down']), detail: z.string().nullable() })),
});

/** What a process says of itself every few seconds: its roles, and how its parts are. No addresses, no secrets. */
export type Presence = z.output<typeof presence>;

/**
 * Says that the process `id` is there, by the database's clock, and forgets those that have been silent for `forgetMs` real milliseconds.
 */
export async function writePresence(db: Db, id: string, told: Presence, forgetMs: number): Promise<void> {
  const value = JSON.stringify(told);
  await sql`with gone as (delete from controls where key like ${`${prefix}%`} and key <> ${prefix + id} and updated_at < real_now_ms() - ${forgetMs})
    insert into controls (key, value, updated_at) values (${prefix + id}, ${value}::jsonb, real_now_ms())
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`.execute(db);
}

/** Those that spoke within the last `freshMs` real milliseconds. */
export async function readPresences(db: Db, freshMs: number): Promise<readonly Presence[]> {
  const { rows } = await sql<{ readonly value: unknown }>`
    select value from controls where key like ${`${prefix}%`} and updated_at >= real_now_ms() - ${freshMs}`.execute(db);
  return rows.flatMap(({ value }) => {
    const read = presence.safeParse(value);
    return read.success ? [read.data] : [];
  });
}

export async function deletePresence(db: Db, id: string): Promise<void> {
  await db
    .deleteFrom('controls')
    .where('key', '=', prefix + id)
    .execute();
}
