import { createHash } from 'node:crypto';
import { consentsTrait } from '../../domain/consent/consent-events.js';
import { happenedAt, mayTrigger, type ShopEvent, type StampVerdict } from '../../domain/events/event.js';
import { endsSomething } from '../../domain/events/event-key.js';
import type { IncomingEvent, RejectedEvent } from '../../domain/events/incoming.js';
import type { SpeakerOf } from '../../domain/keys/speaker.js';
import { largestTrait } from '../../domain/people/profile.js';
import type { Instant } from '../../domain/time/instant.js';
import { readInstant } from '../../domain/time/written-instant.js';
import { isRecord } from '../../domain/values/is-record.js';
import { isJsonWithin } from '../../domain/values/kept-payload.js';
import type { EventSaid, Fields, SaidOrigin, Source } from '../source.js';
import { maxIdLength } from './limits.js';
import { withoutPlaceholders } from './placeholders.js';

/** How events came. */
export interface Delivery {
  readonly origin: SaidOrigin;
  readonly receivedAt: Instant;
  /** Service milliseconds per real millisecond: clients measure real time. */
  readonly rate: number;
  /** Ids that name nobody, in lower case. Absent: the list that is shipped. */
  readonly placeholderIds?: ReadonlySet<string> | undefined;
  readonly speakerOf: SpeakerOf;
}

export type EventReading =
  | { readonly kind: 'event'; readonly incoming: IncomingEvent }
  | { readonly kind: 'rejected'; readonly rejected: RejectedEvent };

/**
 * Reads one event of a source. `beside`: what its body said of all. What is kept as the payload can be read again by itself: it has what
 * stood beside it and its `messageId`, and neither write key nor user token.
 *
 * An event without `messageId` gets one from its content, so that a client's second attempt is known again. Without a time stamp too,
 * nothing tells a second attempt from a second event: then each arrival counts.
 */
export function readOne(source: Source, raw: unknown, delivery: Delivery, beside: Fields = {}, position = 0): EventReading {
  const reject = (reason: string, detail: string, payload: unknown) => rejected(source, delivery, { reason, detail, payload });
  if (isDeeperThan(raw, maxDepth)) return reject('too-deep', `The event is nested more than ${maxDepth} levels deep.`, null);
  if (!isRecord(raw)) return reject('not-an-object', 'An event must be an object.', raw);
  const most = source.largestEvent ?? largestEvent[delivery.origin];
  if (!isJsonWithin(raw, most)) return reject('too-large', `The event is larger than ${most / 1024} KiB.`, raw);

  const { kept, token } = withoutToken(withoutKey(raw));
  const payload: Fields = { ...kept, ...beside };
  const reading = source.readEvent(payload);
  if (reading.kind === 'unreadable') return reject(reading.reason, reading.detail, payload);
  const { said, notes, placeholderUserId } = withoutPlaceholders(reading, delivery.placeholderIds);
  const problem = problemOf(said, notes);
  if (problem !== null) return reject(problem.reason, problem.detail, payload);

  const stamps = stampsOf(said);
  const messageId = said.messageId ?? keptId(payload) ?? derivedId(payload, stamps.isGiven ? '' : `${delivery.receivedAt}/${position}`);
  const ends = said.type === 'track' && said.name !== null && endsSomething(said.name);
  const { origin, happened } = whenAndWhence(delivery, stamps, ends);
  const { at, verdict } = happened;
  const { traits, notes: tooLarge } = withoutLarge(said.traits);
  const { type, name, userId, anonymousId, properties } = said;
  const previousId = type === 'alias' ? said.previousId : null;
  const ids = { messageId, userId, anonymousId, previousId };
  const event: ShopEvent = { ...ids, type, name, properties, traits, occurredAt: at, receivedAt: delivery.receivedAt, origin };
  const { speaker, note } = delivery.speakerOf(event, token);
  const told = [...notes, ...tooLarge, ...stamps.notes, ...stampNotes[verdict], ...(note === null ? [] : [note])];
  const nobody = placeholderUserId === null ? {} : { placeholderUserId };
  const incoming = {
    event,
    source: source.id,
    payload: withId(payload, messageId),
    context: said.context,
    notes: told,
    speaker,
    ...nobody,
  };
  return { kind: 'event', incoming };
}

function rejected(
  source: Source,
  { origin, receivedAt, speakerOf }: Delivery,
  what: Pick<RejectedEvent, 'reason' | 'detail' | 'payload'>,
): EventReading {
  const { speaker } = speakerOf({ userId: null, previousId: null }, null);
  return { kind: 'rejected', rejected: { ...what, source: source.id, receivedAt, origin: origin === 'live' ? 'live' : 'import', speaker } };
}

function withoutKey(raw: Fields): Fields {
  if (!Object.hasOwn(raw, 'writeKey')) return raw;
  const { writeKey: _writeKey, ...keyless } = raw;
  return keyless;
}

function withId(payload: Fields, messageId: string): Fields {
  return payload['messageId'] === messageId ? payload : { ...payload, messageId };
}

/** What vouches for a person is used now and kept nowhere. */
function withoutToken(raw: Fields): { readonly kept: Fields; readonly token: string | null } {
  const { context } = raw;
  if (!isRecord(context) || !Object.hasOwn(context, 'userToken')) return { kept: raw, token: null };
  const { userToken, ...others } = context;
  return { kept: { ...raw, context: others }, token: typeof userToken === 'string' ? userToken : null };
}

function whenAndWhence(
  { origin, receivedAt, rate }: Delivery,
  { timestamp, sentAt }: Stamps,
  ends: boolean,
): { readonly origin: ShopEvent['origin']; readonly happened: ReturnType<typeof happenedAt> } {
  const as = (kind: ShopEvent['origin']) => ({
    origin: kind,
    happened: happenedAt({ timestamp, sentAt, receivedAt, rate, ends, origin: kind }),
  });
  if (origin !== 'by-age') return as(origin);
  const live = as('live');
  const isLive = timestamp !== null && mayTrigger({ origin: 'live', occurredAt: live.happened.at, receivedAt });
  return isLive ? live : as('import');
}

const stampNotes: Readonly<Record<StampVerdict, readonly string[]>> = {
  kept: [],
  clamped: ['clock-ahead'],
  impossible: ['impossible-timestamp'],
};

/** Characters of an event's JSON. Segment takes 32 kB. Imports carry what a shop has gathered. */
const largestEvent: Readonly<Record<SaidOrigin, number>> = { live: 32 * 1024, import: 256 * 1024, 'by-age': 256 * 1024 };

/** Deeper ones are no event, and would exhaust the stack of whatever walks them. */
const maxDepth = 64;

/** Larger traits are left out of the profile, and stay with the event. Acts of consent are no trait. */
function withoutLarge(traits: Fields): { readonly traits: Fields; readonly notes: readonly string[] } {
  if (isJsonWithin(traits, largestTrait)) return { traits, notes: [] };
  const large = new Set(Object.keys(traits).filter((name) => name !== consentsTrait && !isJsonWithin(traits[name], largestTrait)));
  if (large.size === 0) return { traits, notes: [] };
  return { traits: Object.fromEntries(Object.entries(traits).filter(([name]) => !large.has(name))), notes: ['trait-too-large'] };
}

/** What one field alone does not show. */
function problemOf(said: EventSaid, notes: readonly string[]): { readonly reason: string; readonly detail: string } | null {
  if (said.userId === null && said.anonymousId === null && notes.length > 0)
    return {
      reason: 'placeholder-id',
      detail: 'The ids of the event are placeholders such as `undefined` or `guest`: send a real `userId` or `anonymousId`.',
    };
  if (said.userId === null && said.anonymousId === null)
    return { reason: 'no-identity', detail: 'The event needs a `userId` or an `anonymousId`.' };
  if (said.type === 'track' && said.name === null) return { reason: 'no-name', detail: 'A track call needs the name of its `event`.' };
  if ([said.messageId, said.userId, said.anonymousId, said.previousId, said.name].some((one) => (one?.length ?? 0) > maxIdLength))
    return { reason: 'invalid-event', detail: `An id or the name of the event is longer than ${maxIdLength} characters.` };
  const joinsNobody = notes.includes('placeholder-previous-id');
  if (said.type === 'alias' && (said.userId === null || (said.previousId === null && !joinsNobody)))
    return { reason: 'no-identity', detail: 'An alias call needs a `userId` and a `previousId`.' };
  return null;
}

interface Stamps {
  readonly timestamp: Instant | null;
  readonly sentAt: Instant | null;
  readonly isGiven: boolean;
  readonly notes: readonly string[];
}

/** A stamp that cannot be read counts as none, and is noted. */
function stampsOf({ stamps, sentAt }: EventSaid): Stamps {
  const given = stamps.filter(isGiven);
  const timestamp = given.map(readInstant).find((at) => at !== null) ?? null;
  const isLost = timestamp === null && given.length > 0;
  return { timestamp, sentAt: readInstant(sentAt), isGiven: given.length > 0, notes: isLost ? ['unreadable:timestamp'] : [] };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** What was read before has the id that it got then. */
function keptId({ messageId }: Fields): string | null {
  return typeof messageId === 'string' && messageId !== '' ? messageId : null;
}

/** The same content gives the same id, whenever it was sent. */
function derivedId(payload: Fields, salt: string): string {
  const { sentAt: _sentAt, _metadata, messageId: _messageId, ...content } = payload;
  return `content-${createHash('sha256')
    .update(JSON.stringify([salt, content]))
    .digest('hex')}`;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true;
  return false;
}
