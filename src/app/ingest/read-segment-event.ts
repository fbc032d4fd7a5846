import { createHash } from 'node:crypto';
import { z } from 'zod';
import { consentsTrait } from '../../domain/consent/consent-events.js';
import { type EventType, eventTypes, happenedAt, mayTrigger, type ShopEvent, type StampVerdict } from '../../domain/events/event.js';
import { endsSomething } from '../../domain/events/event-key.js';
import type { Instant } from '../../domain/time/instant.js';
import { readInstant } from '../../domain/time/written-instant.js';
import { isRecord } from '../../domain/values/is-record.js';
import { isJsonWithin } from '../../domain/values/kept-payload.js';
import { isPlaceholder } from '../../domain/values/placeholder-id.js';
import type { IncomingEvent, RejectedEvent } from '../../projection/read-event.js';
import type { SpeakerOf } from '../keys/user-tokens.js';

/** What a request says about all of its events. */
export interface SegmentRequest {
  /** `by-age`: what the Java and Ruby clients post to `/v1/import` by themselves; what is more than six hours old, or does not say, is history. */
  readonly origin: ShopEvent['origin'] | 'by-age';
  readonly receivedAt: Instant;
  /** Service milliseconds per real millisecond: clients measure real time. */
  readonly rate: number;
  /** The request's own `sentAt`, as it came. It counts before the one of an event, which may tell of an earlier attempt. */
  readonly sentAt: unknown;
  /** Ids that name nobody, in lower case. Absent: the list that is shipped. */
  readonly placeholderIds?: ReadonlySet<string> | undefined;
  readonly speakerOf: SpeakerOf;
}

export type SegmentReading =
  | { readonly kind: 'event'; readonly incoming: IncomingEvent }
  | { readonly kind: 'rejected'; readonly rejected: RejectedEvent };

/**
 * Reads one event as a Segment client sends it. `type`: what the path says; null: the event says it. What is kept as the payload can be read again by
 * itself: it has its type, its `sentAt` and its `messageId`, and neither write key nor user token.
 *
 * An event without `messageId` gets one from its content, so that a client's second attempt is known again. Without `timestamp` too, nothing tells a second
 * attempt from a second event: then each arrival counts.
 */
export function readSegmentEvent(raw: unknown, type: EventType | null, request: SegmentRequest, position = 0): SegmentReading {
  const { receivedAt, rate, speakerOf } = request;
  const reject = (reason: string, detail: string, payload: unknown): SegmentReading => ({
    kind: 'rejected',
    rejected: {
      reason,
      detail,
      payload,
      receivedAt,
      origin: request.origin === 'live' ? 'live' : 'import',
      speaker: speakerOf({ userId: null, previousId: null }, null).speaker,
    },
  });
  if (isDeeperThan(raw, maxDepth)) return reject('too-deep', `The event is nested more than ${maxDepth} levels deep.`, null);
  if (!isRecord(raw)) return reject('not-an-object', 'An event must be an object.', raw);
  const most = largestEvent[request.origin];
  if (!isJsonWithin(raw, most)) return reject('too-large', `The event is larger than ${most / 1024} KiB.`, raw);

  const { writeKey: _writeKey, ...keyless } = raw;
  const { kept, token } = withoutToken(keyless);
  const sentAt = request.sentAt ?? kept['sentAt'];
  const payload: Record<string, unknown> = { ...kept, ...(type === null ? {} : { type }), ...(sentAt === undefined ? {} : { sentAt }) };
  const parsed = eventSchema.safeParse(payload);
  if (!parsed.success) return reject('invalid-event', sentencesOf(parsed.error), payload);
  const { said, notes } = withoutPlaceholders(parsed.data, request.placeholderIds);
  const problem = problemOf(said, notes);
  if (problem !== null) return reject(problem.reason, problem.detail, payload);

  const stamps = stampsOf(said);
  const isStamped = isGiven(said.timestamp) || isGiven(said.originalTimestamp);
  const messageId = said.messageId ?? derivedId(payload, isStamped ? '' : `${receivedAt}/${position}`);
  const ends = said.type === 'track' && said.event !== null && endsSomething(said.event);
  const { origin, at, verdict } = whenAndWhence(request, { ...stamps, receivedAt, rate, ends });
  const large = Object.keys(said.traits).filter((name) => name !== consentsTrait && !isJsonWithin(said.traits[name], largestTrait));
  const event: ShopEvent = {
    messageId,
    type: said.type,
    name: said.type === 'track' ? said.event : said.name,
    userId: said.userId,
    anonymousId: said.anonymousId,
    previousId: said.type === 'alias' ? said.previousId : null,
    properties: said.properties,
    traits: large.length === 0 ? said.traits : Object.fromEntries(Object.entries(said.traits).filter(([name]) => !large.includes(name))),
    occurredAt: at,
    receivedAt,
    origin,
  };
  const { speaker, note } = speakerOf(event, token);
  const tooLarge = large.length > 0 ? ['trait-too-large'] : [];
  const told = [...notes, ...tooLarge, ...stamps.notes, ...stampNotes[verdict], ...(note === null ? [] : [note])];
  return { kind: 'event', incoming: { event, payload: { ...payload, messageId }, notes: told, speaker } };
}

/** What vouches for a person is used now and kept nowhere. */
function withoutToken(raw: Readonly<Record<string, unknown>>): {
  readonly kept: Readonly<Record<string, unknown>>;
  readonly token: string | null;
} {
  const { context } = raw;
  if (!isRecord(context) || !Object.hasOwn(context, 'userToken')) return { kept: raw, token: null };
  const { userToken, ...others } = context;
  return { kept: { ...raw, context: others }, token: typeof userToken === 'string' ? userToken : null };
}

type Stamps = Omit<Parameters<typeof happenedAt>[0], 'origin'>;

function whenAndWhence(
  { origin }: SegmentRequest,
  stamps: Stamps,
): ReturnType<typeof happenedAt> & { readonly origin: ShopEvent['origin'] } {
  if (origin !== 'by-age') return { origin, ...happenedAt({ ...stamps, origin }) };
  const live = happenedAt({ ...stamps, origin: 'live' });
  const isLive = stamps.timestamp !== null && mayTrigger({ origin: 'live', occurredAt: live.at, receivedAt: stamps.receivedAt });
  return isLive ? { origin: 'live', ...live } : { origin: 'import', ...happenedAt({ ...stamps, origin: 'import' }) };
}

const stampNotes: Readonly<Record<StampVerdict, readonly string[]>> = {
  kept: [],
  clamped: ['clock-ahead'],
  impossible: ['impossible-timestamp'],
};

/** Characters of an event's JSON. Segment takes 32 kB. Imports carry what a shop has gathered. */
const largestEvent: Readonly<Record<SegmentRequest['origin'], number>> = { live: 32 * 1024, import: 256 * 1024, 'by-age': 256 * 1024 };

/** Characters of a trait's JSON; a larger one is left out of the profile, and stays with the event. Acts of consent are no trait. */
const largestTrait = 4 * 1024;

/** Deeper ones are no event, and would exhaust the stack of whatever walks them. */
const maxDepth = 64;

/** Long enough for every client that we know, and short enough for an index. */
const maxIdLength = 255;

const id = (name: string) =>
  z
    .union([z.string(), z.number(), z.boolean()], { error: `\`${name}\` must be text.` })
    .nullish()
    .transform((value) => (value === null || value === undefined || value === '' ? null : String(value)))
    .refine((value) => value === null || value.length <= maxIdLength, {
      error: `\`${name}\` is longer than ${maxIdLength} characters.`,
    });

const fields = (name: string) =>
  z
    .record(z.string(), z.unknown(), { error: `\`${name}\` must be an object.` })
    .nullish()
    .transform((value) => value ?? {});

const label = (name: string) =>
  z
    .string({ error: `\`${name}\` must be text.` })
    .max(maxIdLength, { error: `\`${name}\` is longer than ${maxIdLength} characters.` })
    .nullish()
    .transform((value) => (value === undefined || value === '' ? null : value));

const eventSchema = z.object({
  type: z.enum(eventTypes, { error: `\`type\` must be one of ${eventTypes.join(', ')}.` }),
  messageId: id('messageId'),
  userId: id('userId'),
  anonymousId: id('anonymousId'),
  previousId: id('previousId'),
  event: label('event'),
  name: label('name'),
  properties: fields('properties'),
  traits: fields('traits'),
  timestamp: z.unknown().optional(),
  originalTimestamp: z.unknown().optional(),
  sentAt: z.unknown().optional(),
});
type Said = z.output<typeof eventSchema>;

/**
 * What is said without the ids that name nobody: by `undefined` two browsers would be one person. The event is kept under what remains, with a note
 * such as `placeholder-user-id`.
 */
function withoutPlaceholders(
  said: Said,
  list: ReadonlySet<string> | undefined,
): { readonly said: Said; readonly notes: readonly string[] } {
  const isNobody = (id: string | null): boolean => id !== null && isPlaceholder(id, list);
  const named = { userId: said.userId, anonymousId: said.anonymousId, previousId: said.previousId };
  const nobody = idFields.filter((field) => isNobody(named[field]));
  if (nobody.length === 0) return { said, notes: [] };
  const rest = { ...said, ...Object.fromEntries(nobody.map((field) => [field, null])) };
  return { said: rest, notes: nobody.map((field) => placeholderNotes[field]) };
}

const idFields = ['userId', 'anonymousId', 'previousId'] as const;
const placeholderNotes = {
  userId: 'placeholder-user-id',
  anonymousId: 'placeholder-anonymous-id',
  previousId: 'placeholder-previous-id',
} as const;

/** What one field alone does not show. */
function problemOf(said: Said, notes: readonly string[]): { readonly reason: string; readonly detail: string } | null {
  if (said.userId === null && said.anonymousId === null && notes.length > 0)
    return {
      reason: 'placeholder-id',
      detail: 'The ids of the event are placeholders such as `undefined` or `guest`: it needs a real `userId` or `anonymousId`.',
    };
  if (said.userId === null && said.anonymousId === null)
    return { reason: 'no-identity', detail: 'The event needs a `userId` or an `anonymousId`.' };
  if (said.type === 'track' && said.event === null) return { reason: 'no-name', detail: 'A track call needs the name of its `event`.' };
  const joinsNobody = notes.includes(placeholderNotes.previousId);
  if (said.type === 'alias' && (said.userId === null || (said.previousId === null && !joinsNobody)))
    return { reason: 'no-identity', detail: 'An alias call needs a `userId` and a `previousId`.' };
  return null;
}

/** Rudder's clients say `originalTimestamp` where Segment's say `timestamp`. A stamp that cannot be read counts as none, and is noted. */
function stampsOf(said: Said): { readonly timestamp: Instant | null; readonly sentAt: Instant | null; readonly notes: readonly string[] } {
  const given = [said.timestamp, said.originalTimestamp].filter(isGiven);
  const timestamp = given.map(readInstant).find((at) => at !== null) ?? null;
  const isLost = timestamp === null && given.length > 0;
  return { timestamp, sentAt: readInstant(said.sentAt), notes: isLost ? ['unreadable:timestamp'] : [] };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** The same content gives the same id, whenever it was sent. */
function derivedId(payload: Readonly<Record<string, unknown>>, salt: string): string {
  const { sentAt: _sentAt, _metadata, messageId: _messageId, ...content } = payload;
  return `content-${createHash('sha256')
    .update(JSON.stringify([salt, content]))
    .digest('hex')}`;
}

function sentencesOf(error: z.ZodError): string {
  return [...new Set(error.issues.map(({ message }) => message))].join(' ');
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true;
  return false;
}
