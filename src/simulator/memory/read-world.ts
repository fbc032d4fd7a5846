import { widestCapMs } from '../../domain/caps-for.js';
import { type Channel, channels } from '../../domain/channel.js';
import type { TopicHistory } from '../../domain/engagement/facts.js';
import type { FactName } from '../../domain/fact.js';
import type { EntryId, ProfileId } from '../../domain/ids.js';
import { day, type Instant } from '../../domain/instant.js';
import { foldAttempts } from '../../domain/message.js';
import type { Policies } from '../../domain/policy/policies.js';
import type { Secrets } from '../../domain/secrets.js';
import { addressOf, normaliseAddress } from '../../domain/suppression.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { countedFacts } from '../../journey/engine.js';
import { pausesOf } from '../../turn/pauses.js';
import type { TurnFacts, TurnMessage, TurnProfile, TurnWorld } from '../../turn/world.js';
import { addressKey, type MemoryEntry, type MemoryMessage, type Tables } from './tables.js';

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
  const { definition, state } = journey;
  const at = Math.max(now, profile.lastInstant);
  return {
    ...around,
    entry: { ...entry, version: entry.version ?? journey.version, definitionHash: '', journeyState: state },
    profile,
    cart: (entry.cartId === null ? undefined : tables.carts.get(entry.cartId)) ?? null,
    definition,
    facts: factsOf(tables, around.policies, { entry, profile, definition, at, now }),
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

function factsOf(tables: Tables, policies: Policies, { entry, profile, definition, at, now }: Asked): TurnFacts {
  const own = tables.messagesOf(profile.id);
  const since = at - widestCapMs(policies.caps);
  const others = [...tables.entries.values()].filter(
    ({ id, profileId, journeyId }) => id !== entry.id && profileId === profile.id && journeyId === entry.journeyId,
  );
  const users = [...tables.identities.values()].filter(({ kind, profileId }) => kind === 'user' && profileId === profile.id);
  return {
    inputs: tables.inputs.filter(({ entryId }) => entryId === entry.id),
    eventInstants: instantsOf(tables, profile.id, definition, at),
    consents: tables.consents.filter(({ profileId }) => profileId === profile.id),
    messages: own.filter(({ entryId, slotAt }) => entryId === entry.id || slotAt > since).map((one) => messageOf(tables, one, entry.id)),
    suppressions: byAddress(profile, tables.suppressions),
    unsubscribedAt: byAddress(profile, tables.unsubscribes),
    // A story has one person: nobody shares an inbox, and no budget is used up.
    inboxOrderAt: null,
    textsInHour: 0,
    userId: users.map(({ value }) => value).sort()[0] ?? null,
    textedBefore: own.some(({ channel, acceptedAt }) => channel === 'sms' && acceptedAt !== null),
    lastEnteredAt: others.reduce<Instant | null>(
      (last, { enteredAt }) => (enteredAt === null ? last : Math.max(last ?? 0, enteredAt)),
      null,
    ),
    openOthers: others.filter(({ state }) => state === 'open').length,
    history: historyOf(own, profile, at),
    toldTier: tables.told.get(profile.id)?.tier,
    realNow: now,
  };
}

function instantsOf(tables: Tables, id: ProfileId, definition: JourneyDefinition, at: Instant): TurnFacts['eventInstants'] {
  const instants: Partial<Record<FactName, Instant[]>> = {};
  for (const [name, windowMs] of countedFacts(definition)) {
    const since = windowMs === null ? 0 : at - windowMs;
    const of = tables.facts.filter((fact) => fact.profileId === id && fact.name === name && fact.at >= since).map((fact) => fact.at);
    if (of.length > 0) instants[name] = of.sort((a, b) => b - a);
  }
  return instants;
}

function messageOf(tables: Tables, message: MemoryMessage, asking: EntryId): TurnMessage {
  const { id, entryId, state, attempts } = message;
  const owner = entryId === null ? undefined : tables.entries.get(entryId);
  const isOwn = entryId === asking;
  const looks = tables.verdicts.filter(({ messageId, verdict }) => messageId === id && ruleOf(verdict) === 'order-lookup');
  return {
    ...message,
    entryKey: owner?.entryKey ?? null,
    entryEndedAt: owner?.finishedAt ?? null,
    countsTowardCap: message.countsTowardCap ?? null,
    attempts: isOwn ? attempts : [],
    receipts: isOwn ? message.receipts : [],
    mayHaveLeft: state === 'reserved' && attempts.length > 0 && foldAttempts(attempts.map(({ outcome }) => outcome)) === 'unknown',
    lookFailures: isOwn ? looks.length : 0,
  };
}

function ruleOf(verdict: Tables['verdicts'][number]['verdict']): unknown {
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

/** What came of the messages of a year. */
function historyOf(own: readonly MemoryMessage[], { engagement }: TurnProfile, at: Instant): TurnFacts['history'] {
  const promoting = own.filter(({ class: of }) => of === 'marketing' || of === 'broadcast');
  const { engagedAt } = engagement as { readonly engagedAt: Instant | null };
  const since = (such: (message: MemoryMessage) => boolean): readonly Instant[] =>
    promoting
      .filter((one) => !isLost(one) && one.acceptedAt !== null && one.acceptedAt > (engagedAt ?? 0) && such(one))
      .map(({ acceptedAt }) => acceptedAt ?? 0)
      .sort((a, b) => a - b);
  const topics = new Map<string, MemoryMessage[]>();
  for (const message of promoting.filter(({ slotAt }) => slotAt > at - 365 * day)) {
    const key = `${message.channel} ${message.topic}`;
    topics.set(key, [...(topics.get(key) ?? []), message]);
  }
  return {
    unengagedSends: since(({ content }) => content?.links != null),
    winBacks: since(({ topic }) => topic === 'win_back'),
    topics: [...topics.values()].map(topicHistory),
  };
}

function topicHistory(messages: readonly MemoryMessage[]): TopicHistory {
  const [first] = messages;
  if (first === undefined) throw new Error('A topic without messages has no history.');
  const arrived = messages.filter((one) => one.acceptedAt !== null && !isLost(one));
  const standing = messages.filter(({ state }) => !['skipped', 'withheld', 'released', 'expired'].includes(state));
  return {
    topic: first.topic,
    channel: first.channel,
    delivered: arrived.length,
    answerable: arrived.filter(({ content }) => content?.links != null).length,
    opened: 0,
    clicked: 0,
    newest: standing
      .map(({ id, slotAt }) => ({ messageId: id, at: slotAt }))
      .sort((a, b) => b.at - a.at)
      .slice(0, 2),
  };
}

function isLost({ state }: MemoryMessage): boolean {
  return state === 'bounced' || state === 'failed';
}
