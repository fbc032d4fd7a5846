import type { Tier } from '../engagement/engagement-tier.js';
import type { ChannelPrice } from '../gate/message-price.js';
import type { Channel } from '../messages/channel.js';
import type { TrackingPolicy } from '../tracking/tracking.js';

export const engagementSignals = [
  'purchase',
  'quiz_answer',
  'human_click',
  'sms_reply',
  'site_visit',
  'reliable_open',
  'machine_open',
] as const;
export type EngagementSignal = (typeof engagementSignals)[number];

/** The published `policies/engagement.yaml`: every number of score, tiers, affinity and fatigue, and who may be tracked. */
export interface EngagementPolicy {
  readonly version: number;
  readonly signals: Readonly<Record<EngagementSignal, { readonly weight: number; readonly halfLifeMs: number }>>;
  readonly tiers: {
    readonly newForMs: number;
    /** So many sends without engagement end `new` early. */
    readonly newEndsAfterSends: number;
    readonly hot: { readonly withinMs: number; readonly scoreAtLeast: number };
    readonly warmWithinMs: number;
    readonly coolWithinMs: number;
    readonly dormantWithinMs: number;
    /** After so many win-backs without an answer, and so long after the last of them, a person gets no marketing any more. */
    readonly sunset: { readonly sends: number; readonly afterMs: number; readonly winBacks: number; readonly graceMs: number };
    /** Below for so long before a tier is lost. */
    readonly demotionAfterMs: number;
  };
  readonly fatigue: { readonly multiplier: number; readonly forMs: number; readonly unengagedSends: number };
  readonly affinity: {
    readonly kappaOpens: number;
    readonly kappaClicks: number;
    /** How often people open and click messages; the prior's mean. */
    readonly usual: { readonly opens: number; readonly clicks: number };
    readonly certainty: number;
    readonly halfBelow: number;
    readonly offBelow: number;
    readonly probeEveryMs: number;
    readonly contrast: { readonly sends: number; readonly rateUpTo: number; readonly p: number };
  };
  /** What a message on a channel risks; where it is absent, no message is weighed against it. */
  readonly price?: Readonly<Partial<Record<Channel, ChannelPrice>>>;
  /** Where a message counts as read by a person: less than this after delivery is a machine. */
  readonly humans: {
    readonly clickAfterMs: number;
    readonly openAfterMs: number;
    readonly burstLinks: number;
    readonly burstMs: number;
    /** So many different links of one message within `sweepMs` are a slow machine's. */
    readonly sweepLinks: number;
    readonly sweepMs: number;
  };
  readonly tracking: TrackingPolicy;
}

/** Tier order for promotion and demotion: a lower number is more engaged. `new` stands beside, not in, the order. */
export const tierRank: Readonly<Record<Tier, number>> = { new: 0, hot: 0, warm: 1, cool: 2, dormant: 3, sunset: 4 };
