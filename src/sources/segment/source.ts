import type { EventType } from '../../domain/events/event.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { BodyReading, EventSaid, Fields, SaidOrigin, Source, Unreadable } from '../source.js';
import { CallFields } from './call-fields.js';

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
  const fields = new CallFields(raw);
  const type = fields.type();
  const messageId = fields.id('messageId');
  const userId = fields.id('userId');
  const anonymousId = fields.id('anonymousId');
  const previousId = fields.id('previousId');
  const event = fields.label('event');
  const name = fields.label('name');
  const properties = fields.record('properties');
  const traits = fields.record('traits');
  if (fields.problems.length > 0) return { kind: 'unreadable', reason: 'invalid-event', detail: fields.problems.join(' ') };
  const { timestamp, originalTimestamp, sentAt, context } = raw;
  return {
    kind: 'said',
    type,
    name: type === 'track' ? event : name,
    userId,
    anonymousId,
    previousId,
    messageId,
    properties,
    traits,
    // Rudder's clients say `originalTimestamp` where Segment's say `timestamp`.
    stamps: [timestamp, originalTimestamp],
    sentAt,
    context: isRecord(context) ? context : {},
  };
}
