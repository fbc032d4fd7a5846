import type { Cart } from '../carts/cart.js';
import type { ConsentRecord } from '../consent/consent.js';
import type { FactName } from '../events/fact.js';
import type { Channel } from '../messages/channel.js';
import type { MessageState } from '../messages/message.js';
import type { TopicPolicy } from '../policy/topic-policy.js';
import type { Instant } from '../time/instant.js';

/** A comparison with one operator. A missing value gives `unknown`, except for `exists`. */
export type Comparison =
  | { readonly op: 'is' | 'is_not'; readonly value: string | number | boolean }
  | { readonly op: 'in' | 'not_in'; readonly value: readonly (string | number | boolean)[] }
  | { readonly op: 'at_least' | 'at_most' | 'more_than' | 'less_than'; readonly value: number }
  | { readonly op: 'contains'; readonly value: string }
  | { readonly op: 'exists'; readonly value: boolean };

/** Structured conditions, no expression language. `window` is in milliseconds back from the instant of evaluation. */
export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'trait'; readonly name: string; readonly comparison: Comparison }
  | { readonly kind: 'event_property'; readonly path: string; readonly comparison: Comparison; readonly currency?: string }
  | { readonly kind: 'event_count'; readonly name: FactName; readonly windowMs: number | null; readonly comparison: Comparison }
  /** `currency`: of the amount. Absent: of whichever currency. */
  | {
      readonly kind: 'cart';
      readonly field: 'value' | 'lines' | 'currency' | 'state';
      readonly comparison: Comparison;
      readonly currency?: string;
    }
  | { readonly kind: 'consent'; readonly channel: Channel; readonly topic: string; readonly granted: boolean }
  | { readonly kind: 'identified'; readonly is: boolean }
  | { readonly kind: 'message'; readonly step: string; readonly status: MessageStatus };

/** What became of a step's message, as conditions ask for it. `sent` means accepted by the provider or further. */
export type MessageStatus = 'sent' | 'delivered' | 'bounced' | 'failed' | 'skipped' | 'clicked' | 'opened';

export type Truth = 'true' | 'false' | 'unknown';

/** All that conditions and guards may read, loaded under the lock. */
export interface ConditionFacts {
  readonly at: Instant;
  readonly profile: {
    readonly identified: boolean;
    readonly traits: Readonly<Record<string, unknown>>;
  };
  readonly cart: Cart | null;
  readonly consents: readonly ConsentRecord[];
  /** Says which topics a consent to `marketing` covers. */
  readonly topics: TopicPolicy;
  /** Instants of the facts that the journey's conditions count, newest first, as far back as their widest window. */
  readonly eventInstants: Readonly<Partial<Record<FactName, readonly Instant[]>>>;
  /** Properties of the fact that triggered the entry, or of the one being matched. */
  readonly event: Readonly<Record<string, unknown>>;
  /** By step id: the state of the latest visit's message and the receipts seen. */
  readonly messages: Readonly<Record<string, { readonly state: MessageState; readonly receipts: readonly string[] }>>;
}
