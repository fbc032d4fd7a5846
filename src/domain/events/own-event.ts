import { ourselves } from '../keys/speaker.js';
import type { Instant } from '../time/instant.js';
import type { EntryId, JourneyId, ProfileId, StepId } from '../values/ids.js';
import { isRecord } from '../values/is-record.js';
import type { ShopEvent } from './event.js';
import type { IncomingEvent } from './incoming.js';
import { type About, aboutThese } from './subject.js';

/** Where events come from that Sojourn tells itself. No door reads it. */
export const ownSource = 'sojourn';

/**
 * What a step of a journey says of its person. It is kept, projected and heard as an event of the shop's is: by segments, conditions,
 * journeys and waits.
 */
export type OwnEvent =
  /** Traits of the person; null takes one away. Acts of consent stand among them, as `consents`. */
  | { readonly type: 'identify'; readonly traits: Readonly<Record<string, unknown>> }
  /** An entry of a journey is asked for, about these things. */
  | { readonly type: 'call'; readonly journey: string; readonly about: About; readonly properties: Readonly<Record<string, unknown>> }
  /** Something happened, by a name of the shop's own. */
  | { readonly type: 'track'; readonly name: string; readonly properties: Readonly<Record<string, unknown>> };

/** Who says it. */
export interface OwnTeller {
  readonly journeyId: JourneyId;
  readonly entryId: EntryId;
  readonly step: StepId;
  readonly visit: number;
}

/** An own event, and whom it is about. */
export interface ToldByStep {
  readonly event: OwnEvent;
  readonly by: OwnTeller;
  readonly profileId: ProfileId;
  /** How many journeys have begun one another up to it: 1 where the journey that says it was begun by the shop or the person. */
  readonly depth: number;
  readonly at: Instant;
}

/**
 * Journeys may begin one another, and in a circle too. After so many in a row what is said still counts for the person and begins nothing
 * more.
 */
export const mostInARow = 8;

/** The id of an own event: one for each visit of a step, so that a repeat meets the event that is there. */
export function ownEventId({ entryId, step, visit }: OwnTeller): string {
  return `${ownSource}/${entryId}/${step}/${visit}`;
}

function contentOf(event: OwnEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'identify':
      return { type: 'identify', traits: event.traits };
    case 'track':
      return { type: 'track', event: event.name, properties: event.properties };
    case 'call':
      return { type: 'track', event: callName, journey: event.journey, about: event.about, properties: event.properties };
  }
}

/** Under which name a call is kept. */
const callName = 'Journey Called';

/** Is it the id of an event that Sojourn tells itself? */
export function isOwnEventId(eventId: string): boolean {
  return eventId.startsWith(`${ownSource}/`);
}

/** What a step has said, by the id and the payload under which it is kept; null: it says nothing any more. */
export function keptOwnEvent(kept: {
  readonly messageId: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly profileId: ProfileId;
  readonly at: Instant;
}): ToldByStep | null {
  const [source, entryId = '', step = '', visit] = kept.messageId.split('/');
  const { by } = kept.payload;
  const event = ownEventIn(kept.payload);
  if (source !== ownSource || event === null || !isRecord(by)) return null;
  const teller = { journeyId: String(by['journey']), entryId, step, visit: Number(visit) } as OwnTeller;
  return { event, by: teller, profileId: kept.profileId, depth: Number(by['depth'] ?? 1), at: kept.at };
}

/**
 * The event as it is kept. `said`: when each trait of the person was said last. What a step says of a trait counts after all of it: it has
 * been decided with that in view.
 */
export function ownIncoming({ event, by, depth, at: told }: ToldByStep, said: Readonly<Record<string, Instant>>): IncomingEvent {
  const names = event.type === 'identify' ? Object.keys(event.traits) : [];
  const at = Math.max(told, ...names.flatMap((name) => (Object.hasOwn(said, name) ? [(said[name] ?? 0) + 1] : [])));
  const shopEvent: ShopEvent = {
    messageId: ownEventId(by),
    type: event.type === 'identify' ? 'identify' : 'track',
    name: event.type === 'identify' ? null : event.type === 'call' ? callName : event.name,
    userId: null,
    anonymousId: null,
    previousId: null,
    properties: event.type === 'identify' ? {} : event.properties,
    traits: event.type === 'identify' ? event.traits : {},
    occurredAt: at,
    receivedAt: at,
    origin: 'live',
  };
  const { journeyId: journey, step } = by;
  const content = contentOf(event);
  return {
    event: shopEvent,
    source: ownSource,
    payload: { ...content, by: { journey, entry: by.entryId, step, depth } },
    context: {},
    notes: [],
    speaker: ourselves,
  };
}

function ownEventIn(payload: Readonly<Record<string, unknown>>): OwnEvent | null {
  const { type, event, properties, traits, journey, about } = payload;
  if (typeof journey === 'string' && isRecord(properties)) return { type: 'call', journey, about: aboutIn(about), properties };
  if (type === 'identify' && isRecord(traits)) return { type, traits };
  return type === 'track' && typeof event === 'string' && isRecord(properties) ? { type, name: event, properties } : null;
}

function aboutIn(kept: unknown): About {
  const known = Array.isArray(kept) ? kept.filter(isRecord).map(({ kind, id }) => [String(kind), String(id)] as const) : [];
  return aboutThese(Object.fromEntries(known));
}
