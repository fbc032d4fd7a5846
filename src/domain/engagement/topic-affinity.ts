import { type ConsentRecord, isRefusal } from '../consent/consent.js';
import { type Channel, channelKind } from '../messages/channel.js';
import type { EngagementPolicy } from '../policy/engagement-policy.js';
import type { Instant } from '../time/instant.js';
import { betaCdf, fisherLess } from '../values/stats.js';
import type { EngagementFacts, TopicHistory } from './facts.js';

/** Why messages of a topic come less often, or not. */
export type AffinityReason =
  /** They said so themselves; that beats whatever they do. */
  | { readonly kind: 'chosen'; readonly wanted: boolean }
  /** Nothing is known, or too little, or nothing may be inferred. */
  | { readonly kind: 'usual' }
  | { readonly kind: 'rarely'; readonly hits: number; readonly of: number; readonly by: 'opens' | 'clicks' }
  | {
      readonly kind: 'never';
      readonly hits: number;
      readonly of: number;
      readonly by: 'opens' | 'clicks';
      readonly rule: 'rate' | 'contrast';
    }
  /** It would be off, but nothing has been tried for so long that one message finds out. */
  | { readonly kind: 'probe'; readonly lastAt: Instant | null };

export interface TopicMultiplier {
  /** 1, 0.5 or 0: what the caps of the topic are multiplied by. */
  readonly multiplier: number;
  readonly reason: AffinityReason;
}

/** Whose acts about a topic are a preference, and not only the consent that the law wants. */
const preferenceMethods: ReadonlySet<string> = new Set(['preference-centre']);

/**
 * How much of a topic a person gets. Texts are never reduced by inference: they have too few links. If inference would turn off all topics,
 * the person is on the way to sunset, and the topics are only halved. `messageId`: the message that is being decided; it does not count
 * itself.
 */
export function topicMultiplier(
  policy: EngagementPolicy,
  facts: EngagementFacts,
  at: Instant,
  of: { readonly channel: Channel; readonly topic: string; readonly messageId?: string },
): TopicMultiplier {
  const chosen = chosenIn(facts.consents, of);
  if (chosen !== null) return { multiplier: chosen ? 1 : 0, reason: { kind: 'chosen', wanted: chosen } };
  const own = facts.topics.find((history) => history.topic === of.topic && history.channel === of.channel);
  if (own === undefined || !channelKind(of.channel).tracking.tellsInterest || !facts.isTracked || !facts.mayProfile) return asUsual;

  const histories = facts.topics.filter(({ channel, answerable }) => channel === of.channel && answerable > 0);
  const reason = inferred(policy, histories, own);
  if (reason.kind !== 'never') return { multiplier: reason.kind === 'rarely' ? 0.5 : 1, reason };
  const left = histories.filter(({ topic }) => !isDeclined(facts.consents, of.channel, topic));
  if (left.every((history) => inferred(policy, histories, history).kind === 'never'))
    return { multiplier: 0.5, reason: { kind: 'rarely', hits: reason.hits, of: reason.of, by: reason.by } };
  const last = own.newest.find(({ messageId }) => messageId !== of.messageId)?.at ?? null;
  if (last === null || at - last >= policy.affinity.probeEveryMs) return { multiplier: 1, reason: { kind: 'probe', lastAt: last } };
  return { multiplier: 0, reason };
}

/** Did the person's newest word about messages of this topic on the channel refuse them? */
function isDeclined(consents: readonly ConsentRecord[], channel: Channel, topic: string): boolean {
  const acts = consents.filter((act) => act.channel === channel && act.topic === topic).toSorted((a, b) => a.at - b.at);
  const newest = acts.findLast((act) => act.state === 'granted' || isRefusal(act.state));
  return newest !== undefined && isRefusal(newest.state);
}

const asUsual: TopicMultiplier = { multiplier: 1, reason: { kind: 'usual' } };

/** The last choice in the preference centre about this topic; null: none, or the person declined it there and has signed up again since. */
function chosenIn(
  consents: readonly ConsentRecord[],
  { channel, topic }: { readonly channel: Channel; readonly topic: string },
): boolean | null {
  const acts = consents
    .filter((act) => act.channel === channel && act.topic === topic && (act.state === 'granted' || isRefusal(act.state)))
    .toSorted((a, b) => a.at - b.at);
  const newest = acts.findLastIndex((act) => preferenceMethods.has(act.method));
  if (newest === -1) return null;
  if (acts[newest]?.state === 'granted') return true;
  return acts.slice(newest + 1).some((act) => act.state === 'granted') ? null : false;
}

type Inferred = Extract<AffinityReason, { kind: 'usual' | 'rarely' | 'never' }>;

function inferred(policy: EngagementPolicy, histories: readonly TopicHistory[], own: TopicHistory): Inferred {
  // A person with one recorded open has a client that shows opens; for the others only clicks count.
  const by = histories.some(({ opened }) => opened > 0) ? 'opens' : 'clicks';
  const hitsOf = ({ opened, clicked }: TopicHistory): number => (by === 'opens' ? Math.max(opened, clicked) : clicked);
  const seen = { hits: hitsOf(own), of: own.answerable, by } as const;
  const { kappaOpens, kappaClicks, usual, certainty, halfBelow, offBelow, contrast } = policy.affinity;
  const rate = usual[by];
  const below = (fraction: number): number => chanceBelow(fraction, { ...seen, rate, kappa: by === 'opens' ? kappaOpens : kappaClicks });

  if (below(offBelow) > certainty) return { kind: 'never', ...seen, rule: 'rate' };
  const others = histories
    .filter((history) => history !== own)
    .reduce((sum, history) => ({ hits: sum.hits + hitsOf(history), of: sum.of + history.answerable }), { hits: 0, of: 0 });
  if (isLeftOut(seen, others, contrast)) return { kind: 'never', ...seen, rule: 'contrast' };
  return below(halfBelow) > certainty ? { kind: 'rarely', ...seen } : { kind: 'usual' };
}

/** P(θ < fraction · rate) for a person of whose messages so many were answered, with the topic's own rate as prior. */
export function chanceBelow(
  fraction: number,
  { hits, of, rate, kappa }: { readonly hits: number; readonly of: number; readonly rate: number; readonly kappa: number },
): number {
  return betaCdf(fraction * rate, kappa * rate + hits, kappa * (1 - rate) + of - hits);
}

/** Does a person answer their other topics, and this one hardly ever? */
function isLeftOut(
  own: { readonly hits: number; readonly of: number },
  others: { readonly hits: number; readonly of: number },
  { sends, rateUpTo, p }: EngagementPolicy['affinity']['contrast'],
): boolean {
  if (own.of < sends || others.of === 0) return false;
  return own.hits / own.of <= rateUpTo * (others.hits / others.of) && fisherLess(own, others) < p;
}
