import type { Cart } from '../../domain/cart.js';
import { widestCapMs } from '../../domain/caps-for.js';
import type { ConditionFacts } from '../../domain/conditions/condition.js';
import { type EngagementFacts, mayProfile } from '../../domain/engagement/facts.js';
import { parseEngagement } from '../../domain/engagement/state.js';
import type { FactName } from '../../domain/fact.js';
import { settledBefore } from '../../domain/human-click.js';
import type { EntryId } from '../../domain/ids.js';
import type { Instant } from '../../domain/instant.js';
import { suppressionKeys } from '../../domain/suppression.js';
import { mayTrack } from '../../domain/tracking.js';
import { calendarZone, type Place, placesByTraits } from '../../domain/zone-evidence.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { countedFacts, type EngineContext } from '../../journey/engine.js';
import type { Db, Trx } from '../../store/db.js';
import {
  lockTurnRows,
  readTurnFacts,
  type TurnEntry,
  type TurnFacts,
  type TurnMessage,
  type TurnProfile,
  type TurnRows,
} from '../../store/turn-snapshot.js';
import type { AppDeps } from '../deps.js';
import { loadPinnedDefinition } from '../live-journeys.js';

/** What one turn knows: the entry with all that its journey, the gate and the templates read, as of `at`. */
export interface TurnContext {
  readonly entry: TurnEntry;
  readonly definition: JourneyDefinition;
  readonly profile: TurnProfile;
  readonly cart: Cart | null;
  readonly facts: TurnFacts;
  readonly engagement: EngagementFacts;
  readonly places: readonly Place[];
  /** The zone in which calendar waits and sentences are told. */
  readonly timeZone: string;
  readonly at: Instant;
  readonly engine: EngineContext;
}

/** Reads the rest without locks: what a turn would find. The locked turn decides for itself. One statement. */
export function readContext(deps: AppDeps, rows: TurnRows): Promise<TurnContext> {
  return complete(deps, deps.store.db, rows);
}

/**
 * Locks profile, cart and entry, always in this order, and reads everything else after the locks. Null: the entry has moved to another
 * profile or cart since `seen` was read, so other rows must be locked: the caller begins anew. Two statements.
 */
export async function lockContext(deps: AppDeps, trx: Trx, seen: TurnEntry): Promise<TurnContext | null> {
  const rows = await lockTurnRows(trx, seen);
  return rows === null ? null : complete(deps, trx, rows);
}

async function complete(deps: AppDeps, db: Db | Trx, { entry, profile, cart }: TurnRows): Promise<TurnContext> {
  const definition = await loadPinnedDefinition(db, entry);
  // Read after the lock, and never before what the profile has already seen: time does not go back between turns.
  const at = Math.max(deps.clock.now(), profile.lastInstant);
  const policies = deps.policies.current();
  const engagement = parseEngagement(profile.engagement);
  const facts = await readTurnFacts(db, {
    entry,
    profileId: profile.id,
    counted: countedSince(definition, at),
    messagesSince: at - widestCapMs(policies.caps),
    at,
    engagedAt: engagement.engagedAt,
    settledBefore: settledBefore(policies.engagement.humans, at, deps.clock.rate),
    suppressionHashes: Object.fromEntries(suppressionKeys(deps.secret, profile).map(({ channel, hash }) => [channel, hash])),
  });
  const places = placesByTraits(profile, deps.shop, at);
  const timeZone = calendarZone(places, deps.shop.timeZone);
  const conditionFacts: ConditionFacts = {
    at,
    profile: { identified: facts.identified, traits: profile.traits },
    cart,
    consents: facts.consents,
    topics: policies.topics,
    eventInstants: facts.eventInstants,
    event: entry.data.trigger,
    messages: outcomesByStep(facts.messages, entry.id),
  };
  return {
    entry,
    definition,
    profile,
    cart,
    facts,
    engagement: {
      state: engagement,
      consents: facts.consents,
      ...facts.history,
      isTracked: mayTrack(policies.engagement.tracking, profile, deps.shop),
      mayProfile: mayProfile(profile.traits),
    },
    places,
    timeZone,
    at,
    engine: { definition, facts: conditionFacts, at, timeZone },
  };
}

function countedSince(definition: JourneyDefinition, at: Instant): ReadonlyMap<FactName, Instant | null> {
  return new Map([...countedFacts(definition)].map(([name, windowMs]) => [name, windowMs === null ? null : at - windowMs]));
}

function outcomesByStep(messages: readonly TurnMessage[], entryId: EntryId): ConditionFacts['messages'] {
  const latest: Record<string, TurnMessage> = {};
  for (const message of messages) {
    if (message.entryId !== entryId || message.step === null) continue;
    const known = latest[message.step];
    if (!known || (message.visit ?? 0) > (known.visit ?? 0)) latest[message.step] = message;
  }
  return Object.fromEntries(Object.entries(latest).map(([step, { state, receipts }]) => [step, { state, receipts }]));
}

export function textTrait(profile: Pick<TurnProfile, 'traits'>, name: string): string | null {
  const value = profile.traits[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
