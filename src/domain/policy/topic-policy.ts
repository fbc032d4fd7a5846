import type { Channel } from '../messages/channel.js';
import { didYouMean } from '../values/nearest.js';

/** The published `policies/topics.yaml`: what people consent to, by name. */
export interface TopicPolicy {
  readonly version: number;
  readonly topics: readonly Topic[];
}

export interface Topic {
  /** `cart_reminder`, as templates and consents name it. */
  readonly id: string;
  /** What the preference centre calls it, by language; every language of the shop. */
  readonly name: Readonly<Record<string, string>>;
  readonly description: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  /** Channels on which a grant of `marketing` covers this topic; elsewhere it must be granted by name. */
  readonly coveredByMarketing: readonly Channel[];
  /** Channels on which consent counts only once confirmed (double opt-in). */
  readonly doubleOptIn: readonly Channel[];
  /** The same where the law of some countries asks for it (ISO 3166, upper case). Absent: on no other channel. */
  readonly doubleOptInCountries?: Readonly<Partial<Record<Channel, readonly string[]>>>;
  /** Offered in the preference centre. */
  readonly isOffered: boolean;
}

export function topicIds({ topics }: Pick<TopicPolicy, 'topics'>): readonly string[] {
  return topics.map(({ id }) => id);
}

/** The problem with this topic, for its author; null: the topic is known. */
export function unknownTopic(topic: string, known: readonly string[]): { readonly message: string; readonly suggestion: string } | null {
  if (known.includes(topic)) return null;
  return {
    message: `There is no topic "${topic}" in policies/topics.yaml.`,
    suggestion: didYouMean(topic, known) ?? `Add it there, or write one of ${known.join(', ')}.`,
  };
}
