import { type Tier, tiers } from '../engagement/engagement-tier.js';
import { type Channel, channels } from '../messages/channel.js';
import { day } from '../time/instant.js';

/** The published `policies/caps.yaml`: how often a person may be written to. Read at every decision, never pinned. */
export interface CapPolicy {
  readonly version: number;
  readonly rules: readonly CapPolicyRule[];
  /** What no rule, tier or override may exceed: over marketing and broadcast. A rule above it is refused by lint. */
  readonly ceilings: readonly { readonly channels: readonly Channel[] | null; readonly windowMs: number; readonly limit: number }[];
  /** A person gets one marketing offer in this time, over all journeys, in milliseconds. Absent in versions of a build of before. */
  readonly offerEveryMs?: number;
}

/** Where a policy does not say it. */
export const usualOfferEveryMs = 60 * day;

/** At most `limit` messages in any window. A minimum gap is a limit of 1. */
export interface CapPolicyRule {
  /** Unique in the policy, told in sentences: `email-7d`. */
  readonly id: string;
  /** Null: all channels, all topics. */
  readonly channels: readonly Channel[] | null;
  readonly topics: readonly string[] | null;
  /** Topics that the rule neither counts nor holds back. */
  readonly exceptTopics: readonly string[];
  /** One limit for all, or one per tier; a tier that is absent is not under this rule. */
  readonly limit: number | Readonly<Partial<Record<Tier, number>>>;
  /** Rolling: (p − ms, p]. Calendar: the local day, week from Monday, or month, in the person's zone. */
  readonly window:
    | { readonly type: 'rolling'; readonly ms: number }
    | { readonly type: 'calendar'; readonly unit: 'day' | 'week' | 'month' };
  /** Messages of this priority or lower leave so many places free for others. */
  readonly headroom: readonly { readonly priorityUpTo: number; readonly keepFree: number }[];
  /** A message that the person's own act asked for (a quiz result) passes this rule; it still counts. For gaps. */
  readonly exemptsUserInitiated: boolean;
  /**
   * A message is not held back by those of lower priority: a newsletter this morning does not keep a cart reminder from leaving. For gaps.
   */
  readonly exemptsMoreImportant: boolean;
  /** Whether topic affinity and fatigue lower this limit. Gaps and ceilings stay as they are. */
  readonly scales: boolean;
}

/**
 * Channels with the tiers for which nothing limits them: no rule of the channel itself, over all topics and a day or more. A rule over all
 * channels together is not enough, because it does not limit texts. Empty: every message that counts is capped.
 */
export function uncapped({ rules }: Pick<CapPolicy, 'rules'>): readonly { readonly channel: Channel; readonly tiers: readonly Tier[] }[] {
  return channels
    .map((channel) => ({ channel, tiers: tiers.filter((tier) => !rules.some((rule) => capsFor(rule, channel, tier))) }))
    .filter((open) => open.tiers.length > 0);
}

function capsFor(
  { channels: own, topics, limit, window, exemptsUserInitiated, exemptsMoreImportant }: CapPolicyRule,
  channel: Channel,
  tier: Tier,
): boolean {
  const isLong = window.type === 'calendar' || window.ms >= day;
  const isForTier = typeof limit === 'number' || limit[tier] !== undefined;
  return own?.includes(channel) === true && topics === null && isLong && isForTier && !exemptsUserInitiated && !exemptsMoreImportant;
}
