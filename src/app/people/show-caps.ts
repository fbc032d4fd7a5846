import type { Tier } from '../../domain/engagement/engagement-tier.js';
import { tierSentence } from '../../domain/engagement/explain-engagement.js';
import { tierAt } from '../../domain/engagement/tier.js';
import { capPerson } from '../../domain/gate/cap-person.js';
import type { CapRule } from '../../domain/gate/cap-rule.js';
import { capsFor } from '../../domain/gate/caps-for.js';
import { capSentence, capWhy } from '../../domain/gate/explain.js';
import { capUse } from '../../domain/gate/frequency-cap.js';
import { ledgerOf } from '../../domain/gate/ledger.js';
import { type Channel, channels } from '../../domain/messages/channel.js';
import type { LedgerSlot } from '../../domain/messages/message.js';
import type { Policies } from '../../domain/policy/policies.js';
import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import type { AppDeps } from '../deps.js';
import { type Person, readPerson } from './read-person.js';

/** One rule as it stands for a person. */
export interface CapStanding {
  readonly rule: string;
  /** Null: all channels together, all topics together. */
  readonly channels: readonly Channel[] | null;
  readonly topics: readonly string[] | null;
  /** `7 days`, or `calendar week`. */
  readonly window: string;
  readonly limit: number;
  readonly used: number;
  /** Null: there is no room in sight. */
  readonly nextFreeAt: Instant | null;
  readonly promisedAt: readonly Instant[];
  /** Messages of this priority or lower leave so many places free. */
  readonly headroom: readonly { readonly priorityUpTo: number; readonly keepFree: number }[];
  /** Where the limit comes from: `tier new`. Empty: it is the same for everybody. */
  readonly why: string;
  /** `Cap email-7d, 3 of 4 used (tier new); next possible …`. */
  readonly sentence: string;
}

/** How often a person may be written to, why, and what is promised already. */
export interface PersonCaps {
  readonly profileId: string;
  readonly at: Instant;
  readonly policyVersion: number;
  readonly tier: Tier;
  readonly tierSentence: string;
  readonly timeZone: string;
  /** For a marketing message of the usual priority; where a topic has lower limits, those too. */
  readonly rules: readonly CapStanding[];
  readonly promised: readonly {
    readonly messageId: string;
    readonly channel: Channel;
    readonly topic: string;
    readonly priority: number;
    readonly slotAt: Instant;
  }[];
}

/** Null: no such profile. */
export async function showCaps(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies' | 'shop' | 'secret'>,
  profileId: string,
): Promise<PersonCaps | null> {
  const person = await readPerson(deps, profileId);
  if (person === null) return null;
  const policies = deps.policies.current();
  const { at, timeZone } = person;
  const ledger = ledgerOf(policies.classes, person.ledger, null);
  const verdict = tierAt(policies.engagement, person.engagement, at);
  return {
    profileId: person.profileId,
    at,
    policyVersion: policies.caps.version,
    tier: verdict.tier,
    tierSentence: tierSentence(policies.engagement, verdict, { timeZone, at }),
    timeZone,
    rules: rulesOf(policies, person).map((shown) => standing(policies, shown, ledger, { at, timeZone })),
    promised: ledger
      .filter(({ state, slotAt }) => state === 'reserved' && slotAt > at)
      .map(({ messageId, channel, topic, priority, slotAt }) => ({ messageId, channel, topic, priority, slotAt })),
  };
}

/** A rule as the gate has it, which says what counts, and the topics for which it is shown. */
interface ShownRule {
  readonly rule: CapRule;
  readonly topics: readonly string[] | null;
}

/** The rules for each channel, those that are the same for several once; then what is lower for a topic of little interest. */
function rulesOf(policies: Policies, person: Person): readonly ShownRule[] {
  const usual = channels
    .flatMap((channel) => inForce(policies, person, channel, anyTopic))
    .map((rule): ShownRule => ({ rule, topics: rule.topics }));
  const lowered = person.engagement.topics.flatMap(({ channel, topic }) =>
    inForce(policies, person, channel, topic)
      .filter((rule) => rule.why?.topicMultiplier !== undefined && isAbout(rule, topic))
      .map((rule): ShownRule => ({ rule, topics: [topic] })),
  );
  const shown = new Map([...usual, ...lowered].map((one) => [JSON.stringify([one.rule.id, one.rule.limit, one.topics]), one]));
  return [...shown.values()];
}

function isAbout({ topics, exceptTopics }: CapRule, topic: string): boolean {
  return (topics === null || topics.includes(topic)) && exceptTopics?.includes(topic) !== true;
}

/** No topic is called so: nothing is known of the interest in it. */
const anyTopic = '';

function inForce(policies: Policies, person: Person, channel: Channel, topic: string): readonly CapRule[] {
  const request = { at: person.at, channel, topic, messageId: '' };
  const priority = policies.classes.classes.marketing.defaultPriority;
  return capsFor(policies, capPerson(policies, person, request), { class: 'marketing', priority }).filter(
    (rule) => rule.channels === null || rule.channels.includes(channel),
  );
}

function standing(
  policies: Policies,
  { rule, topics }: ShownRule,
  ledger: readonly LedgerSlot[],
  { at, timeZone }: { readonly at: Instant; readonly timeZone: string },
): CapStanding {
  const { used, nextFreeAt, promisedAt } = capUse(rule, ledger, at);
  const { id, channels: own, limit, window } = rule;
  const detail = { rule: id, used, limit, ...rule.why };
  return {
    rule: id,
    channels: own,
    topics,
    window: window.type === 'rolling' ? durationWords(window.ms) : `calendar ${window.unit}`,
    limit,
    used,
    nextFreeAt,
    promisedAt,
    headroom: policies.caps.rules.find((one) => one.id === id)?.headroom ?? [],
    why: capWhy(detail),
    sentence: capSentence(detail, nextFreeAt === at ? null : nextFreeAt, timeZone),
  };
}
