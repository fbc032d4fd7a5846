import { z } from 'zod';
import { type Tier, tiers } from '../domain/engagement/engagement-tier.js';
import { type Channel, channelKind, channels } from '../domain/messages/channel.js';
import { type CapPolicy, type CapPolicyRule, uncapped, usualOfferEveryMs } from '../domain/policy/cap-policy.js';
import { unknownTopic } from '../domain/policy/topic-policy.js';
import { countWords, durationWords } from '../domain/time/duration.js';
import { day, hour, minute } from '../domain/time/instant.js';
import { topicText } from '../yaml/topic-text.js';
import { definePolicy, error, type Finding, idText, type PolicyContext, repeatedIds, windowText } from './policy-source.js';

const scope = {
  id: idText,
  channels: z.array(z.enum(channels)).min(1).optional().meta({ description: 'Channels that the rule counts together; without: all.' }),
  topics: z.array(topicText).min(1).optional().meta({ description: 'Only messages of these topics; without: of all.' }),
  except_topics: z.array(topicText).default([]).meta({ description: 'Topics that the rule neither counts nor holds back.' }),
};

const count = z.number().int().min(0);
const tierMap = <T extends z.ZodType>(value: T) =>
  z
    .strictObject({
      new: value.optional(),
      hot: value.optional(),
      warm: value.optional(),
      cool: value.optional(),
      dormant: value.optional(),
      sunset: value.optional(),
    })
    .refine((map) => Object.values(map).some((one) => one !== undefined), 'needs at least one tier');

const headroom = z
  .array(z.strictObject({ priority_up_to: z.number().int().min(0).max(100), keep_free: z.number().int().min(1) }))
  .default([])
  .meta({ description: 'Messages of this priority or lower keep this many slots free for others.' });

const rule = z.strictObject({
  ...scope,
  window: z
    .union([windowText, z.strictObject({ calendar: z.enum(['day', 'week', 'month']) })])
    .meta({ description: 'Rolling, such as P7D; or the calendar of the person’s zone, such as { calendar: week } (from Monday).' }),
  limit: z
    .union([count, tierMap(count)])
    .meta({ description: 'One number for everybody, or one per tier; a missing tier is not under this rule.' }),
  headroom,
  scales: z.boolean().default(true).meta({ description: 'Whether a topic that goes unread, and fatigue, lower the limit.' }),
});

const gap = z
  .strictObject({
    ...scope,
    at_least: z.union([windowText, tierMap(windowText)]).meta({ description: 'One length for everybody, or one per tier.' }),
    exempts: z
      .array(z.enum(['user_initiated', 'more_important']))
      .default([])
      .meta({
        description:
          'user_initiated: what the person’s own act asked for (a quiz result) need not wait; it counts all the same. more_important: a message need not wait for one of lower priority.',
      }),
  })
  .meta({ description: 'Two messages are at least so far apart.' });

const ceiling = z.strictObject({ channels: z.array(z.enum(channels)).min(1).optional(), window: windowText, limit: count });

const capsSource = z
  .strictObject({
    policy: z.literal('caps'),
    rules: z.array(rule).min(1),
    gaps: z.array(gap).default([]),
    ceilings: z
      .array(ceiling)
      .default([])
      .meta({ description: 'What no rule may exceed; may only be lower than what Sojourn has built in.' }),
    offers: z
      .strictObject({ one_per: windowText.meta({ description: 'A person gets one marketing offer in this time, over all journeys.' }) })
      .default({ one_per: usualOfferEveryMs }),
  })
  .meta({ id: 'Caps', title: 'Sojourn cap policy: how often a person may be written to' });
type CapsSource = z.output<typeof capsSource>;
type Ceiling = CapPolicy['ceilings'][number];

/** Above these nobody may go (some states of the US draw a line at three a day). */
const hardCeilings: readonly Ceiling[] = [
  ...channels.map((channel) => ({ channels: [channel], ...channelKind(channel).ceiling })),
  { channels: null, windowMs: day, limit: 3 },
];

export const caps = definePolicy({ kind: 'caps', schema: capsSource, compile, lint });

function compile(source: CapsSource): Omit<CapPolicy, 'version'> {
  return {
    rules: [...source.rules.map(toRule), ...source.gaps.flatMap(toGapRules)],
    ceilings: toCeilings(source),
    offerEveryMs: source.offers.one_per,
  };
}

function toRule(source: CapsSource['rules'][number]): CapPolicyRule {
  return {
    ...scopeOf(source),
    limit: typeof source.limit === 'number' ? source.limit : present(source.limit),
    window: typeof source.window === 'number' ? { type: 'rolling', ms: source.window } : { type: 'calendar', unit: source.window.calendar },
    headroom: source.headroom.map(({ priority_up_to: priorityUpTo, keep_free: keepFree }) => ({ priorityUpTo, keepFree })),
    exemptsUserInitiated: false,
    exemptsMoreImportant: false,
    scales: source.scales,
  };
}

/** A gap is a limit of 1 in a window of its length: one rule for each length, `email-gap-12h`, `email-gap-16h`. */
function toGapRules(source: CapsSource['gaps'][number]): readonly CapPolicyRule[] {
  const common = {
    headroom: [],
    exemptsUserInitiated: source.exempts.includes('user_initiated'),
    exemptsMoreImportant: source.exempts.includes('more_important'),
    scales: false,
  };
  const rolling = (ms: number) => ({ type: 'rolling', ms }) as const;
  if (typeof source.at_least === 'number') return [{ ...scopeOf(source), ...common, limit: 1, window: rolling(source.at_least) }];
  const byTier = present(source.at_least);
  return [...new Set(Object.values(byTier))].map((ms) => ({
    ...scopeOf(source),
    ...common,
    id: `${source.id}-${lengthName(ms)}`,
    limit: Object.fromEntries(tiers.filter((tier) => byTier[tier] === ms).map((tier) => [tier, 1])),
    window: rolling(ms),
  }));
}

function scopeOf(source: CapsSource['rules'][number] | CapsSource['gaps'][number]) {
  return { id: source.id, channels: source.channels ?? null, topics: source.topics ?? null, exceptTopics: source.except_topics };
}

function toCeilings({ ceilings }: CapsSource): readonly Ceiling[] {
  const own = ceilings.map(({ channels: list, window, limit }) => ({ channels: list ?? null, windowMs: window, limit }));
  return [...hardCeilings.filter((hard) => !own.some((one) => sameScope(one, hard) && one.windowMs === hard.windowMs)), ...own];
}

function lint(source: CapsSource, context: PolicyContext): readonly Finding[] {
  const ids = [
    ...source.rules.map(({ id }, index) => ({ id, path: ['rules', index, 'id'] })),
    ...source.gaps.map(({ id }, index) => ({ id, path: ['gaps', index, 'id'] })),
  ];
  const ceilings = toCeilings(source);
  return [
    ...repeatedIds(ids, 'rule'),
    ...source.ceilings.flatMap(ceilingFindings),
    ...source.rules.flatMap((one, index) => [...limitFindings(one, index, ceilings), ...headroomFindings(one, index)]),
    ...topicFindings(source, context.topics),
    ...uncappedFindings(source),
  ];
}

function ceilingFindings(own: CapsSource['ceilings'][number], index: number): readonly Finding[] {
  const hard = hardCeilings.find((one) => sameScope(one, { channels: own.channels ?? null }) && one.windowMs === own.window);
  if (hard === undefined || own.limit <= hard.limit) return [];
  return [
    error(
      ['ceilings', index, 'limit'],
      `The ceiling is ${hard.limit} in ${durationWords(hard.windowMs)}, and no policy may lift it.`,
      `Write limit: ${hard.limit}, or less.`,
    ),
  ];
}

/**
 * A limit is above a ceiling when it allows more in its window than the ceiling allows in the same time. The strictest ceiling is reported.
 */
function limitFindings(
  { id, channels: own, window, limit }: CapsSource['rules'][number],
  index: number,
  ceilings: readonly Ceiling[],
): readonly Finding[] {
  const windowMs = typeof window === 'number' ? window : calendarMs[window.calendar];
  const written =
    typeof limit === 'number'
      ? [{ value: limit, path: ['rules', index, 'limit'] }]
      : tiers.map((tier) => ({ value: limit[tier] ?? 0, path: ['rules', index, 'limit', tier] }));
  const [strictest] = ceilings
    .filter((ceiling) => ceiling.channels === null || (own !== undefined && own.every((channel) => ceiling.channels?.includes(channel))))
    .map((ceiling) => ({ ceiling, most: ceiling.limit * Math.ceil(windowMs / ceiling.windowMs) }))
    .sort((a, b) => a.most - b.most);
  if (strictest === undefined) return [];
  const { ceiling, most } = strictest;
  return written
    .filter(({ value }) => value > most)
    .map(({ value, path }) =>
      error(
        path,
        `The rule "${id}" allows ${value}, and the ceiling is ${ceiling.limit} in ${durationWords(ceiling.windowMs)} ${over(ceiling.channels)}.`,
        `Write ${most}, or less.`,
      ),
    );
}

const calendarMs: Readonly<Record<'day' | 'week' | 'month', number>> = { day, week: 7 * day, month: 31 * day };

/** Headroom as large as the limit would keep a message out for ever, and nobody would see why. */
function headroomFindings({ id, headroom: kept, limit }: CapsSource['rules'][number], index: number): readonly Finding[] {
  const limits = typeof limit === 'number' ? [limit] : Object.values(present(limit));
  const smallest = Math.min(...limits.filter((one) => one > 0));
  return kept.flatMap(({ priority_up_to: priority, keep_free: keepFree }, at) =>
    keepFree < smallest
      ? []
      : [
          error(
            ['rules', index, 'headroom', at, 'keep_free'],
            `The rule "${id}" allows ${smallest} and keeps ${keepFree} free, so messages of priority ${priority} or lower would never go.`,
            'Keep fewer free, or give the tiers of that limit a rule of their own without headroom.',
          ),
        ],
  );
}

function topicFindings(source: CapsSource, topics: readonly string[] | null): readonly Finding[] {
  if (topics === null) return [];
  const unknown = (list: readonly string[], path: readonly PropertyKey[]): readonly Finding[] =>
    list.flatMap((topic, index) => {
      const told = unknownTopic(topic, topics);
      return told === null ? [] : [error([...path, index], told.message, told.suggestion)];
    });
  return (['rules', 'gaps'] as const).flatMap((list) =>
    source[list].flatMap((one, index) => [
      ...unknown(one.topics ?? [], [list, index, 'topics']),
      ...unknown(one.except_topics, [list, index, 'except_topics']),
    ]),
  );
}

/** No rule would mean no cap. */
function uncappedFindings(source: CapsSource): readonly Finding[] {
  return uncapped({ rules: source.rules.map(toRule) }).map(({ channel, tiers: open }) =>
    error(
      ['rules'],
      open.length === tiers.length
        ? `No rule caps ${channel}, so ${channel} would have no limit.`
        : `No rule caps ${channel} for ${list(open)}, so ${countWords(open.length, 'tier')} would have no limit.`,
      `Add a rule such as { id: ${channel}-week, channels: [${channel}], window: P7D, limit: { ${open.map((tier) => `${tier}: 1`).join(', ')} } }.`,
    ),
  );
}

function sameScope(a: Pick<Ceiling, 'channels'>, b: Pick<Ceiling, 'channels'>): boolean {
  return [...(a.channels ?? [])].sort().join() === [...(b.channels ?? [])].sort().join();
}

function over(list: readonly Channel[] | null): string {
  return list === null ? 'over all channels' : `by ${list.join(' and ')}`;
}

function list(words: readonly string[]): string {
  return words.length === 1 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `7d`, `12h`, `30m`. */
function lengthName(ms: number): string {
  if (ms % day === 0) return `${ms / day}d`;
  return ms % hour === 0 ? `${ms / hour}h` : `${Math.ceil(ms / minute)}m`;
}

function present<T>(map: Readonly<Partial<Record<Tier, T | undefined>>>): Partial<Record<Tier, T>> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Partial<Record<Tier, T>>;
}
