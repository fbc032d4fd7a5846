import type { Cart } from '../../domain/cart.js';
import type { ConditionFacts } from '../../domain/conditions/condition.js';
import type { FactName } from '../../domain/fact.js';
import type { EntryId } from '../../domain/ids.js';
import { day, type Instant } from '../../domain/instant.js';
import type { LedgerSlot } from '../../domain/message.js';
import { normaliseEmail, normalisePhone, suppressionHash } from '../../domain/suppression.js';
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
  readonly places: readonly Place[];
  /** The zone in which calendar waits and sentences are told. */
  readonly timeZone: string;
  readonly at: Instant;
  readonly engine: EngineContext;
}

/** No cap of this project looks further back. */
const widestCapMs = 30 * day;

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
  const facts = await readTurnFacts(db, {
    entry,
    profileId: profile.id,
    counted: countedSince(definition, at),
    messagesSince: at - widestCapMs,
    suppressionHashes: hashesOf(deps.secret, profile),
  });
  const places = placesByTraits(profile, deps.shop);
  const timeZone = calendarZone(places, deps.shop.timeZone);
  const conditionFacts: ConditionFacts = {
    at,
    profile: { identified: facts.identified, traits: profile.traits },
    cart,
    consents: facts.consents,
    eventInstants: facts.eventInstants,
    event: entry.data.trigger,
    messages: outcomesByStep(facts.messages, entry.id),
  };
  return { entry, definition, profile, cart, facts, places, timeZone, at, engine: { definition, facts: conditionFacts, at, timeZone } };
}

/** The ledger as the caps see it. */
export function ledgerOf(facts: TurnFacts): readonly LedgerSlot[] {
  return facts.messages.map((message) => ({
    messageId: message.id,
    channel: message.channel,
    class: message.class,
    topic: message.topic,
    priority: message.priority,
    state: message.state,
    slotAt: message.slotAt,
  }));
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

function hashesOf(secret: string, profile: TurnProfile) {
  const email = profile.email === null ? null : normaliseEmail(profile.email);
  const phone = profile.phone === null ? null : normalisePhone(profile.phone);
  return {
    ...(email === null ? {} : { email: suppressionHash(secret, 'email', email) }),
    ...(phone === null ? {} : { sms: suppressionHash(secret, 'sms', phone) }),
  };
}

export function textTrait(profile: TurnProfile, name: string): string | null {
  const value = profile.traits[name];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
