import { type ConsentRecord, isRefusal } from '../consent/consent.js';
import type { Channel } from '../messages/channel.js';
import type { EngagementPolicy } from '../policy/engagement-policy.js';
import type { Instant } from '../time/instant.js';
import type { EngagementFacts } from './facts.js';
import type { FatigueCause } from './state.js';
import { tierAt } from './tier.js';

/** Why a person gets less for a while. */
export interface Fatigue {
  readonly cause: FatigueCause | 'left-a-topic' | 'unanswered';
  readonly at: Instant;
  readonly until: Instant;
}

/** By how much the caps of a person shrink because they have had enough lately; 1: not at all. `fatigue` is the newest reason. */
export interface FatigueMultiplier {
  readonly multiplier: number;
  readonly fatigue: Fatigue | null;
}

/** Signs of fatigue halve the caps for thirty days; several at once do not add up. */
export function fatigueMultiplier(
  policy: EngagementPolicy,
  facts: EngagementFacts,
  at: Instant,
  of: { readonly channel: Channel; readonly topic: string },
): FatigueMultiplier {
  const { forMs, multiplier } = policy.fatigue;
  const said = facts.state.fatigue;
  const left = leftTopicAt(facts.consents, of, at);
  const unanswered = unansweredAt(policy, facts, at);
  const signs = [
    ...(said === null ? [] : [{ cause: said.cause, at: said.at }]),
    ...(left === null ? [] : [{ cause: 'left-a-topic' as const, at: left }]),
    ...(unanswered === null ? [] : [{ cause: 'unanswered' as const, at: unanswered }]),
  ];
  const [newest] = signs.filter((sign) => sign.at <= at && at < sign.at + forMs).sort((a, b) => b.at - a.at);
  return newest === undefined ? { multiplier: 1, fatigue: null } : { multiplier, fatigue: { ...newest, until: newest.at + forMs } };
}

/** The newest act that took back consent to another topic of the channel, which was granted until then. */
function leftTopicAt(
  consents: readonly ConsentRecord[],
  { channel, topic }: { readonly channel: Channel; readonly topic: string },
  at: Instant,
): Instant | null {
  const own = consents
    .filter((act) => act.channel === channel && act.at <= at && (act.state === 'granted' || isRefusal(act.state)))
    .toSorted((a, b) => a.at - b.at);
  const left = own.filter(
    (act, index) => isRefusal(act.state) && act.topic !== topic && act.topic !== 'marketing' && wasGranted(own.slice(0, index), act.topic),
  );
  return left.at(-1)?.at ?? null;
}

/** After these acts, by its own name or as marketing? Refusing all marketing stands over what was granted before. */
function wasGranted(acts: readonly ConsentRecord[], topic: string): boolean {
  const broad = acts.findLast((act) => act.topic === 'marketing');
  const own = acts.findLast((act) => act.topic === topic) ?? broad;
  if (own === undefined || broad === undefined) return own?.state === 'granted';
  return own.state === 'granted' && (broad.state === 'granted' || broad.at < own.at);
}

/** The newest 8th (16th …) message in a row that nothing came of, if the person was hot or warm when it came. */
function unansweredAt(policy: EngagementPolicy, facts: EngagementFacts, at: Instant): Instant | null {
  if (!facts.isTracked || !facts.mayProfile) return null;
  const every = policy.fatigue.unengagedSends;
  const { engagedAt } = facts.state;
  const sends = facts.unengagedSends.filter((sent) => sent <= at && (engagedAt === null || sent > engagedAt));
  const last = sends[Math.floor(sends.length / every) * every - 1];
  if (last === undefined) return null;
  const { tier } = tierAt(policy, facts, last);
  return tier === 'hot' || tier === 'warm' ? last : null;
}
