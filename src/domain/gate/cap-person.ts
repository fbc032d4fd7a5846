import type { EngagementFacts } from '../engagement/facts.js';
import { fatigueMultiplier } from '../engagement/fatigue.js';
import { tierAt } from '../engagement/tier.js';
import { topicMultiplier } from '../engagement/topic-affinity.js';
import type { Policies } from '../policy/policies.js';
import type { CapPerson } from './caps-for.js';
import { chosenCap } from './frequency-preference.js';
import type { SendRequest } from './guards/guard.js';

/**
 * What makes the caps those of this person for this message, as it is at the instant of the request. `timeZone`: where their days begin.
 */
export function capPerson(
  { engagement: policy }: Pick<Policies, 'engagement'>,
  person: { readonly engagement: EngagementFacts; readonly traits: Readonly<Record<string, unknown>>; readonly timeZone: string },
  { at, ...of }: Pick<SendRequest, 'at' | 'channel' | 'topic' | 'messageId'>,
): CapPerson {
  const { engagement, traits, timeZone } = person;
  return {
    tier: tierAt(policy, engagement, at).tier,
    topicMultiplier: topicMultiplier(policy, engagement, at, of).multiplier,
    fatigueMultiplier: fatigueMultiplier(policy, engagement, at, of).multiplier,
    chosen: chosenCap(traits, at),
    timeZone,
  };
}
