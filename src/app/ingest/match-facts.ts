import type { RawBuilder } from 'kysely';
import type { Fact } from '../../domain/events/fact.js';
import type { Clock } from '../../domain/time/clock.js';
import { type MatchableFact, type Matched, withUnheard } from '../../matching/matched.js';
import { meetTriggers, type Starts, startEntries } from '../../matching/triggers.js';
import { deliverToWaiting, type WaitMatch } from '../../matching/waits.js';
import type { Trx } from '../../store/db.js';
import { findLiveEntries, writeArmed, writePostponed, writeWoken } from '../../store/entries.js';
import { writeInputs } from '../../store/entry-inputs.js';
import { findWaits } from '../../store/waits.js';
import { writeTogether } from '../../store/write-together.js';
import { loadLiveJourneys } from '../journeys/live-journeys.js';

export interface MatchContext {
  readonly clock: Clock;
  readonly newId: () => string;
}

/** What facts come to, and the writes that make it so: parts of one statement (`writeTogether`). */
export interface MatchPlan {
  readonly matched: readonly Matched[];
  readonly writes: Readonly<Record<'inputs' | 'woken' | 'armed' | 'postponed', RawBuilder<unknown> | null>>;
}

/**
 * Matches facts against live triggers and the waits of entries (`src/matching`), inside the caller's transaction: arms, enters, adds inputs, pokes.
 * The caller has locked the canonical profiles (ascending) and carts, and written what the facts speak of. Statements: those of `planMatches`, and one.
 */
export async function matchFacts(trx: Trx, facts: readonly Fact[], context: MatchContext): Promise<readonly Matched[]> {
  const { matched, writes } = await planMatches(
    trx,
    facts.map((fact) => ({ fact, trigger: true })),
    context,
  );
  await writeTogether(trx, writes);
  return matched;
}

/**
 * As `matchFacts`, without the writes. It reads entries and what they wait for, and nothing that the facts themselves change.
 * Statements: 2 when nothing matches, 3 when a trigger does.
 */
export async function planMatches(trx: Trx, facts: readonly MatchableFact[], context: MatchContext): Promise<MatchPlan> {
  if (facts.length === 0) return { matched: [], writes: { inputs: null, woken: null, armed: null, postponed: null } };
  const delivery = deliverToWaiting(await readWaits(trx, facts), facts);
  const starts = await triggerJourneys(trx, facts, context);
  return {
    matched: withUnheard(facts, [...delivery.matched, ...starts.matched]),
    writes: {
      inputs: writeInputs(delivery.inputs, context.clock.now()),
      woken: writeWoken(delivery.hastened),
      armed: writeArmed(starts.created),
      postponed: writePostponed(starts.postponed),
    },
  };
}

function readWaits(trx: Trx, facts: readonly MatchableFact[]): Promise<readonly WaitMatch[]> {
  return findWaits(trx, {
    events: [...new Set(facts.map(({ fact }) => fact.name))],
    profiles: [...new Set(facts.map(({ fact }) => fact.profileId))],
    carts: [...new Set(facts.flatMap(({ fact }) => (fact.cartId ? [fact.cartId] : [])))],
  });
}

async function triggerJourneys(trx: Trx, facts: readonly MatchableFact[], { newId }: MatchContext): Promise<Starts> {
  const { timely, late } = meetTriggers(await loadLiveJourneys(trx), facts);
  if (timely.length === 0) return { matched: late, created: [], postponed: [] };
  const live = await findLiveEntries(trx, {
    journeys: [...new Set(timely.map(({ journey }) => journey.id))],
    profiles: [...new Set(timely.map(({ fact }) => fact.profileId))],
  });
  const starts = startEntries(timely, live, newId);
  return { ...starts, matched: [...starts.matched, ...late] };
}
