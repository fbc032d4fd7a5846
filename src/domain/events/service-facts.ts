import type { ServiceTold } from '../service/service-record.js';
import type { Fact, FactName } from './fact.js';
import type { Happening } from './happening.js';
import { aboutThese } from './subject.js';

/** A fact of the person whose it is, about the order that it names. */
export function serviceFacts({ event, record }: Happening, { of, id, fields }: ServiceTold): readonly Fact[] {
  // Who is not vouched for brings about nothing.
  if (record === null) return [];
  const about = aboutThese({ order: fields.orderId });
  const ids = { [`${of}_id`]: id, ...(fields.rating === undefined ? {} : { rating: fields.rating }) };
  const fact: Fact = {
    name: nameOf(of, fields.state),
    profileId: record.owner,
    at: event.occurredAt,
    eventId: event.messageId,
    properties: { ...event.properties, ...ids },
  };
  return [about.length === 0 ? fact : { ...fact, about }];
}

function nameOf(of: ServiceTold['of'], state: 'open' | 'closed' | undefined): FactName {
  switch (of) {
    case 'ticket':
      return state === 'closed' ? 'ticket.closed' : 'ticket.opened';
    case 'feedback':
      return 'feedback.submitted';
    case 'review':
      return 'product.reviewed';
  }
}
