import { type ConsentRecord, isRefusal } from '../consent/consent.js';
import type { EngagementPolicy } from '../policy/engagement-policy.js';
import { hour, type Instant } from '../time/instant.js';
import type { Tier } from './engagement-tier.js';
import type { EngagementFacts } from './facts.js';
import { scoreAt } from './score.js';
import { fallsAt, lastHotAt } from './state.js';

/** Why a tier is held. */
export type TierReason =
  | { readonly kind: 'new'; readonly consentAt: Instant }
  /** Engaged lately and much; `metAt`: when that was true last. */
  | { readonly kind: 'score'; readonly score: number; readonly metAt: Instant }
  /** By the age of the newest engagement, or of the consent that is newer. */
  | { readonly kind: 'age'; readonly of: 'engagement' | 'consent'; readonly at: Instant }
  /** So many messages without an answer. */
  | { readonly kind: 'unanswered'; readonly sends: number; readonly since: Instant }
  | { readonly kind: 'objected' }
  | { readonly kind: 'unknown' };

export interface TierVerdict {
  readonly tier: Tier;
  readonly reason: TierReason;
  /** E(t), unrounded; 0 for who may not be profiled. */
  readonly score: number;
  /** Since when, as far as it is known. */
  readonly since: Instant | null;
  /** When it falls if nothing happens and nothing is sent, and to what; null: it stays. */
  readonly falls: { readonly at: Instant; readonly to: Tier } | null;
}

/**
 * The tier of a person at `at`. A signal raises it at once. It falls at a midnight (UTC), seven days after its bounds were met last:
 * between two signals everything only falls, so that midnight can be computed, and no nightly job is needed (decision 017). A query changes
 * nothing, and an earlier query does not change a later answer. `at` is not before the newest signal.
 */
export function tierAt(policy: EngagementPolicy, facts: EngagementFacts, at: Instant): TierVerdict {
  const ladder = new Ladder(policy, facts, at);
  const { tier, reason } = ladder.heldAt(at);
  const falls = ladder.turns.find((turn) => turn > at && ladder.heldAt(turn).tier !== tier);
  return {
    tier,
    reason,
    score: facts.mayProfile ? scoreAt(policy, facts.state.sums, at) : 0,
    since: ladder.since(at),
    falls: falls === undefined ? null : { at: falls, to: ladder.heldAt(falls).tier },
  };
}

interface Held {
  readonly tier: Tier;
  readonly reason: TierReason;
}

/** What is held at each instant from the newest signal on, if no other comes. */
class Ladder {
  readonly #policy: EngagementPolicy;
  readonly #facts: EngagementFacts;
  readonly #consent: ConsentAges;
  /** Newest engagement or consent: from here the days are counted. */
  readonly #anchor: { readonly of: 'engagement' | 'consent'; readonly at: Instant } | null;
  readonly #hotAt: Instant | null;
  /** The 10th message without an answer, that ended `new` early; null: not so many, or not so soon. */
  readonly #newEndedAt: Instant | null;
  /** When there had been so many messages for so long without an answer; null: not yet, or not known. */
  readonly #unansweredAt: Instant | null;
  /** All instants at which what is held may change by itself, ascending. */
  readonly turns: readonly Instant[];

  constructor(policy: EngagementPolicy, facts: EngagementFacts, at: Instant) {
    this.#policy = policy;
    this.#facts = facts;
    const { tiers } = policy;
    const { engagedAt } = facts.state;
    this.#consent = consentAges(facts.consents, at);
    const { latest } = this.#consent;
    this.#anchor =
      engagedAt !== null && (latest === null || engagedAt >= latest)
        ? { of: 'engagement', at: engagedAt }
        : latest === null
          ? null
          : { of: 'consent', at: latest };
    this.#hotAt = engagedAt === null ? null : lastHotAt(policy, facts.state, engagedAt + tiers.hot.withinMs);
    const anchor = this.#anchor;
    const sends = facts.isTracked && anchor !== null ? facts.unengagedSends.filter((sent) => sent > anchor.at) : [];
    const { began } = this.#consent;
    const enough = sends[tiers.newEndsAfterSends - 1];
    this.#newEndedAt = began !== null && enough !== undefined && enough <= began + tiers.newForMs ? enough : null;
    const many = sends[tiers.sunset.sends - 1];
    this.#unansweredAt = anchor === null || many === undefined ? null : Math.max(many, anchor.at + tiers.sunset.afterMs);
    this.turns = this.#allTurns();
  }

  heldAt(at: Instant): Held {
    const { first } = this.#consent;
    const isRecent = first !== null && at <= first + this.#policy.tiers.newForMs;
    const isIgnored = this.#newEndedAt !== null && this.#newEndedAt <= at;
    if (isRecent && (!isIgnored || !this.#facts.mayProfile)) return { tier: 'new', reason: { kind: 'new', consentAt: first } };
    if (!this.#facts.mayProfile) return { tier: 'warm', reason: { kind: 'objected' } };
    if (this.#hotAt !== null && at < fallsAt(this.#hotAt, this.#policy)) return this.#hot(at, this.#hotAt);
    return this.#byAge(at, isIgnored);
  }

  since(at: Instant): Instant | null {
    const { tier } = this.heldAt(at);
    if (tier === 'new') return this.#consent.first;
    const from = this.#anchor?.at ?? 0;
    const turned = this.turns.filter((turn) => turn > from && turn <= at && this.heldAt(turn - 1).tier !== this.heldAt(turn).tier).at(-1);
    if (turned !== undefined) return turned;
    if (!this.#facts.mayProfile) return null;
    return this.#anchor?.of === 'consent' ? this.#anchor.at : this.#facts.state.climbedAt;
  }

  #hot(at: Instant, hotAt: Instant): Held {
    const metAt = Math.min(at, hotAt);
    return { tier: 'hot', reason: { kind: 'score', score: scoreAt(this.#policy, this.#facts.state.sums, metAt), metAt } };
  }

  /** Of who ignored their first ten messages, the consent makes cool and no better: only what they did themselves makes warm. */
  #byAge(at: Instant, isIgnored: boolean): Held {
    const anchor = this.#anchor;
    if (anchor === null) return { tier: 'dormant', reason: { kind: 'unknown' } };
    const unansweredAt = this.#unansweredAt;
    const age: TierReason = { kind: 'age', of: anchor.of, at: anchor.at };
    if (unansweredAt !== null && at >= fallsAt(unansweredAt, this.#policy))
      return { tier: 'sunset', reason: { kind: 'unanswered', sends: this.#policy.tiers.sunset.sends, since: anchor.at } };
    const { warmWithinMs, coolWithinMs, dormantWithinMs, newEndsAfterSends } = this.#policy.tiers;
    const keeps = (since: Instant, withinMs: number): boolean => at < fallsAt(since + withinMs, this.#policy);
    if (isIgnored && anchor.of === 'consent' && keeps(anchor.at, coolWithinMs)) {
      const { engagedAt } = this.#facts.state;
      return engagedAt !== null && keeps(engagedAt, warmWithinMs)
        ? { tier: 'warm', reason: { kind: 'age', of: 'engagement', at: engagedAt } }
        : { tier: 'cool', reason: { kind: 'unanswered', sends: newEndsAfterSends, since: anchor.at } };
    }
    if (keeps(anchor.at, warmWithinMs)) return { tier: 'warm', reason: age };
    if (keeps(anchor.at, coolWithinMs)) return { tier: 'cool', reason: age };
    return { tier: keeps(anchor.at, dormantWithinMs) ? 'dormant' : 'sunset', reason: age };
  }

  #allTurns(): readonly Instant[] {
    const { tiers } = this.#policy;
    const anchor = this.#anchor;
    const { engagedAt } = this.#facts.state;
    const met = [
      this.#hotAt,
      this.#unansweredAt,
      engagedAt === null ? null : engagedAt + tiers.warmWithinMs,
      ...(anchor === null ? [] : [tiers.warmWithinMs, tiers.coolWithinMs, tiers.dormantWithinMs].map((within) => anchor.at + within)),
    ].flatMap((instant) => (instant === null ? [] : [fallsAt(instant, this.#policy)]));
    const news = [
      ...(this.#consent.first === null ? [] : [this.#consent.first + tiers.newForMs + 1]),
      ...(this.#newEndedAt === null ? [] : [this.#newEndedAt]),
    ];
    return [...met, ...news].sort((a, b) => a - b);
  }
}

interface ConsentAges {
  /** Since when without a break there has been consent to anything; null: there is none. */
  readonly first: Instant | null;
  /** The same of the newest time of consent, though it may have ended; null: there never was any. */
  readonly began: Instant | null;
  /** The newest act that granted something. */
  readonly latest: Instant | null;
}

/**
 * A person who refuses everything and grants something within this time did both in one visit of the preference page, and was never gone.
 */
const inOneGoMs = hour;

/** Consent counts from when the first was given; who took all of it back and comes again is new again. */
function consentAges(consents: readonly ConsentRecord[], at: Instant): ConsentAges {
  const granted = new Set<string>();
  let began: Instant | null = null;
  let endedAt: Instant | null = null;
  let latest: Instant | null = null;
  for (const act of consents.filter((one) => one.at <= at).toSorted((a, b) => a.at - b.at)) {
    const what = `${act.channel} ${act.topic}`;
    if (act.state === 'granted') {
      if (began === null || (endedAt !== null && act.at - endedAt > inOneGoMs)) began = act.at;
      endedAt = null;
      latest = act.at;
      granted.add(what);
    } else if (isRefusal(act.state)) {
      // Refusing marketing stands over what was granted of any topic.
      for (const known of granted)
        if (known === what || (act.topic === 'marketing' && known.startsWith(`${act.channel} `))) granted.delete(known);
      if (granted.size === 0) endedAt ??= act.at;
    }
  }
  return { first: endedAt === null ? began : null, began, latest };
}
