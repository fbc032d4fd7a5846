import type { Cart } from '../../domain/cart.js';
import { widestCapMs } from '../../domain/caps-for.js';
import type { ConditionFacts } from '../../domain/conditions/condition.js';
import { type EngagementFacts, engagementFacts } from '../../domain/engagement/facts.js';
import { parseEngagement } from '../../domain/engagement/state.js';
import type { FactName } from '../../domain/fact.js';
import { settledBefore } from '../../domain/human-click.js';
import type { EntryId } from '../../domain/ids.js';
import type { Instant } from '../../domain/instant.js';
import { suppressionKeys, unsubscribeKeys } from '../../domain/suppression.js';
import { calendarZone, type Place, placesByTraits } from '../../domain/zone-evidence.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { countedFacts, type EngineContext } from '../../journey/engine.js';
import type { Trx } from '../../store/db.js';
import {
  lockTurn,
  readTurnFacts,
  type TurnEntry,
  type TurnFacts,
  type TurnMessage,
  type TurnProfile,
  type TurnQuestion,
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
export async function readContext(deps: AppDeps, rows: TurnRows): Promise<TurnContext> {
  const definition = await loadPinnedDefinition(deps.store.db, rows.entry);
  return complete(deps, rows, definition, await readTurnFacts(deps.store.db, questionOf(deps, rows, definition)));
}

/**
 * Locks profile, cart and entry, always in this order, and reads everything else after the locks. Null: the entry has moved to another profile or cart
 * since `seen` was read, so other rows must be locked: the caller begins anew. Two statements in one round trip: the facts are asked for by what was seen,
 * and once more in the rare case that this had changed.
 */
export async function lockContext(deps: AppDeps, trx: Trx, seen: TurnRows): Promise<TurnContext | null> {
  const asked = questionOf(deps, seen, await loadPinnedDefinition(trx, seen.entry));
  const locked = await lockTurn(trx, seen.entry, asked);
  if (locked === null) return null;
  const definition = await loadPinnedDefinition(trx, locked.rows.entry);
  const needed = questionOf(deps, locked.rows, definition);
  const isAnswered = seen.entry.definitionHash === locked.rows.entry.definitionHash && isAnsweredBy(asked, needed);
  return complete(deps, locked.rows, definition, isAnswered ? locked.facts : await readTurnFacts(trx, needed));
}

/** Instants may lie further back in what was asked, by the wait for the locks: whoever reads the facts looks at windows of their own. */
function isAnsweredBy(asked: TurnQuestion, needed: TurnQuestion): boolean {
  return (
    asked.engagedAt === needed.engagedAt &&
    asked.suppressionHashes.email === needed.suppressionHashes.email &&
    asked.suppressionHashes.sms === needed.suppressionHashes.sms
  );
}

/** Never before what the profile has already seen: time does not go back between turns. */
function instantOf(deps: AppDeps, profile: TurnProfile): Instant {
  return Math.max(deps.clock.now(), profile.lastInstant);
}

function questionOf(deps: AppDeps, { entry, profile }: TurnRows, definition: JourneyDefinition): TurnQuestion {
  const at = instantOf(deps, profile);
  const policies = deps.policies.current();
  return {
    entry,
    profileId: profile.id,
    counted: countedSince(definition, at),
    messagesSince: at - widestCapMs(policies.caps),
    at,
    engagedAt: parseEngagement(profile.engagement).engagedAt,
    settledBefore: settledBefore(policies.engagement.humans, at, deps.clock.rate),
    suppressionHashes: byChannel(suppressionKeys(deps.secret, profile)),
    unsubscribeHashes: byChannel(unsubscribeKeys(deps.secret, profile)),
  };
}

function byChannel(keys: ReturnType<typeof suppressionKeys>): TurnQuestion['suppressionHashes'] {
  return Object.fromEntries(keys.map(({ channel, hash }) => [channel, hash]));
}

function complete(deps: AppDeps, { entry, profile, cart }: TurnRows, definition: JourneyDefinition, facts: TurnFacts): TurnContext {
  // Read after the lock.
  const at = instantOf(deps, profile);
  const policies = deps.policies.current();
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
    engagement: engagementFacts(
      profile,
      { consents: facts.consents, ...facts.history },
      { tracking: policies.engagement.tracking, shop: deps.shop },
    ),
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
