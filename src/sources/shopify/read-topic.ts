import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/time/instant.js';
import type { Fields, Named, SignedReading, Unreadable } from '../source.js';
import type { ShopifyDelivery } from './delivery.js';
import { digits, fullPhone, idOf, record, text } from './fields.js';
import type { Part } from './part.js';
import { topics } from './topics.js';
import { customerUser, orderUser } from './who.js';

/** What a body tells, by its topic. `at`: when it came. */
export function readTopic(delivery: ShopifyDelivery, body: Fields, at: Instant): SignedReading {
  const topic = topics.get(delivery.topic);
  if (topic === undefined) return unreadable('unknown-topic', `Sojourn does not read the topic \`${delivery.topic}\`.`);
  switch (topic.kind) {
    case 'silent':
      return nothing;
    case 'events':
      return { ...nothing, events: topic.parts(body).map((part) => rawOf(part, delivery, body)) };
    case 'product': {
      const told = topic.read(body, delivery.shop, at);
      return told === null ? unreadable('invalid-event', `The body of \`${delivery.topic}\` has no id.`) : { ...nothing, products: [told] };
    }
    case 'erase':
      return { ...nothing, erase: [whoIn(body)] };
    case 'for-people':
      return { kind: 'unreadable', reason: topic.reason, detail: topic.sentence, keeps: customerOnly(body) };
  }
}

const nothing = { kind: 'delivery', events: [], products: [], erase: [] } as const;

export function unreadable(reason: string, detail: string): Unreadable {
  return { kind: 'unreadable', reason, detail };
}

/**
 * What is kept, and read by `readEvent`. A test order is stored and starts nothing. Ids of events stay when a person is erased, so numbers
 * of customers and orders are in them as a digest alone.
 */
function rawOf(
  part: Part,
  { webhookId, triggeredAt }: ShopifyDelivery,
  body: Fields,
): { readonly raw: Fields; readonly origin: 'live' | 'import' } {
  const messageId = part.key === null ? `shopify/${webhookId}/${part.kind}` : `shopify/${part.kind}/${digestOf(part.key)}`;
  return {
    raw: { part: part.kind, messageId, triggeredAt, body: part.body },
    origin: body['test'] === true ? 'import' : 'live',
  };
}

export function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** Whom a request of Shopify's names: by the customer's id, their orders, and the address. */
function whoIn(body: Fields): Named {
  const customer = record(body['customer']);
  const id = idOf(customer);
  const orders = Array.isArray(body['orders_to_redact'])
    ? (body['orders_to_redact'] as readonly unknown[]).flatMap((one) => digits(one) ?? [])
    : [];
  const userIds = [...(id === null ? [] : [customerUser(id)]), ...orders.map(orderUser)];
  return { userIds, email: text(customer['email']), phone: fullPhone(customer['phone']) };
}

/** The customer's number is enough to find them by. */
function customerOnly(body: Fields): Fields {
  const id = idOf(record(body['customer']));
  return id === null ? {} : { userId: customerUser(id) };
}
