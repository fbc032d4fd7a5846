import { hasConsent } from '../../consent/consent.js';
import type { Guard } from './guard.js';

/** Consent to the topic on the channel, as it is now, unless the class of the message needs none. */
export const requireConsent: Guard = ({ channel, topic, at }, { needsConsent, consents, topics }) =>
  !needsConsent || hasConsent(consents, channel, topic, at, topics)
    ? null
    : { kind: 'skip', reason: 'no-consent', detail: { channel, topic } };
