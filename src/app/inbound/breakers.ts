import { type BreakerScope, breakerWindowMs, enoughMails, tripOf, tripSentence } from '../../domain/messages/breaker.js';
import { channelKind } from '../../domain/messages/channel.js';
import { isMailboxProvider } from '../../domain/messages/mailbox-provider.js';
import {
  type BreakerRecord,
  countMails,
  countWhatWentWrong,
  listTripped,
  readBreaker,
  readWatched,
  type TripRecord,
  type Watched,
  writeBreaker,
} from '../../store/breakers.js';
import { deletePause, insertPause } from '../../store/controls.js';
import { lockJourney, readJourney, setJourneyState } from '../../store/journeys.js';
import type { AppDeps } from '../deps.js';
import { releaseHeld, resumeJourney } from '../journeys/control-journeys.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'log' | 'metrics' | 'notifyRelay'>;

/**
 * Checks the breakers of this message's journey and mailbox provider, after a complaint, a hard bounce or an unsubscribe was committed. In
 * transactions of its own, because stopping a journey is not part of the webhook's report.
 */
export async function watchBreakers(deps: Deps, { journeyId, mailboxProvider, channel, origin }: Watched): Promise<void> {
  if (!channelKind(channel).hasBreakers || origin === 'test') return;
  const scopes: readonly BreakerScope[] = [
    ...(journeyId === null ? [] : [{ kind: 'journey', id: journeyId } as const]),
    // What `other` holds together has nothing in common but that we know nothing of it.
    ...(mailboxProvider === null || mailboxProvider === 'other' ? [] : [{ kind: 'provider', id: mailboxProvider } as const]),
  ];
  for (const scope of scopes) {
    try {
      await watch(deps, scope);
    } catch (error) {
      // The report is stored; the next complaint or bounce checks again.
      deps.log.error({ breaker: scope.kind, error: error instanceof Error ? error.name : 'unknown' }, 'A breaker could not be checked.');
    }
  }
}

/** As `watchBreakers`, for one who knows only the message. */
export async function watchMessage(deps: Deps, messageId: string): Promise<void> {
  const message = await readWatched(deps.store.db, messageId);
  if (message !== null) await watchBreakers(deps, message);
}

/**
 * Real instants before which a scope of very many mails is not counted again: one more complaint moves its rate little, and a storm of them
 * must stay cheap.
 */
const restUntil = new WeakMap<AppDeps['store'], Map<string, number>>();
const manyMails = 10_000;
const restMsPerMail = 0.1;

async function watch(deps: Deps, scope: BreakerScope): Promise<void> {
  const rests = restsOf(deps.store);
  const key = `${scope.kind}/${scope.id}`;
  const now = deps.clock.realNow();
  if ((rests.get(key) ?? 0) > now) return;
  const breaker = await readBreaker(deps.store.db, scope);
  if (breaker?.trip) return;
  const since = Math.max(deps.clock.now() - breakerWindowMs, breaker?.at ?? 0);
  const bad = await countWhatWentWrong(deps.store.db, scope, since);
  const enough = Math.ceil(enoughMails(bad));
  const mails = enough === 0 ? null : await countMails(deps.store.db, scope, since, enough);
  if (mails !== null && mails.sent > manyMails) rests.set(key, now + mails.sent * restMsPerMail);
  // As many as break no rule: there may be more of them.
  if (mails === null || mails.sent >= enough) return;
  const trip = tripOf({ ...bad, ...mails });
  if (trip) await tripBreaker(deps, scope, { rule: trip.rule, finding: tripSentence(trip) });
}

function restsOf(store: AppDeps['store']): Map<string, number> {
  const known = restUntil.get(store);
  if (known) return known;
  const rests = new Map<string, number>();
  restUntil.set(store, rests);
  return rests;
}

/**
 * Stops what the scope names until a person resets the breaker: a journey is paused, and marketing to a mailbox provider is held. A journey
 * that is paused or archived already is left as it is.
 */
export async function tripBreaker(deps: Deps, scope: BreakerScope, trip: TripRecord): Promise<void> {
  const at = deps.clock.now();
  const tripped = await deps.store.transaction(async (trx) => {
    if (scope.kind === 'provider') {
      if (!(await insertPause(trx, { provider: scope.id }, at))) return false;
    } else {
      const journey = await lockJourney(trx, scope.id);
      if (journey?.state !== 'active') return false;
      await setJourneyState(trx, scope.id, 'paused', at, at);
    }
    await writeBreaker(trx, scope, trip, at);
    return true;
  });
  if (!tripped) return;
  deps.metrics.alarm(`breaker-${scope.kind}`);
  deps.log.error(
    { breaker: `${scope.kind}:${scope.id}`, rule: trip.rule, finding: trip.finding },
    'A breaker tripped: it stays so until a person resets it.',
  );
}

export type { BreakerRecord } from '../../store/breakers.js';

/** What is stopped by a breaker now, and why. */
export function showBreakers(deps: Pick<AppDeps, 'store'>): Promise<readonly BreakerRecord[]> {
  return listTripped(deps.store.db);
}

export type ResetResult =
  /** `entries`: how many held entries go on. */
  | { readonly kind: 'reset'; readonly entries: number }
  /** It has not tripped; or there is no such journey or mailbox provider. */
  | { readonly kind: 'unchanged' | 'unknown' };

/** Resets a breaker: what it stopped continues. It counts from zero again, so earlier reports do not trip it. */
export async function resetBreaker(deps: Deps, scope: BreakerScope): Promise<ResetResult> {
  if ((await readBreaker(deps.store.db, scope))?.trip == null) return { kind: (await isThere(deps, scope)) ? 'unchanged' : 'unknown' };
  if (scope.kind === 'journey') {
    const resumed = await resumeJourney(deps, scope.id);
    // Resumed, or archived meanwhile: nothing is stopped by it any more.
    if (resumed.kind !== 'done') await deps.store.transaction((trx) => writeBreaker(trx, scope, null, deps.clock.now()));
    return { kind: 'reset', entries: resumed.kind === 'done' ? resumed.entries : 0 };
  }
  const since = await deps.store.transaction(async (trx) => {
    const lifted = await deletePause(trx, { provider: scope.id });
    await writeBreaker(trx, scope, null, deps.clock.now());
    return lifted;
  });
  return { kind: 'reset', entries: await releaseHeld(deps, null, since) };
}

async function isThere(deps: Pick<AppDeps, 'store'>, { kind, id }: BreakerScope): Promise<boolean> {
  return kind === 'provider' ? isMailboxProvider(id) : (await readJourney(deps.store.db, id)) !== null;
}
