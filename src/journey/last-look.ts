import type { About } from '../domain/events/subject.js';
import type { SendDecision } from '../domain/gate/verdict.js';
import { type Channel, channelKind } from '../domain/messages/channel.js';
import { type Instant, minute } from '../domain/time/instant.js';
import type { JourneyDefinition } from './definition.js';
import type { EntryInput } from './entry.js';

const lookAgainMs = 5 * minute;
const mostLookFailures = 3;

/** Only in a journey that an order ends is the shop asked once more for one, just before a message. */
export function endsByOrder({ exits }: JourneyDefinition): boolean {
  return exits.some(({ on }) => on.kind === 'event' && on.event === 'order.paid');
}

/**
 * An order of somebody who shares an address with the person: it ends what an order of their own would end, and says nothing of the cart.
 */
export function orderOfInbox(orderedAt: Instant): EntryInput {
  return { ...lookedUpOrder(orderedAt, []), eventId: 'order-of-inbox', properties: { source: 'same-address' } } as EntryInput;
}

/** An order that only the shop's own answer told of, as an input of the entry: it was asked for by the entry's cart. */
export function lookedUpOrder(orderedAt: Instant, about: About): EntryInput {
  return {
    kind: 'fact',
    name: 'order.paid',
    at: orderedAt,
    eventId: 'order-lookup',
    profileMatch: true,
    shared: about.filter(({ kind }) => kind === 'cart').map(({ kind }) => kind),
    properties: { source: 'order-lookup' },
  };
}

/**
 * What `decision` becomes when the shop could not be asked: again in five minutes, three times; then an email goes and a text does not
 * (`leavesWithoutLook` of the channel).
 * `failures` counts this one too; `code` says how it failed, where that is known.
 */
export function afterFailedLook(
  decision: SendDecision,
  look: {
    readonly failures: number;
    readonly code?: string;
    readonly at: Instant;
    readonly deadlineAt: Instant;
    readonly channel: Channel;
  },
): SendDecision {
  if (decision.kind !== 'send') return decision;
  const detail = { rule: 'order-lookup', ...(look.code === undefined ? {} : { code: look.code }), failures: look.failures };
  const until = look.at + lookAgainMs;
  if (look.failures <= mostLookFailures && until <= look.deadlineAt) return { kind: 'defer', until, reason: 'stale', detail };
  return channelKind(look.channel).leavesWithoutLook ? decision : { kind: 'skip', reason: 'stale', detail };
}
