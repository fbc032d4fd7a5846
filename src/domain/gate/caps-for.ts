import type { Tier } from '../engagement/engagement-tier.js';
import type { CapPolicy, CapPolicyRule } from '../policy/cap-policy.js';
import type { Policies } from '../policy/policies.js';
import { day, hour, type Instant } from '../time/instant.js';
import type { CapRule, CapWhy, CapWindow } from './cap-rule.js';
import type { SendRequest } from './guards/guard.js';

/** What makes the numbers of the policy those of one person, for one message. */
export interface CapPerson {
  readonly tier: Tier;
  /** What their interest in the message's topic makes of a limit: 1 leaves it, 0 is none. */
  readonly topicMultiplier: number;
  readonly fatigueMultiplier: number;
  /** How often they let themselves be written to; null: they said nothing. */
  readonly chosen: { readonly limit: number; readonly windowMs: number; readonly until: Instant | null } | null;
  /** Where their days, weeks and months begin. */
  readonly timeZone: string;
}

type CappedRequest = Pick<SendRequest, 'class' | 'priority' | 'obeysCap' | 'isUserInitiated'>;

/**
 * The caps in force for this person and this message, each with its number. A class that does not obey caps has none. A step that does not
 * obey (`obeys_cap: false`) is still under the hard ceilings and under the person's own choice.
 *
 * @example capsFor(policies, { tier: 'warm', fatigueMultiplier: 0.5, … }, request) → [{ id: 'email-7d', limit: 1, … }, …]
 */
export function capsFor(policies: Pick<Policies, 'caps' | 'classes'>, person: CapPerson, request: CappedRequest): readonly CapRule[] {
  const isClassCapped = policies.classes.classes[request.class].obeysCaps;
  const obeys = request.obeysCap ?? isClassCapped;
  if (!obeys && !isClassCapped) return [];
  return [
    ...(obeys ? policies.caps.rules.flatMap((rule) => resolve(rule, person, request)) : []),
    ...ownChoice(person),
    ...ceilings(policies.caps),
  ];
}

/** No cap of the policy, and no choice of a person's, looks further back than this many milliseconds. */
export function widestCapMs({ rules, ceilings: hard }: CapPolicy): number {
  const ofRules = rules.map(({ window }) => (window.type === 'rolling' ? window.ms : longestMs[window.unit]));
  return Math.max(longestChoiceMs, ...ofRules, ...hard.map(({ windowMs }) => windowMs));
}

const longestChoiceMs = 30 * day;
/** With the hour that a change of clocks may add. */
const longestMs = { day: day + hour, week: 7 * day + hour, month: 31 * day + hour };

function resolve(rule: CapPolicyRule, person: CapPerson, request: CappedRequest): readonly CapRule[] {
  const written = typeof rule.limit === 'number' ? rule.limit : rule.limit[person.tier];
  if (written === undefined || (rule.exemptsUserInitiated && request.isUserInitiated === true)) return [];
  const keepFree = Math.max(0, ...rule.headroom.map((room) => (request.priority <= room.priorityUpTo ? room.keepFree : 0)));
  const { topicMultiplier, fatigueMultiplier } = person;
  const why: CapWhy = {
    ...(typeof rule.limit === 'number' ? {} : { tier: person.tier }),
    ...(rule.scales && topicMultiplier < 1 ? { topicMultiplier } : {}),
    ...(rule.scales && fatigueMultiplier < 1 ? { fatigueMultiplier } : {}),
  };
  const { id, channels, topics, exceptTopics } = rule;
  return [
    {
      id,
      channels,
      topics,
      exceptTopics,
      limit: rule.scales ? Math.floor(written * topicMultiplier * fatigueMultiplier) : written,
      window: windowFor(rule.window, person.timeZone),
      keepFree,
      ...(rule.exemptsMoreImportant ? { fromPriority: request.priority } : {}),
      why,
    },
  ];
}

function windowFor(window: CapPolicyRule['window'], timeZone: string): CapWindow {
  return window.type === 'rolling' ? window : { ...window, timeZone };
}

/** What a person chose counts all that promotes, on every channel, and nothing passes it. */
function ownChoice({ chosen }: CapPerson): readonly CapRule[] {
  if (chosen === null) return [];
  return [
    {
      id: 'your-choice',
      channels: null,
      topics: null,
      limit: chosen.limit,
      window: { type: 'rolling', ms: chosen.windowMs },
      counts: 'marketing',
      why: { choice: true },
      ...(chosen.until === null ? {} : { endsAt: chosen.until }),
    },
  ];
}

function ceilings({ ceilings: hard }: CapPolicy): readonly CapRule[] {
  return hard.map(({ channels, windowMs, limit }) => ({
    id: `ceiling-${channels === null ? 'any' : channels.join('-')}-${windowName(windowMs)}`,
    channels,
    topics: null,
    limit,
    window: { type: 'rolling', ms: windowMs },
    counts: 'marketing',
  }));
}

function windowName(ms: number): string {
  return ms % day === 0 && ms > day ? `${ms / day}d` : `${Math.round(ms / hour)}h`;
}
