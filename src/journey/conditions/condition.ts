import type { Cart } from '../../domain/carts/cart.js';
import type { ConsentRecord } from '../../domain/consent/consent.js';
import type { Tier } from '../../domain/engagement/engagement-tier.js';
import type { MessageState } from '../../domain/messages/message.js';
import type { TopicPolicy } from '../../domain/policy/topic-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import type { EntryState } from '../entry.js';
import type { Known } from '../knowledge.js';

/** The conditions of each kind: its file adds its own here. Structured, no expression language. */
export interface ConditionShapes {}

export type Condition = ConditionShapes[keyof ConditionShapes];

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
  /** How engaged the person is, worked out when it is asked for. Absent: not known here. */
  readonly tier?: () => Tier;
  /** What the journey's conditions and steps need beside this, by its source. */
  readonly known: Known;
  /** Properties of the fact that triggered the entry, or of the one being matched. */
  readonly event: Readonly<Record<string, unknown>>;
  /** What waits of the entry heard, by their steps. Absent: nothing. */
  readonly told?: EntryState['told'];
  /** By step id: the state of the latest visit's message and the receipts seen. */
  readonly messages: Readonly<Record<string, { readonly state: MessageState; readonly receipts: readonly string[] }>>;
}
