import type { ConsentRecord } from '../consent/consent.js';
import type { Channel } from '../messages/channel.js';
import type { Instant } from '../time/instant.js';
import { mayTrack, type TrackingPolicy } from '../tracking/tracking.js';
import { type EngagementState, noEngagement } from './state.js';

/** All that tier, topic affinity and fatigue of one person are worked out from. Read with the other facts of a turn. */
export interface EngagementFacts {
  readonly state: EngagementState;
  readonly consents: readonly ConsentRecord[];
  /**
   * When marketing and broadcast messages whose links tell were accepted since the newest engagement, the oldest first, without those that
   * bounced or failed.
   */
  readonly unengagedSends: readonly Instant[];
  /** The same of win-back messages, whether or not their links tell. */
  readonly winBacks: readonly Instant[];
  readonly topics: readonly TopicHistory[];
  /** Whether links and pixels of this person are followed. Where they are not, silence says nothing. */
  readonly isTracked: boolean;
  /** False: the person objects to profiling (GDPR Art. 21); nothing is worked out from what they do. */
  readonly mayProfile: boolean;
}

/** Nothing is known, and nothing is followed. */
export const nobodysEngagement: EngagementFacts = {
  state: noEngagement,
  consents: [],
  unengagedSends: [],
  winBacks: [],
  topics: [],
  isTracked: false,
  mayProfile: true,
};

/** What came of the messages of one topic on one channel in the last year. */
export interface TopicHistory {
  readonly topic: string;
  readonly channel: Channel;
  /** Accepted, or answered at least, and neither bounced nor failed. */
  readonly delivered: number;
  /** Of these, of how many an answer can be heard: their links tell. */
  readonly answerable: number;
  /** Of these, how many a person surely opened. */
  readonly opened: number;
  /** Of these, how many a person clicked in. */
  readonly clicked: number;
  /** The two newest slots, promised ones too, so that a message can leave itself out. */
  readonly newest: readonly { readonly messageId: string; readonly at: Instant }[];
}

/** Puts together what is kept of a person, and what came of their messages. */
export function engagementFacts(
  profile: { readonly engagement: EngagementState; readonly traits: Readonly<Record<string, unknown>>; readonly phone: string | null },
  told: Pick<EngagementFacts, 'consents' | 'unengagedSends' | 'winBacks' | 'topics'>,
  { tracking, shop }: { readonly tracking: TrackingPolicy; readonly shop: { readonly country: string } },
): EngagementFacts {
  const { consents, unengagedSends, winBacks, topics } = told;
  return {
    state: profile.engagement,
    consents,
    unengagedSends,
    winBacks,
    topics,
    isTracked: mayTrack(tracking, profile, shop),
    mayProfile: mayProfile(profile.traits),
  };
}

/** What the shop's events say under this name is whether a person may be profiled; absent: yes. */
export function mayProfile(traits: Readonly<Record<string, unknown>>): boolean {
  return traits['profiling_allowed'] !== false;
}
