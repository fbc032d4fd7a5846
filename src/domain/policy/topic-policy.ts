import type { Channel } from '../channel.js';

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
  /** Offered in the preference centre. */
  readonly isOffered: boolean;
}
