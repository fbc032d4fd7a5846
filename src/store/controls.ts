import type { Channel } from '../domain/channel.js';
import type { Instant } from '../domain/instant.js';
import type { Db, Trx } from './db.js';

/** What a kill switch stops: every send, or those of one channel. (A journey's own pause is its state.) */
export type PauseScope = 'all' | Channel;

const pauseKeys: Readonly<Record<PauseScope, string>> = { all: 'pause:all', email: 'pause:email', sms: 'pause:sms' };

/** A breaker's pause: marketing to one mailbox provider. */
const providerPrefix = 'pause:provider:';

export interface Pause {
  readonly scope: 'all' | 'channel' | 'provider' | 'journey';
  /** Since when, on the service clock. */
  readonly since: Instant;
}

/** Since when each scope is stopped; null: it is not. */
export async function readPauses(db: Db | Trx): Promise<Readonly<Record<PauseScope, Instant | null>>> {
  const rows = await db.selectFrom('controls').select(['key', 'value']).where('key', 'in', Object.values(pauseKeys)).execute();
  const since = (scope: PauseScope): Instant | null => sinceOf(rows.find((row) => row.key === pauseKeys[scope])?.value);
  return { all: since('all'), email: since('email'), sms: since('sms') };
}

/** Mailbox providers to which marketing is stopped. */
export async function readPausedProviders(db: Db | Trx): Promise<readonly string[]> {
  const rows = await db.selectFrom('controls').select('key').where('key', 'like', `${providerPrefix}%`).orderBy('key').execute();
  return rows.map(({ key }) => key.slice(providerPrefix.length));
}

/**
 * What stops a send of this journey (null: a test or API send) on this channel, and, for marketing, to this mailbox provider (null: anything else).
 * For the gate, inside its transaction.
 * Found paused, the row is read again under a share lock: a resume that runs meanwhile waits for this transaction and then finds the entry
 * held, so that none is left behind. Without the second read an entry that is just being held would miss its resume for ever.
 */
export async function readPause(
  trx: Trx,
  of: { readonly journeyId: string | null; readonly channel: Channel; readonly provider?: string | null },
): Promise<Pause | null> {
  const keys = [pauseKeys.all, pauseKeys[of.channel], ...(of.provider ? [providerPrefix + of.provider] : [])];
  const controls = trx.selectFrom('controls').select(['key', 'value']).where('key', 'in', keys).orderBy('key');
  if ((await controls.execute()).length > 0) {
    const [row] = await controls.forShare().execute();
    if (row) return { scope: scopeOf(row.key), since: sinceOf(row.value) ?? 0 };
  }
  return of.journeyId === null ? null : readJourneyPause(trx, of.journeyId);
}

/** The pause of a journey alone, read as `readPause` does: for an entry that is held before it has a message. */
export async function readJourneyPause(trx: Trx, journeyId: string): Promise<Pause | null> {
  const journey = trx.selectFrom('journeys').select(['state', 'paused_at']).where('id', '=', journeyId).where('state', '=', 'paused');
  if ((await journey.executeTakeFirst()) === undefined) return null;
  const paused = await journey.forShare().executeTakeFirst();
  return paused ? { scope: 'journey', since: paused.paused_at ?? 0 } : null;
}

function scopeOf(key: string): Pause['scope'] {
  return key === pauseKeys.all ? 'all' : key.startsWith(providerPrefix) ? 'provider' : 'channel';
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
  return typeof scope === 'string' ? pauseKeys[scope] : providerPrefix + scope.provider;
}

function sinceOf(value: unknown): Instant | null {
  return typeof value === 'object' && value !== null && 'since' in value && typeof value.since === 'number' ? value.since : null;
}
