import { type ConsentRecord, hasConsent } from '../../src/domain/consent/consent.js';
import type { Channel } from '../../src/domain/messages/channel.js';
import { shippedPolicies } from './policies.js';
import { noon } from './shop-events.js';

const { topics } = shippedPolicies();

/** Do these acts come to consent, under the topics of this repository, some hours into the tests' day? */
export function mayReceive(records: readonly ConsentRecord[], channel: Channel, topic: string, at = noon): boolean {
  return hasConsent(records, channel, topic, at, topics);
}
