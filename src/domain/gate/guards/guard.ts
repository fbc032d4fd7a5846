import type { ConsentRecord } from '../../consent/consent.js';
import type { Hold } from '../../holds/hold.js';
import type { Channel, MessageClass } from '../../messages/channel.js';
import type { LedgerSlot } from '../../messages/message.js';
import type { Place } from '../../places/zone-evidence.js';
import type { DailyHours, QuietHoursPolicy } from '../../policy/quiet-hours-policy.js';
import type { TopicPolicy } from '../../policy/topic-policy.js';
import type { Instant } from '../../time/instant.js';
import type { CapRule } from '../cap-rule.js';
import type { ChannelPrice } from '../message-price.js';
import type { SendDecision } from '../verdict.js';

/** What a step, broadcast, API call or test send asks of the gate. */
export interface SendRequest {
  readonly messageId: string;
  readonly channel: Channel;
  readonly class: MessageClass;
  readonly topic: string;
  /** 0–100, higher wins. */
  readonly priority: number;
  readonly at: Instant;
  readonly deadlineAt: Instant;
  /** What happens when a cap is in the way: wait for room until the deadline, give up at once, or leave the journey too. */
  readonly onCapped: 'defer' | 'skip' | 'exit';
  /** The last instant to which a cap may move it, where that is before the deadline. Absent: the deadline. */
  readonly cappedUntil?: Instant;
  /** Whether caps hold it back: what a step says. Absent: as its class does. */
  readonly obeysCap?: boolean;
  /** The person's own act asked for it. Absent: it did not. */
  readonly isUserInitiated?: boolean;
  /** What it is expected to bring, in the shop's currency. Absent: nobody knows, and its price is not asked. */
  readonly expectedMargin?: number;
  /** Local hours to which the journey or the step narrows quiet hours. Absent: as the law has them. */
  readonly hours?: DailyHours | null;
}

/** All that the gate reads, loaded under the profile's lock. */
export interface SendFacts {
  /** `provider`: a breaker stopped marketing to the mailbox provider of this name. */
  readonly paused: { readonly scope: 'all' | 'channel' | 'provider' | 'journey'; readonly provider?: string } | null;
  /** Whether the class of the message needs consent (`policies/classes.yaml`). */
  readonly needsConsent: boolean;
  readonly consents: readonly ConsentRecord[];
  /** Says which topics a consent to `marketing` covers. */
  readonly topics: TopicPolicy;
  readonly suppression: { readonly reason: string } | null;
  /** Why marketing to the person waits; those that somebody ended are not among them. */
  readonly holds: readonly Hold[];
  /** Codes of `no`: `no-address`, `invalid-address`, `not-mobile` and the like. */
  readonly reachable: { readonly kind: 'ok' } | { readonly kind: 'no'; readonly code: string };
  /** The person is in the holdout, and the class of the message keeps it from them (`held_out` in `policies/classes.yaml`). */
  readonly holdout: boolean;
  /** `mayCome`: what is missing may still come. */
  readonly content: { readonly kind: 'ready' } | { readonly kind: 'empty'; readonly problem: string; readonly mayCome?: true };
  /** Every place that the person may be in; a text leaves only when it is inside the hours of all. Never empty for a text. */
  readonly places: readonly Place[];
  /** Null: the class of the message need not keep them (`quietHoursFor`). */
  readonly quietHours: QuietHoursPolicy | null;
  /**
   * Messages of the profile, as far back as the widest cap window. The message's own row may be among them: it is never counted against
   * itself, and a promised slot that has come is honoured although others were promised slots after it.
   */
  readonly ledger: readonly LedgerSlot[];
  /** The caps in force for this person and this message (`capsFor`). */
  readonly caps: readonly CapRule[];
  /** Texts that went to the country of this number within an hour, and how many may. Absent: it is no text, or nobody counts. */
  readonly texts?: { readonly country: string; readonly used: number; readonly perHour: number } | null;
  /** What a message on the channel risks. Null or absent: the shop has not said. */
  readonly price?: ChannelPrice | null;
}

/**
 * One refusal. Null: nothing against it. `decide` is the gate itself, for the guard that records what would have been.
 */
export type Guard = (
  request: SendRequest,
  facts: SendFacts,
  decide: (request: SendRequest, facts: SendFacts) => SendDecision,
) => SendDecision | null;
