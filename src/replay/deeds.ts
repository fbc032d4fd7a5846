import { isRefusal } from '../domain/consent/consent.js';
import { mayProfile } from '../domain/engagement/facts.js';
import { interactionSignal } from '../domain/engagement/interaction-signal.js';
import { recordSignal } from '../domain/engagement/state.js';
import type { Fact } from '../domain/events/fact.js';
import type { ToldByStep } from '../domain/events/own-event.js';
import { aboutThese } from '../domain/events/subject.js';
import { mergeTraits } from '../domain/people/profile.js';
import type { Instant } from '../domain/time/instant.js';
import type { EntryId, JourneyId } from '../domain/values/ids.js';
import { newEntryState } from '../journey/engine.js';
import { contactPoints } from '../projection/contact-points.js';
import type { ConsentAct } from '../projection/rows.js';
import { hearFrom, hearOwn, type Projected } from '../simulator/memory/ingest.js';
import type { IngestNeeds } from '../simulator/memory/needs.js';
import { tellFacts } from '../simulator/memory/segments.js';
import { addressKey, type Tables } from '../simulator/memory/tables.js';
import type {
  Recorded,
  RecordedAnswer,
  RecordedEntry,
  RecordedEvent,
  RecordedMessage,
  RecordedRefusal,
  RecordedTrait,
} from './recorded.js';
import { atProvider } from './recorded-message.js';
import type { RecordedPeople } from './recorded-people.js';

/** Something that was recorded, and when the service heard of it. */
export type Deed = { readonly at: Instant } & (
  | { readonly kind: 'refusal'; readonly refusal: RecordedRefusal }
  | { readonly kind: 'event'; readonly recorded: RecordedEvent }
  | { readonly kind: 'consent'; readonly act: ConsentAct }
  | { readonly kind: 'trait'; readonly trait: RecordedTrait }
  | { readonly kind: 'answer'; readonly answer: RecordedAnswer }
  | { readonly kind: 'message'; readonly message: RecordedMessage }
  /** The journeys are live from here on. */
  | { readonly kind: 'begin' }
  | { readonly kind: 'entry-ends'; readonly id: EntryId }
);

const ranks: Readonly<Record<Deed['kind'], number>> = {
  refusal: 0,
  event: 1,
  trait: 2,
  consent: 3,
  message: 4,
  answer: 4,
  'entry-ends': 5,
  begin: -1,
};

/** What was recorded in order of time. Of one instant events come as they happened: so ingest takes a batch. */
export function deedsOf(recorded: Recorded, from: Instant): readonly Deed[] {
  const deeds: readonly Deed[] = [
    { kind: 'begin', at: from },
    ...recorded.refusals.map((refusal) => ({ kind: 'refusal' as const, at: refusal.at, refusal })),
    ...recorded.events.map((one) => ({ kind: 'event' as const, at: one.incoming.event.receivedAt, recorded: one })),
    ...recorded.consents.map((act) => ({ kind: 'consent' as const, at: act.recordedAt, act })),
    ...recorded.traits.map((trait) => ({ kind: 'trait' as const, at: trait.at, trait })),
    ...recorded.answers.map((answer) => ({ kind: 'answer' as const, at: answer.at, answer })),
    ...recorded.messages.map((message) => ({ kind: 'message' as const, at: message.at, message })),
    ...recorded.entries.flatMap(({ id, finishedAt }) =>
      finishedAt === null || finishedAt < from ? [] : [{ kind: 'entry-ends' as const, at: finishedAt, id: id as EntryId }],
    ),
  ];
  return deeds.toSorted((a, b) => a.at - b.at || ranks[a.kind] - ranks[b.kind] || happenedAt(a) - happenedAt(b));
}

function happenedAt(deed: Deed): Instant {
  return deed.kind === 'event' ? deed.recorded.incoming.event.occurredAt : 0;
}

export interface DeedWorld {
  readonly tables: Tables;
  readonly people: RecordedPeople;
  readonly needs: IngestNeeds;
  readonly projected: Map<string, Projected>;
  /** Brings the journeys into the world. */
  readonly begin: () => void;
}

/** Does to the world in memory what was recorded. */
export function doDeed(world: DeedWorld, deed: Deed): void {
  switch (deed.kind) {
    case 'begin':
      return world.begin();
    case 'event':
      if (deed.recorded.own !== undefined) return sayOwn(world, deed.recorded.own);
      world.people.heard(deed.recorded);
      return void hearFrom(world.tables, world.needs, deed.recorded.incoming, world.projected);
    case 'refusal':
      return refuse(world.tables, deed.refusal);
    case 'consent':
      return consent(world, deed.act);
    case 'trait':
      return tellTrait(world, deed.trait);
    case 'message':
      return sendRecorded(world, deed.message);
    case 'answer':
      return engage(world, deed.answer);
    case 'entry-ends':
      return endEntry(world.tables, deed.id, deed.at);
  }
}

/** Of an entry that is not played here. */
function sayOwn({ tables, people, needs }: DeedWorld, told: ToldByStep): void {
  const profileId = people.inMemory(told.profileId);
  if (profileId !== null) hearOwn(tables, needs, { ...told, profileId });
}

function refuse({ suppressions, unsubscribes }: Tables, { kind, channel, address, reason, at }: RecordedRefusal): void {
  const key = addressKey(channel, address);
  if (kind === 'suppressed') suppressions.set(key, reason);
  else unsubscribes.set(key, at);
}

/** As the API and the pages write it: the act, and the fact that it was decided. */
function consent({ tables, people, needs }: DeedWorld, act: ConsentAct): void {
  const profileId = people.inMemory(act.profileId);
  if (profileId === null) return;
  tables.consents.push({ ...act, profileId });
  moveOn(tables, profileId, act.at);
  if (act.state !== 'granted' && !isRefusal(act.state)) return;
  const { channel, topic, state, at } = act;
  const name = state === 'granted' ? 'consent.granted' : 'consent.revoked';
  const fact: Fact = { name, profileId, at, eventId: `consent/${at}/${channel}/${topic}`, properties: { channel, topic } };
  tables.facts.push(fact);
  tellFacts(tables, needs, { facts: [{ fact, trigger: true }], at: act.recordedAt });
}

function moveOn(tables: Tables, id: ConsentAct['profileId'], at: Instant): void {
  const profile = tables.profiles.get(id);
  if (profile !== undefined && profile.lastInstant < at) tables.profiles.set(id, { ...profile, lastInstant: at });
}

function tellTrait({ tables, people, needs }: DeedWorld, { profileId, name, value, at }: RecordedTrait): void {
  const id = people.inMemory(profileId);
  const profile = id === null ? undefined : tables.profiles.get(id);
  if (profile === undefined) return;
  const { traits, traitTimes } = mergeTraits(profile, { [name]: value }, at);
  const { email, phone } = contactPoints(traits, needs.shop.country);
  tables.profiles.set(profile.id, { ...profile, traits, traitTimes, email, phone });
  tellFacts(tables, needs, { facts: [], at, changed: [profile.id] });
}

function sendRecorded({ tables, people }: DeedWorld, message: RecordedMessage): void {
  const profileId = people.inMemory(message.profileId);
  if (profileId !== null) tables.messages.set(message.id, atProvider({ ...message, profileId }));
}

/** It engaged the person. Whether the replay sends the same message is another matter: no entry and no journey hears of it. */
function engage({ tables, people, needs }: DeedWorld, { profileId, messageId, kind, at }: RecordedAnswer): void {
  const id = people.inMemory(profileId);
  const profile = id === null ? undefined : tables.profiles.get(id);
  if (profile === undefined || !mayProfile(profile.traits)) return;
  const consentAt = newestGrant(tables.consents.where('profile', profile.id));
  const signal = { ...interactionSignal(kind, messageId, at), consentAt };
  const { engagement: policy } = needs.policies.current();
  tables.profiles.set(profile.id, { ...profile, engagement: recordSignal(profile.engagement, signal, at, policy) });
}

function newestGrant(acts: readonly ConsentAct[]): Instant | null {
  return acts.reduce<Instant | null>((newest, { state, at }) => (state === 'granted' ? Math.max(newest ?? at, at) : newest), null);
}

function endEntry(tables: Tables, id: EntryId, at: Instant): void {
  if (tables.entries.has(id)) tables.changeEntry(id, { state: 'finished', activity: 'done', finishedAt: at });
}

/** Entries from before, as they stood: they keep others from entering, and never move by themselves. */
export function writeEntriesBefore({ tables, people }: DeedWorld, entries: readonly RecordedEntry[], from: Instant): void {
  for (const entry of entries) {
    const profileId = people.inMemory(entry.profileId);
    if (profileId === null) continue;
    const { id, journeyId, createdAt, enteredAt, finishedAt } = entry;
    const isOver = finishedAt !== null && finishedAt < from;
    const cartId = entry.cartTokens.flatMap((token) => tables.carts.where('token', token))[0]?.id ?? null;
    tables.addEntry({
      id: id as EntryId,
      journeyId: journeyId as JourneyId,
      profileId,
      entryKey: entry.entryKey === entry.cartId ? (cartId ?? entry.entryKey) : entry.entryKey,
      about: aboutThese({ cart: cartId }),
      version: null,
      state: isOver ? 'finished' : 'open',
      activity: isOver ? 'done' : 'held',
      data: newEntryState({ at: createdAt, trigger: {} }),
      instruction: {},
      dueAt: null,
      outcome: null,
      outcomeReason: null,
      createdAt,
      enteredAt,
      finishedAt: isOver ? finishedAt : null,
      isPoked: false,
    });
  }
}
