import { z } from 'zod';
import { isRecord } from '../../../src/domain/values/is-record.js';
import type { BodyReading, EventSaid, Fields, Source, Unreadable } from '../../../src/sources/source.js';

/** A source on trial: what a shop's tills tell at the end of the day. */
export const till: Source = { id: 'till', paths: { 'till/receipts': 'till' }, readBody, readEvent };

function readBody(body: unknown): BodyReading {
  const origin = isRecord(body) && body['year'] === 'past' ? 'import' : 'live';
  if (!isRecord(body) || !Array.isArray(body['receipts']))
    return { kind: 'unreadable', origin, reason: 'no-receipts', detail: '`receipts` must be a list.' };
  return { kind: 'events', origin, isBatch: true, events: body['receipts'], beside: { till: body['till'] } };
}

const receipt = z.object({
  kind: z.string(),
  number: z.string(),
  till: z.string(),
  customer: z.string().nullable(),
  sold_at: z.string(),
  amount: z.number(),
});

function readEvent(raw: Fields): EventSaid | Unreadable {
  const read = receipt.safeParse(raw);
  if (!read.success) return { kind: 'unreadable', reason: 'no-receipt', detail: 'It has not what every receipt has.' };
  const { kind, number, till, customer, sold_at, amount } = read.data;
  const name = known.get(kind);
  if (name === undefined || (kind === 'refund' && !laterBuild.knowsRefunds))
    return { kind: 'unreadable', reason: 'unknown-receipt', detail: '`kind` is none that is known.' };
  return {
    kind: 'said',
    type: 'track',
    name,
    userId: customer,
    anonymousId: null,
    previousId: null,
    messageId: `till/${till}/${number}`,
    properties: { order_id: `${till}-${number}`, total: amount, currency: 'GBP' },
    traits: {},
    stamps: [sold_at],
    sentAt: null,
    context: { timezone: 'Europe/London' },
  };
}

const known: ReadonlyMap<string, string> = new Map([
  ['sale', 'Order Completed'],
  ['refund', 'Order Refunded'],
]);

/** What a later build knows, and the present one does not. */
export const laterBuild = { knowsRefunds: false };
