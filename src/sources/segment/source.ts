import { z } from 'zod';
import { type EventType, eventTypes } from '../../domain/events/event.js';
import { isRecord } from '../../domain/values/is-record.js';
import { maxIdLength } from '../kit/limits.js';
import type { BodyReading, EventSaid, Fields, SaidOrigin, Source, Unreadable } from '../source.js';

type Call = EventType | 'batch' | 'import';

/** Segment's paths, those of its servers' clients and those of its browser client. */
const paths: Readonly<Record<string, Call>> = {
  identify: 'identify',
  track: 'track',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  batch: 'batch',
  import: 'import',
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: 'batch',
};

/** Segment's HTTP API, so that a shop's ordinary event client can be pointed at us. */
export const segment: Source = { id: 'segment', paths, readBody, readEvent };

function readBody(body: unknown, call: string): BodyReading {
  const origin = originOf(call, body);
  const unreadable = (reason: string, detail: string) => ({ kind: 'unreadable', origin, reason, detail }) as const;
  if (body === undefined) return unreadable('invalid-json', 'The body is not JSON.');
  if (!isRecord(body)) return unreadable('not-an-object', 'The body must be a JSON object.');
  const { batch, sentAt } = body;
  // The request's own `sentAt` counts before the one of an event, which may tell of an earlier attempt.
  const sent = sentAt === undefined || sentAt === null ? {} : { sentAt };
  if (call !== 'batch' && call !== 'import')
    return { kind: 'events', origin, isBatch: false, events: [body], beside: { type: call, ...sent } };
  if (!Array.isArray(batch)) return unreadable('no-batch', '`batch` must be a list of events.');
  return { kind: 'events', origin, isBatch: true, events: batch, beside: sent };
}

/** History says so itself (`history: true`): `/v1/import` is also where the Java and Ruby clients post what happens now. */
function originOf(call: string, body: unknown): SaidOrigin {
  if ((call === 'batch' || call === 'import') && isRecord(body) && body['history'] === true) return 'import';
  return call === 'import' ? 'by-age' : 'live';
}

function readEvent(raw: Fields): EventSaid | Unreadable {
  const parsed = eventSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'unreadable', reason: 'invalid-event', detail: sentencesOf(parsed.error) };
  const { event, name, timestamp, originalTimestamp, sentAt, ...said } = parsed.data;
  return {
    ...said,
    kind: 'said',
    name: said.type === 'track' ? event : name,
    // Rudder's clients say `originalTimestamp` where Segment's say `timestamp`.
    stamps: [timestamp, originalTimestamp],
    sentAt,
    context: isRecord(raw['context']) ? raw['context'] : {},
  };
}

function sentencesOf(error: z.ZodError): string {
  return [...new Set(error.issues.map(({ message }) => message))].join(' ');
}

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
