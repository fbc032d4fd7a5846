import type { Channel } from '../messages/channel.js';
import type { TopicPolicy } from '../policy/topic-policy.js';
import type { Instant } from '../time/instant.js';
import { type ConsentRecord, hasConsent } from './consent.js';

/** A refusal of all marketing that was said of an address: it counts as if each who has the address, now or later, had said it then. */
interface AddressRefusal extends ConsentRecord {
  readonly topic: 'marketing';
  readonly state: 'withdrawn';
}

/**
 * The acts of a person, with the unsubscribes of their addresses. A later yes of the person wins over an unsubscribe, as over a refusal of
 * their own; a yes of an import never does, with any date.
 */
export function heldTo<R extends ConsentRecord>(
  records: readonly R[],
  unsubscribes: readonly { readonly channel: Channel; readonly at: Instant }[],
): readonly (R | AddressRefusal)[] {
  if (unsubscribes.length === 0) return records;
  const refusals = unsubscribes.map(({ channel, at }): AddressRefusal => {
    return { channel, topic: 'marketing', state: 'withdrawn', at, method: 'unsubscribed-address', source: 'suppression' };
  });
  const isHeard = ({ channel, state, isImported }: R): boolean =>
    state !== 'granted' || isImported !== true || !refusals.some((refusal) => refusal.channel === channel);
  return [...records.filter(isHeard), ...refusals];
}

/** Is the address unsubscribed, since `unsubscribedAt`, as far as this message goes? */
export function isUnsubscribed(
  unsubscribedAt: Instant | undefined,
  { channel, topic, at }: { readonly channel: Channel; readonly topic: string; readonly at: Instant },
  consents: readonly ConsentRecord[],
  topics: TopicPolicy,
): boolean {
  return unsubscribedAt !== undefined && !hasConsent(heldTo(consents, [{ channel, at: unsubscribedAt }]), channel, topic, at, topics);
}
