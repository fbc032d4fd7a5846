import { type Channel, channels, eachChannel } from '../domain/messages/channel.js';
import type { Instant } from '../domain/time/instant.js';
import { type Pauses, pauseKey, pausesOf, providerPauseKey } from '../turn/pauses.js';
import type { Db, Trx } from './db.js';

/** What a kill switch stops: every send, or those of one channel. (A journey's own pause is its state.) */
export type PauseScope = 'all' | Channel;
const pauseScopes: readonly PauseScope[] = ['all', ...channels];

/** Since when each scope is stopped; null: it is not. */
export async function readPauses(db: Db | Trx): Promise<Readonly<Record<PauseScope, Instant | null>>> {
  const rows = await db.selectFrom('controls').select(['key', 'value']).where('key', 'in', pauseScopes.map(pauseKey)).execute();
  const since = (scope: PauseScope): Instant | null => sinceOf(rows.find((row) => row.key === pauseKey(scope))?.value);
  return { all: since('all'), ...eachChannel(since) };
}

/** The keys of all pauses, as `pausesOf` reads them. */
export async function readPauseKeys(db: Db | Trx): Promise<readonly string[]> {
  const rows = await db.selectFrom('controls').select('key').where('key', 'like', 'pause:%').orderBy('key').execute();
  return rows.map(({ key }) => key);
}

/** Mailbox providers to which marketing is stopped. */
export async function readPausedProviders(db: Db | Trx): Promise<readonly string[]> {
  return pausesOf(await readPauseKeys(db), false).providers;
}

/**
 * The pauses in force, inside the transaction of the gate: all sends, channels, marketing to these mailbox providers, and the journey
 * (null: a test). They are read under a share lock: a simultaneous resume waits for this transaction and then finds the entry held, so that
 * it misses none. Two statements at most.
 */
export async function lockPauses(
  trx: Trx,
  of: { readonly journeyId: string | null; readonly providers: readonly string[] },
): Promise<Pauses> {
  const keys = [...pauseScopes.map(pauseKey), ...of.providers.map(providerPauseKey)];
  const controls = await trx.selectFrom('controls').select('key').where('key', 'in', keys).orderBy('key').forShare().execute();
  return pausesOf(
    controls.map(({ key }) => key),
    of.journeyId !== null && (await isJourneyPaused(trx, of.journeyId)),
  );
}

async function isJourneyPaused(trx: Trx, journeyId: string): Promise<boolean> {
  const journey = trx.selectFrom('journeys').select('id').where('id', '=', journeyId).where('state', '=', 'paused');
  return (await journey.forShare().executeTakeFirst()) !== undefined;
}

/** Stops a scope; says false when it was stopped already. */
export async function insertPause(trx: Trx, scope: PauseScope | { readonly provider: string }, at: Instant): Promise<boolean> {
  const row = await trx
    .insertInto('controls')
    .values({ key: keyOf(scope), value: JSON.stringify({ since: at }), updated_at: at })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst();
  return row !== undefined;
}

/** Lifts the pause of a scope, after every turn that is just holding on it; says since when it stood, null when it did not. */
export async function deletePause(trx: Trx, scope: PauseScope | { readonly provider: string }): Promise<Instant | null> {
  const row = await trx.deleteFrom('controls').where('key', '=', keyOf(scope)).returning('value').executeTakeFirst();
  return row ? (sinceOf(row.value) ?? 0) : null;
}

function keyOf(scope: PauseScope | { readonly provider: string }): string {
  return typeof scope === 'string' ? pauseKey(scope) : providerPauseKey(scope.provider);
}

function sinceOf(value: unknown): Instant | null {
  return typeof value === 'object' && value !== null && 'since' in value && typeof value.since === 'number' ? value.since : null;
}

/** The key under which the last publication of shop.yaml is. */
export const shopMark = 'shop';

/** Which publication of shop.yaml was the last; null: none yet. */
export async function readShopMark(db: Db | Trx): Promise<string | null> {
  const row = await db.selectFrom('controls').select('value').where('key', '=', shopMark).executeTakeFirst();
  return typeof row?.value === 'string' ? row.value : null;
}

export async function writeShopMark(db: Db | Trx, mark: string): Promise<void> {
  const value = JSON.stringify(mark);
  await db
    .insertInto('controls')
    .values({ key: shopMark, value, updated_at: 0 })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}
