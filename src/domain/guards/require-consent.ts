import { hasConsent } from '../consent.js';
import type { Guard } from './guard.js';

/** Consent to the topic on the channel, as it is now. What a person's own act asks for (`transactional`) needs none. */
export const requireConsent: Guard = ({ class: messageClass, channel, topic, at }, { consents, topics }) =>
  messageClass === 'transactional' || hasConsent(consents, channel, topic, at, topics)
    ? null
    : { kind: 'skip', reason: 'no-consent', detail: { channel, topic } };
