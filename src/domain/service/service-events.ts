import { eventKey } from '../events/event-key.js';
import { longestSubjectId } from '../events/subject.js';
import type { Instant } from '../time/instant.js';
import { readInstant } from '../time/written-instant.js';
import { FieldReader, type Properties } from '../values/field-reader.js';
import type { ServiceFields, ServiceKind, ServiceTold } from './service-record.js';

/** What an event tells of a ticket, of feedback or of a review. */
export interface ServiceReading {
  readonly told: ServiceTold;
  /** The source's own update time; null: it says none. */
  readonly updatedAt: Instant | null;
  /** Names of the fields that are there and could not be read, never their values. */
  readonly lost: readonly string[];
}

interface Told {
  readonly of: ServiceKind;
  readonly state?: 'open' | 'closed';
  readonly ids: readonly string[];
}

const ticketIds = ['ticket_id', 'ticketId', 'conversation_id', 'case_id', 'id'];
const feedbackIds = ['feedback_id', 'feedbackId', 'response_id', 'id'];
const reviewIds = ['review_id', 'reviewId', 'id'];

/** Ours, with what help desks call them; `Product Reviewed` is Segment's. */
const names: ReadonlyMap<string, Told> = new Map<string, Told>([
  ['ticket opened', { of: 'ticket', state: 'open', ids: ticketIds }],
  ['ticket created', { of: 'ticket', state: 'open', ids: ticketIds }],
  ['ticket reopened', { of: 'ticket', state: 'open', ids: ticketIds }],
  ['ticket closed', { of: 'ticket', state: 'closed', ids: ticketIds }],
  ['ticket solved', { of: 'ticket', state: 'closed', ids: ticketIds }],
  ['ticket resolved', { of: 'ticket', state: 'closed', ids: ticketIds }],
  ['feedback submitted', { of: 'feedback', ids: feedbackIds }],
  ['product reviewed', { of: 'review', ids: reviewIds }],
]);

/** Of whom the event is, for what has no id of its own. */
interface Teller {
  readonly messageId: string;
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

/** Reads a track event; null: it tells of none of them. What cannot be read is noted and costs nothing else. */
export function readServiceEvent(name: string, properties: Properties, teller: Teller): ServiceReading | null {
  const told = names.get(eventKey(name));
  if (told === undefined) return null;
  const read = new FieldReader();
  const fields = { ...(told.state === undefined ? {} : { state: told.state }), ...readFields(properties, read) };
  const id = usable(read.text(properties, told.ids)) ?? ownId(told.of, fields, teller);
  const written = properties['updated_at'] ?? properties['updatedAt'] ?? null;
  const updatedAt = written === null ? null : readInstant(written);
  if (written !== null && updatedAt === null) read.lose('updated_at');
  return { told: { of: told.of, id, fields }, updatedAt, lost: read.lost };
}

function readFields(properties: Properties, read: FieldReader): ServiceFields {
  const fields = {
    subject: cut(read.text(properties, ['subject', 'title', 'summary']), longestSubject),
    priority: cut(read.text(properties, ['priority']), 40),
    rating: read.number(properties, ['rating', 'score'], null),
    comment: cut(read.text(properties, ['comment', 'review_body', 'body', 'text', 'message']), longestComment),
    orderId: usable(read.text(properties, ['order_id', 'orderId'])),
    productId: usable(read.text(properties, ['product_id', 'productId', 'sku'])),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/**
 * A ticket without an id is the person's only one. Feedback is one for each order, a review one for each product of a person: who rates
 * again changes their mind. Without these each event is one of its own.
 */
function ownId(of: ServiceKind, { orderId, productId }: ServiceFields, { messageId, userId, anonymousId }: Teller): string {
  const person = `${userId === null ? 'visitor' : 'user'}/${userId ?? anonymousId ?? ''}`;
  if (of === 'ticket') return person;
  const about = of === 'feedback' ? orderId : productId;
  const id = about === undefined ? null : usable(`${person}/${about}`);
  return id ?? `event:${messageId}`;
}

/** Longer ids name nothing: an index has no room for them. */
function usable(id: string | null): string | null {
  return id === null || id.length > longestSubjectId ? null : id;
}

const longestSubject = 200;
const longestComment = 2000;

function cut(text: string | null, length: number): string | null {
  return text === null ? null : text.slice(0, length);
}
