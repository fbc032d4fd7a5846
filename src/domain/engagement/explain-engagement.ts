import { type EngagementPolicy, tierRank } from '../policy/engagement-policy.js';
import { countWords } from '../time/duration.js';
import { day, type Instant } from '../time/instant.js';
import { formatLocal } from '../time/time.js';
import type { Fatigue } from './fatigue.js';
import type { TierVerdict } from './tier.js';
import type { TopicMultiplier } from './topic-affinity.js';

interface Reader {
  readonly timeZone: string;
  /** Ages are counted up to this instant. */
  readonly at: Instant;
}

/**
 * Why a person holds their tier, in a sentence.
 *
 * @example 'Hot: the score is 9.7, and 6 or more within 14 days of the last engagement is hot.'
 */
export function tierSentence(policy: EngagementPolicy, verdict: TierVerdict, reader: Reader): string {
  const name = `${verdict.tier.slice(0, 1).toUpperCase()}${verdict.tier.slice(1)}`;
  return `${name}: ${reasonText(policy, verdict, reader)}.`;
}

function reasonText({ tiers }: EngagementPolicy, { tier, reason }: TierVerdict, reader: Reader): string {
  switch (reason.kind) {
    case 'new':
      return `consent was given ${ago(reason.consentAt, reader)}, and the first ${daysOf(tiers.newForMs)} are new`;
    case 'score': {
      const bounds = `${points(tiers.hot.scoreAtLeast)} or more within ${daysOf(tiers.hot.withinMs)} of the last engagement`;
      return reason.metAt === reader.at
        ? `the score is ${points(reason.score)}, and ${bounds} is hot`
        : `the score was ${points(reason.score)} on ${formatLocal(reason.metAt, reader.timeZone)}, when ${bounds} was met last; that holds for ${daysOf(tiers.demotionAfterMs)} more`;
    }
    case 'age':
      return `the last ${reason.of === 'consent' ? 'consent was given' : 'engagement was'} ${ago(reason.at, reader)}`;
    case 'unanswered': {
      const since = `${countWords(reason.sends, 'message')} got no answer since ${formatLocal(reason.since, reader.timeZone)}`;
      return tier === 'sunset' ? `${since}, ${daysOf(reader.at - reason.since)} ago` : since;
    }
    case 'objected':
      return 'the person objects to profiling, so nothing is computed from what they do';
    case 'unknown':
      return 'neither an engagement nor a consent is known';
  }
}

/** When the tier falls, in a sentence; null: it stays. `new` ends, and need not fall. */
export function fallsSentence({ tier, falls }: TierVerdict, { timeZone }: Pick<Reader, 'timeZone'>): string | null {
  if (falls === null) return null;
  const turns = tierRank[falls.to] > tierRank[tier] ? 'Falls to' : 'Becomes';
  return `${turns} ${falls.to} ${formatLocal(falls.at, timeZone)} (${timeZone}) if nothing happens before then.`;
}

/**
 * Why messages of a topic come as they do, in a sentence.
 *
 * @example 'Fewer: of 6 messages, 0 were opened.'
 */
export function affinitySentence({ multiplier, reason }: TopicMultiplier, reader: Pick<Reader, 'timeZone'>): string {
  switch (reason.kind) {
    case 'chosen':
      return reason.wanted ? 'As usual: chosen in the preference centre.' : 'None: declined in the preference centre.';
    case 'usual':
      return 'As usual.';
    case 'rarely':
    case 'never': {
      const seen = `of ${countWords(reason.of, 'message')}, ${reason.hits} ${reason.by === 'opens' ? 'opened' : 'clicked'}`;
      const contrast = reason.kind === 'never' && reason.rule === 'contrast' ? ', far fewer than of the other topics' : '';
      return `${multiplier === 0 ? 'None' : 'Fewer'}: ${seen}${contrast}.`;
    }
    case 'probe':
      return `One as a test: the person got nothing about it${reason.lastAt === null ? '' : ` since ${formatLocal(reason.lastAt, reader.timeZone)}`}.`;
  }
}

/** Why a person gets less for a while, in a sentence. */
export function fatigueSentence(policy: EngagementPolicy, { cause, until }: Fatigue, { timeZone }: Pick<Reader, 'timeZone'>): string {
  const causes = {
    'too-many': 'they said that it is too much',
    'looked-and-left': 'they looked at their preferences and changed nothing',
    'left-a-topic': 'they unsubscribed from a topic',
    unanswered: `${policy.fatigue.unengagedSends} messages in a row got no answer`,
  } satisfies Record<Fatigue['cause'], string>;
  return `Caps are multiplied by ${points(policy.fatigue.multiplier)} until ${formatLocal(until, timeZone)} (${timeZone}): ${causes[cause]}.`;
}

function ago(at: Instant, reader: Reader): string {
  const days = Math.floor((reader.at - at) / day);
  const when = formatLocal(at, reader.timeZone);
  return days < 1 ? `within a day (${when})` : `${countWords(days, 'day')} ago (${when})`;
}

function daysOf(ms: number): string {
  return countWords(Math.round(ms / day), 'day');
}

/** One decimal, without a zero. */
function points(value: number): string {
  return String(Math.round(value * 10) / 10);
}
