import { spellingsOf, suppressionKeys } from '../../domain/consent/suppression.js';
import { cartIn } from '../../domain/events/subject.js';
import { widestCapMs } from '../../domain/gate/caps-for.js';
import type { Secrets } from '../../domain/keys/secrets.js';
import { addressOf, type Channel, channelKind, channels, costlyCountryOf, normaliseAddress } from '../../domain/messages/channel.js';
import type { Policies } from '../../domain/policy/policies.js';
import { hour, type Instant } from '../../domain/time/instant.js';
import type { EntryId, ProfileId } from '../../domain/values/ids.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { askedSources, knownInMemory } from '../../knowledge/load.js';
import { isAmbiguous } from '../../turn/ledger.js';
import { pausesOf } from '../../turn/pauses.js';
import type { TurnFacts, TurnMessage, TurnProfile, TurnWorld } from '../../turn/world.js';
import { historyOf } from './engagement-history.js';
import { holdsOf } from './holds.js';
import { sharersOf } from './match.js';
import { addressKey, type MemoryEntry, type MemoryMessage, type MemoryVerdict, type Tables, versionKey } from './tables.js';

/** What all turns of a simulation know. */
export interface Surroundings {
  readonly policies: Policies;
  readonly shop: TurnWorld['shop'];
  readonly secret: Secrets;
}

/** All that a turn of this entry may know at this instant: what the store reads under its locks. */
export function readWorld(tables: Tables, around: Surroundings, id: EntryId, now: Instant): TurnWorld {
  const entry = tables.entry(id);
  const journey = tables.journeys.get(entry.journeyId);
  const profile = tables.profiles.get(entry.profileId);
  if (journey === undefined || profile === undefined) throw new Error(`Entry ${id} has no journey or no person.`);
  const version = entry.version ?? journey.version;
  const definition = tables.versions.get(versionKey(entry.journeyId, version)) ?? journey.definition;
  const { state } = journey;
  const cartId = cartIn(entry.about);
  const at = Math.max(now, profile.lastInstant);
  return {
    ...around,
    entry: { ...entry, version, definitionHash: '', journeyState: state },
    profile,
    cart: (cartId === null ? undefined : tables.carts.get(cartId)) ?? null,
    definition,
    facts: factsOf(tables, around, { entry, profile, definition, at, now }),
    pauses: pausesOf([...tables.pauses.keys()], state === 'paused'),
    at,
    rate: 1,
  };
}

interface Asked {
  readonly entry: MemoryEntry;
  readonly profile: TurnProfile;
  readonly definition: JourneyDefinition;
  readonly at: Instant;
  readonly now: Instant;
}

function factsOf(tables: Tables, { policies, secret, shop }: Surroundings, { entry, profile, definition, at, now }: Asked): TurnFacts {
  const own = tables.messages.where('profile', profile.id);
  const since = at - widestCapMs(policies.caps);
  const others = tables.entries
    .where('profile', profile.id)
    .filter(({ id, journeyId }) => id !== entry.id && journeyId === entry.journeyId);
  const sharers = sharersOf(tables, profile.id);
  const hashes = suppressionKeys(secret, profile).flatMap(spellingsOf);
  const ofOthers = hashes
    .flatMap((hash) => tables.messages.where('addressHash', hash))
    .filter(({ profileId, slotAt }) => profileId !== profile.id && slotAt > since);
  return {
    inputs: tables.inputs.where('entry', entry.id).toSorted((a, b) => a.seq - b.seq),
    known: knownInMemory(askedSources(definition, at), { tables, entryId: entry.id, profileId: profile.id, sharers }),
    consents: tables.consents.where('profile', profile.id),
    messages: [
      ...own.filter(({ entryId, slotAt }) => entryId === entry.id || slotAt > since).map((one) => messageOf(tables, one, entry.id)),
      ...ofOthers.map((one) => ({ ...messageOf(tables, one, entry.id), isOfAnother: true })),
    ],
    holds: holdsOf(tables, profile.id, at),
    suppressions: byAddress(profile, tables.suppressions),
    unsubscribedAt: byAddress(profile, tables.unsubscribes),
    inboxOrderAt: latest(ordersOf(tables, sharers, entry.createdAt)),
    textsInHour: textsIn(tables, costlyCountryOf(profile), { since: at - hour, atMost: shop.texts.perHour }),
    userId:
      tables.identities
        .where('profile', profile.id)
        .flatMap(({ kind, value }) => (kind === 'user' ? [value] : []))
        .toSorted()[0] ?? null,
    textedBefore: own.some(({ channel, acceptedAt }) => channelKind(channel).introducesItself && acceptedAt !== null),
    lastEnteredAt: latest(others.flatMap(({ enteredAt }) => enteredAt ?? [])),
    lastOfKeyAt: latest(others.flatMap(({ enteredAt, entryKey }) => (entryKey === entry.entryKey ? (enteredAt ?? []) : []))),
    openOthers: others.filter(({ state }) => state === 'open').length,
    history: historyOf(own, profile, at),
    toldTier: tables.told.get(profile.id)?.tier,
    realNow: now,
  };
}

function latest(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : Math.max(...instants);
}

function ordersOf(tables: Tables, people: readonly ProfileId[], since: Instant): readonly Instant[] {
  return people
    .flatMap((id) => tables.facts.where('profile', id))
    .filter(({ name, at }) => name === 'order.paid' && at >= since)
    .map(({ at }) => at);
}

/** Texts that began to leave for a country, each once. */
function textsIn(tables: Tables, country: string | null, { since, atMost }: { readonly since: Instant; readonly atMost: number }): number {
  const seen = new Set<string>();
  for (let place = tables.texts.length - 1; place >= 0 && seen.size < atMost; place -= 1) {
    const text = tables.texts[place]!;
    if (text.at <= since) break;
    if (text.country === country) seen.add(text.id);
  }
  return seen.size;
}

function messageOf(tables: Tables, message: MemoryMessage, asking: EntryId): TurnMessage {
  const { id, entryId, state, attempts } = message;
  const owner = entryId === null ? undefined : tables.entries.get(entryId);
  const isOwn = entryId === asking;
  const before = isOwn ? undefined : asOthersSee.get(message);
  if (before !== undefined && before.owner === owner) return before.seen;
  const seen = {
    ...message,
    entryKey: owner?.entryKey ?? null,
    entryEndedAt: owner?.finishedAt ?? null,
    countsTowardCap: message.countsTowardCap ?? null,
    attempts: isOwn ? attempts : [],
    receipts: isOwn ? message.receipts : [],
    mayHaveLeftAt: state === 'reserved' && isAmbiguous(message) ? (message.submittedAt ?? message.slotAt) : null,
    lookFailures: isOwn ? tables.verdicts.where('message', id).filter(({ verdict }) => ruleOf(verdict) === 'order-lookup').length : 0,
  };
  if (!isOwn) asOthersSee.set(message, { owner, seen });
  return seen;
}

/** Rows are never changed in place: what a message is to another entry stays until its row, or its owner's, is another. */
const asOthersSee = new WeakMap<MemoryMessage, { readonly owner: MemoryEntry | undefined; readonly seen: TurnMessage }>();

function ruleOf(verdict: MemoryVerdict['verdict']): unknown {
  return verdict.kind === 'send' || verdict.kind === 'release' ? null : verdict.detail['rule'];
}

function byAddress<Value>(profile: TurnProfile, known: ReadonlyMap<string, Value>): Partial<Record<Channel, Value>> {
  return Object.fromEntries(
    channels.flatMap((channel) => {
      const normalised = normaliseAddress(channel, addressOf(profile, channel));
      const value = normalised === null ? undefined : known.get(addressKey(channel, normalised));
      return value === undefined ? [] : [[channel, value]];
    }),
  );
}
