import { hasConsent } from '../consent/consent.js';
import type { ConditionKind, ConditionOf } from './kind.js';
import { truth } from './kind.js';

/** Consent is never unknown: what was not granted is not granted. */
export const consent: ConditionKind<ConditionOf<'consent'>> = {
  evaluate: ({ channel, topic, granted }, { consents, at, topics }) => truth(hasConsent(consents, channel, topic, at, topics) === granted),
  describe(condition, holds) {
    const verb = condition.granted === holds ? 'consents' : 'does not consent';
    return `the person ${verb} to ${condition.topic} by ${condition.channel === 'sms' ? 'text' : 'email'}`;
  },
};
