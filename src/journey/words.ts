import type { FactName } from '../domain/events/fact.js';
import type { VerdictReason } from '../domain/gate/verdict.js';
import { type Channel, channelKind } from '../domain/messages/channel.js';
import { durationWords } from '../domain/time/duration.js';
import type { Instant } from '../domain/time/instant.js';
import { formatLocal } from '../domain/time/time.js';

const factWords: Readonly<Record<string, string>> = {
  'profile.updated': 'a change of the profile',
  'consent.granted': 'a consent',
  'consent.revoked': 'a withdrawal of consent',
  'product.viewed': 'a look at a product',
  'product.restocked': 'the return of a product that the person waits for',
  'product.price_dropped': 'a lower price of a product that the person waits for',
  'page.viewed': 'a look at a page',
  'cart.updated': 'a change of the cart',
  'cart.emptied': 'the cart being emptied',
  'checkout.started': 'a started checkout',
  'checkout.updated': 'a change of the checkout',
  'order.created': 'a placed order',
  'order.paid': 'a paid order',
  'order.updated': 'a changed order',
  'order.cancelled': 'a cancelled order',
  'order.refunded': 'a refund',
  'shipment.created': 'a shipment',
  'shipment.exception': 'trouble with a shipment',
  'shipment.delivered': 'a delivered shipment',
  'return.opened': 'an opened return',
  'return.closed': 'a closed return',
  'ticket.opened': 'an opened ticket',
  'ticket.closed': 'a closed ticket',
  'task.closed': 'a closed task',
  'hold.released': 'the end of a hold',
  'feedback.submitted': 'feedback',
  'product.reviewed': 'a review',
  'message.delivered': 'a delivery',
  'message.bounced': 'a bounce',
  'message.failed': 'a failed message',
  'message.opened': 'an open',
  'message.clicked': 'a click',
  'message.replied': 'a reply',
  'message.complained': 'a complaint',
  'segment.entered': 'coming into a segment',
  'segment.left': 'leaving a segment',
  'journey.called': 'a call of a journey',
  'quiz.started': 'a started quiz',
  'answer.given': 'an answer',
  'quiz.completed': 'a completed quiz',
};

const clientEvents: Readonly<Record<string, FactName>> = {
  'product viewed': 'product.viewed',
  'quiz started': 'quiz.started',
  'question answered': 'answer.given',
  'quiz answered': 'answer.given',
  'quiz completed': 'quiz.completed',
  'viewed product': 'product.viewed',
  'product added': 'cart.updated',
  'added product': 'cart.updated',
  'product removed': 'cart.updated',
  'removed product': 'cart.updated',
  'cart viewed': 'cart.updated',
  'checkout started': 'checkout.started',
  'checkout step viewed': 'checkout.updated',
  'checkout step completed': 'checkout.updated',
  'payment info entered': 'checkout.updated',
  'order completed': 'order.paid',
  'completed order': 'order.paid',
  'order cancelled': 'order.cancelled',
  'order canceled': 'order.cancelled',
  'order refunded': 'order.refunded',
  'order created': 'order.created',
  'order placed': 'order.created',
  'order updated': 'order.updated',
  'order edited': 'order.updated',
  'shipment created': 'shipment.created',
  'order shipped': 'shipment.created',
  'order fulfilled': 'shipment.created',
  'shipment exception': 'shipment.exception',
  'shipment delayed': 'shipment.exception',
  'shipment delivered': 'shipment.delivered',
  'order delivered': 'shipment.delivered',
  'return opened': 'return.opened',
  'return closed': 'return.closed',
  'ticket opened': 'ticket.opened',
  'ticket created': 'ticket.opened',
  'ticket reopened': 'ticket.opened',
  'ticket closed': 'ticket.closed',
  'ticket solved': 'ticket.closed',
  'ticket resolved': 'ticket.closed',
  'feedback submitted': 'feedback.submitted',
  'product reviewed': 'product.reviewed',
  'consent granted': 'consent.granted',
  'consent revoked': 'consent.revoked',
};

/** The fact that journeys hear of when a client sends this event: `Order Completed` is `order.paid`. Null for a shop's own events. */
export function factOfClientEvent(name: string): FactName | null {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(clientEvents, key) ? (clientEvents[key] ?? null) : null;
}

/** A fact as a noun for people: `order.paid` is `a paid order`. */
export function sayFact(name: FactName): string {
  return factWords[name] ?? `the event ${name.replace(/^event:/, '')}`;
}

export function sayChannel(channel: Channel): string {
  return channelKind(channel).words.one;
}

/** `23 hours, until Tue 1 Dec 10:00 (Europe/London)`. */
export function sayUntil(from: Instant, until: Instant, timeZone: string): string {
  return `${durationWords(until - from)}, until ${formatLocal(until, timeZone)} (${timeZone})`;
}

const reasonWords: Readonly<Record<VerdictReason, string>> = {
  paused: 'sending is paused',
  exited: 'the person has left the journey',
  'no-consent': 'there is no consent for it',
  suppressed: 'the address is suppressed',
  unreachable: 'there is no address to reach the person at',
  'on-hold': 'marketing to the person is on hold',
  holdout: 'the person is in the holdout',
  'empty-content': 'there is nothing to say in it',
  stale: 'its time is over',
  'quiet-hours': 'no time before its deadline is outside quiet hours',
  'frequency-cap': 'the person has had enough messages',
  outranked: 'a more important message takes its place',
  duplicate: 'it was sent already',
  'provider-rejected': 'the provider refused it',
};

/** Why a message was not sent, as a clause. */
export function sayReason(reason: VerdictReason | null): string {
  return reason === null ? 'no reason was recorded' : reasonWords[reason];
}
