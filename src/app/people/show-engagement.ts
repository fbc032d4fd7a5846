import { affinitySentence, fallsSentence, fatigueSentence, tierSentence } from '../../domain/engagement/explain-engagement.js';
import { type Fatigue, fatigueMultiplier } from '../../domain/engagement/fatigue.js';
import { type Contribution, contributionsAt } from '../../domain/engagement/score.js';
import { sunsetSince } from '../../domain/engagement/sunset.js';
import { type TierVerdict, tierAt } from '../../domain/engagement/tier.js';
import { topicMultiplier } from '../../domain/engagement/topic-affinity.js';
import { type Channel, channels } from '../../domain/messages/channel.js';
import type { Instant } from '../../domain/time/instant.js';
import type { AppDeps } from '../deps.js';
import { readPerson } from './read-person.js';

/** How engaged a person is at `at`, why, and what follows from it. */
export interface Engagement extends Pick<TierVerdict, 'tier' | 'since' | 'falls'> {
  readonly profileId: string;
  readonly at: Instant;
  readonly policyVersion: number;
  readonly sentence: string;
  readonly fallsSentence: string | null;
  readonly score: { readonly total: number; readonly contributions: readonly Contribution[] };
  readonly engagedAt: Instant | null;
  /** Since when there is no marketing, because no win-back was answered. */
  readonly sunsetSince: Instant | null;
  readonly topics: readonly {
    readonly topic: string;
    readonly channel: Channel;
    readonly delivered: number;
    readonly opened: number;
    readonly clicked: number;
    readonly multiplier: number;
    readonly sentence: string;
  }[];
  readonly fatigue: readonly (Fatigue & { readonly channel: Channel; readonly multiplier: number; readonly sentence: string })[];
  readonly mayTrack: boolean;
  readonly mayProfile: boolean;
}

/** Null: no such profile. */
export async function showEngagement(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies' | 'shop' | 'secret'>,
  profileId: string,
): Promise<Engagement | null> {
  const person = await readPerson(deps, profileId);
  if (person === null) return null;
  const policy = deps.policies.current().engagement;
  const { at, engagement: facts } = person;
  const reader = { timeZone: deps.shop.timeZone, at };
  const verdict = tierAt(policy, facts, at);
  return {
    profileId: person.profileId,
    at,
    policyVersion: policy.version,
    tier: verdict.tier,
    sentence: tierSentence(policy, verdict, reader),
    since: verdict.since,
    falls: verdict.falls,
    fallsSentence: fallsSentence(verdict, reader),
    score: { total: verdict.score, contributions: facts.mayProfile ? contributionsAt(policy, facts.state.sums, at) : [] },
    engagedAt: facts.state.engagedAt,
    sunsetSince: sunsetSince(policy, facts, at),
    topics: facts.topics.map(({ topic, channel, delivered, opened, clicked }) => {
      const found = topicMultiplier(policy, facts, at, { topic, channel });
      const sentence = affinitySentence(found, reader);
      return { topic, channel, delivered, opened, clicked, multiplier: found.multiplier, sentence };
    }),
    fatigue: channels.flatMap((channel) => {
      const { fatigue, multiplier } = fatigueMultiplier(policy, facts, at, { channel, topic: anyTopic });
      return fatigue === null ? [] : [{ ...fatigue, channel, multiplier, sentence: fatigueSentence(policy, fatigue, reader) }];
    }),
    mayTrack: facts.isTracked,
    mayProfile: facts.mayProfile,
  };
}

/** Of a topic that a person left, the others are lowered: shown is what holds for those. */
const anyTopic = '';
