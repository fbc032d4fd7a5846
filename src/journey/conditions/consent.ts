import { z } from 'zod';
import { hasConsent } from '../../domain/consent/consent.js';
import { type Channel, channelKind, channels } from '../../domain/messages/channel.js';
import { topicText } from '../../yaml/topic-text.js';
import { type ConditionKind, plain, truth } from './kind.js';

declare module './condition.js' {
  interface ConditionShapes {
    readonly consent: ConsentCondition;
  }
}

interface ConsentCondition {
  readonly kind: 'consent';
  readonly channel: Channel;
  readonly topic: string;
  readonly granted: boolean;
}

const yaml = z.strictObject({
  channel: z.enum(channels),
  topic: topicText.default('marketing'),
  granted: z.boolean().default(true),
});

/** Consent is never unknown: what was not granted is not granted. */
export const consent: ConditionKind<ConsentCondition, z.output<typeof yaml>> = {
  ...plain,
  yaml: () => yaml,
  compile({ channel, topic, granted }, { note }) {
    note({ kind: 'topic', name: topic }, 'consent', 'topic');
    return { kind: 'consent', channel, topic, granted };
  },
  notMet: ({ granted }) => (granted ? 'no-consent' : 'has-consent'),
  about: 'person',
  changedBy: () => ['consent.granted', 'consent.revoked'],
  evaluate: ({ channel, topic, granted }, { consents, at, topics }) => truth(hasConsent(consents, channel, topic, at, topics) === granted),
  changesAt({ channel }, { consents, at }) {
    const ends = consents.flatMap((record) =>
      record.channel === channel && record.expiresAt != null && record.expiresAt > at ? [record.expiresAt] : [],
    );
    return ends.length === 0 ? null : Math.min(...ends);
  },
  describe(condition, holds) {
    const verb = condition.granted === holds ? 'consents' : 'does not consent';
    return `the person ${verb} to ${condition.topic} by ${channelKind(condition.channel).words.one}`;
  },
};
