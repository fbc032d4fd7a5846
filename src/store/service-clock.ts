import { z } from 'zod';
import type { Instant } from '../domain/time/instant.js';
import type { Store } from './db.js';

const key = 'clock';
const savedClock = z.object({ aheadUntil: z.number() });

/**
 * The instant up to which a sped-up service clock may have run: it is written ahead of use, so that after a crash time never goes back.
 * Null: this store has never run sped up.
 */
export async function readClockAhead(store: Store): Promise<Instant | null> {
  const row = await store.db.selectFrom('controls').select('value').where('key', '=', key).executeTakeFirst();
  const parsed = savedClock.safeParse(row?.value);
  return parsed.success ? parsed.data.aheadUntil : null;
}

/** Promises that the service clock has not passed `aheadUntil`. Never moves back. */
export async function saveClockAhead(store: Store, aheadUntil: Instant): Promise<void> {
  const value = JSON.stringify({ aheadUntil });
  await store.db
    .insertInto('controls')
    .values({ key, value, updated_at: aheadUntil })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({ value, updated_at: aheadUntil }).where('controls.updated_at', '<', aheadUntil),
    )
    .execute();
}
