import type { Speaker } from '../keys/speaker.js';
import { type TopicPolicy, topicIds, unknownTopic } from '../policy/topic-policy.js';
import { isRefusal } from './consent.js';
import type { ConsentSaid } from './double-opt-in.js';

/** Why an act is not recorded. */
export interface ConsentRefusal {
  readonly code: 'unknown-topic' | 'needs-end' | 'needs-server-key';
  /** For the caller, with their own words. */
  readonly sentence: string;
  /** For what is kept: never a value of the act. */
  readonly problem: string;
}

/**
 * Why this act cannot be recorded; null: it can. A yes to an unknown topic would be shown as given and have no effect; an implied yes
 * (CASL: two years from a purchase, six months from an inquiry) that names no end would last for ever. A no is always taken.
 */
export function refuseConsent(said: ConsentSaid, topics: TopicPolicy): ConsentRefusal | null {
  if (said.state !== 'granted') return null;
  const unknown = unknownTopic(said.topic, topicIds(topics));
  if (unknown !== null)
    return {
      code: 'unknown-topic',
      sentence: `${unknown.message} ${unknown.suggestion ?? ''}`.trim(),
      problem: `\`topic\` names none of policies/topics.yaml. ${unknown.suggestion ?? ''}`.trim(),
    };
  if (said.legalBasis !== 'implied' || (said.expiresAt ?? null) !== null) return null;
  const needsEnd = 'An implied consent needs an end: give `expires_at`.';
  return { code: 'needs-end', sentence: needsEnd, problem: needsEnd };
}

/** A no to a topic that there is not is kept by its name, for when there is, and in doubt it means all marketing too. */
export function widenRefusal(said: ConsentSaid, topics: TopicPolicy): readonly ConsentSaid[] {
  const isKnown = said.topic === 'marketing' || topicIds(topics).includes(said.topic);
  return isKnown || !isRefusal(said.state) ? [said] : [said, { ...said, topic: 'marketing' }];
}

/** Why a browser may not say this yes; null: it may. What the preference centre does not offer is for the shop's own servers to record. */
export function refuseBrowserConsent(said: ConsentSaid, { topics }: TopicPolicy, { kind }: Speaker): ConsentRefusal | null {
  if (kind === 'server' || said.state !== 'granted' || topics.some(({ id, isOffered }) => id === said.topic && isOffered)) return null;
  const problem = 'A yes to a topic that is not offered in the preference centre needs a server key.';
  return { code: 'needs-server-key', sentence: problem, problem };
}
