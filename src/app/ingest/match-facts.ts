import type { FactName } from '../../domain/events/fact.js';
import type { Clock } from '../../domain/time/clock.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { type MatchableFact, type Matched, withUnheard } from '../../matching/matched.js';
import { type LiveJourney, meetTriggers, type Starts, startEntries } from '../../matching/triggers.js';
import { deliverToWaiting, type NewInput } from '../../matching/waits.js';
import type { Trx } from '../../store/db.js';
import { findLiveEntries, writeArmed, writePostponed, writeWoken } from '../../store/entries.js';
import { findListeners, type Listeners } from '../../store/listeners.js';
import type { Write } from '../../store/write-together.js';

export interface MatchContext {
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What facts come to, and the writes that make it so: parts of one statement (`writeTogether`). */
export interface MatchPlan {
  readonly matched: readonly Matched[];
  /** What waiting entries are handed. */
  readonly inputs: readonly NewInput[];
  readonly writes: Readonly<Record<'woken' | 'armed' | 'postponed', Write>>;
}

/** Facts that come later in the transaction, of these people. */
export interface ToCome {
  readonly names: readonly FactName[];
  readonly profiles: readonly ProfileId[];
}

/** Reads who listens to these facts, and to those that are to come: once for all facts of a transaction. Two statements. */
export function readListeners(trx: Trx, facts: readonly MatchableFact[], toCome: ToCome): Promise<Listeners> {
  return findListeners(trx, {
    events: [...new Set([...facts.map(({ fact }) => fact.name), ...toCome.names])],
    profiles: [...new Set([...facts.map(({ fact }) => fact.profileId), ...toCome.profiles])],
    subjects: facts.flatMap(({ fact }) => fact.about ?? []),
  });
}

/**
 * Matches facts against live triggers and the waits of entries (`src/matching`), inside the caller's transaction, which has locked the
 * canonical profiles (ascending) and carts. It reads entries and what they wait for, and nothing that the facts themselves change.
 * Statements: none when nothing matches, 1 when a trigger does.
 */
export async function planMatches(
  trx: Trx,
  facts: readonly MatchableFact[],
  { waits, journeys }: Listeners,
  context: MatchContext,
): Promise<MatchPlan> {
  if (facts.length === 0) return { matched: [], inputs: [], writes: { woken: null, armed: null, postponed: null } };
  const delivery = deliverToWaiting(waits, facts);
  const starts = await triggerJourneys(trx, facts, journeys, context);
  return {
    matched: withUnheard(facts, [...delivery.matched, ...starts.matched]),
    inputs: delivery.inputs,
    writes: {
      woken: writeWoken(delivery.hastened),
      armed: writeArmed(starts.created),
      postponed: writePostponed(starts.postponed),
    },
  };
}

async function triggerJourneys(
  trx: Trx,
  facts: readonly MatchableFact[],
  journeys: readonly LiveJourney[],
  { newId }: MatchContext,
): Promise<Starts> {
  const { timely, late } = meetTriggers(journeys, facts);
  if (timely.length === 0) return { matched: late, created: [], postponed: [] };
  const live = await findLiveEntries(trx, {
    journeys: [...new Set(timely.map(({ journey }) => journey.id))],
    profiles: [...new Set(timely.map(({ fact }) => fact.profileId))],
  });
  const starts = startEntries(timely, live, newId);
  return { ...starts, matched: [...starts.matched, ...late] };
}
