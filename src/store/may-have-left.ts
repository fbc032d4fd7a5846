import { type RawBuilder, sql } from 'kysely';

/** Has a message an attempt that may have reached the provider, and nobody knows? `id`: a column with its id. */
export function mayHaveLeft(id: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from attempts a where a.message_id = ${id} and coalesce(a.outcome, 'unknown') = 'unknown')`;
}

/** Of the messages `m`: when one that waits for its second try may have left by its first; null: it did not. */
export const mayHaveLeftAt = sql`case when m.state = 'reserved' and m.attempts > 0 and ${mayHaveLeft(sql`m.id`)} then coalesce(m.submitted_at, m.slot_at) end`;
