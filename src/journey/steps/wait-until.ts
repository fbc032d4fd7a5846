import { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import { durationWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import { formatLocal } from '../../domain/time/time.js';
import type { StepId } from '../../domain/values/ids.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import type { Condition } from '../conditions/condition.js';
import type { EngineContext } from '../context.js';
import type { FactMatch } from '../definition.js';
import type { EntryState } from '../entry.js';
import { factText, idText, matchText, slug } from '../fields.js';
import { sayFact } from '../words.js';
import { branchesOf, listsOf, otherWay } from './branches.js';
import type { StepKind, StepParts } from './kind.js';
import { type StepBase, unmetKey } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly wait_until: WaitUntilStep;
  }
}

interface WaitUntilStep extends StepBase {
  readonly kind: 'wait_until';
  readonly branches: readonly {
    readonly id: string;
    readonly event: FactName;
    readonly match: FactMatch;
    readonly where: Condition | null;
    readonly next: StepId | null;
  }[];
  readonly timeoutMs: number;
  /** The time-out counts from the delivery date that was promised for the order, where that is later than the arrival. */
  readonly fromPromise?: true;
  /** Where no date was promised: the time-out from the arrival. Absent: `timeoutMs`. */
  readonly unpromisedMs?: number;
  readonly onTimeout: StepId | null;
  readonly lookback: 'since_entry' | 'none';
  /** Properties of what it hears that messages show. Absent: none. */
  readonly remember?: readonly string[];
}

const yaml = (parts: StepParts) =>
  z.strictObject({
    id: idText.optional(),
    get branches() {
      return branchesOf({ on: factText, match: matchText.default('any'), where: parts.condition().optional() }, parts);
    },
    timeout: durationText.meta({ description: 'Mandatory: nobody waits for ever.' }),
    timeout_from: z.enum(['arrival', 'promised_delivery']).default('arrival').meta({
      description:
        'From when the time-out counts: arrival at this step, or the delivery date that was promised for the order of the entry, where that is later.',
    }),
    unpromised: durationText
      .optional()
      .meta({ description: 'With promised_delivery, where no date was promised: the time-out from the arrival.' }),
    get on_timeout() {
      return otherWay(parts);
    },
    lookback: z.enum(['since_entry', 'none']).default('since_entry'),
    remember: z
      .array(z.string().min(1))
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'Properties of what it hears that messages show: heard.<id>.<property>.' }),
  });

/**
 * Waits for the first of several facts, at most until its time-out. What happened after the time-out comes too late, even if both are seen
 * in one turn.
 */
export const waitUntil: StepKind<WaitUntilStep, z.output<ReturnType<typeof yaml>>> = {
  yaml,
  inside: ({ branches, on_timeout }) => listsOf(branches, 'on_timeout', on_timeout),
  compile({ branches, timeout, timeout_from: from, unpromised, lookback, remember }, { id, next, way, branchIds, condition, event }) {
    const ids = branchIds(branches, ({ on }) => slug(on));
    return {
      kind: 'wait_until',
      id,
      next,
      branches: branches.map(({ on, match, where }, index) => ({
        id: ids[index] ?? '',
        event: event(on, 'branches', index, 'on'),
        match,
        where: where ? condition(where, 'branches', index, 'where') : null,
        next: way(index),
      })),
      timeoutMs: toLimitMs(timeout),
      ...(from === 'promised_delivery' ? { fromPromise: true as const } : {}),
      ...(unpromised === undefined ? {} : { unpromisedMs: toLimitMs(unpromised) }),
      onTimeout: way(branches.length),
      lookback,
      ...(remember === undefined ? {} : { remember }),
    };
  },
  isEnd: false,
  ways: ({ branches, onTimeout, timeoutMs }) => [
    ...branches.map(({ next }) => ({ to: next })),
    { to: onTimeout, soonest: (arrivesAt) => arrivesAt + timeoutMs },
  ],
  listens: ({ id, branches, lookback }) =>
    branches.map(({ id: branch, event, match, where }) => ({
      key: heardKey(id, branch),
      event,
      match,
      where,
      looksBack: lookback === 'since_entry',
    })),
  reads: ({ branches }) => branches.flatMap(({ where }) => where ?? []),
  needs: ({ fromPromise }) => (fromPromise === true ? [{ of: 'orders', lines: false }] : []),
  lint: () => [],
  sentence: (step) =>
    `Waits for ${events(step)}, at most ${durationWords(step.timeoutMs)}${step.fromPromise === true ? ' after the promised delivery' : ''}.`,
  dueAt: timesOutAt,
  message: () => null,
  told: ({ branches }) => [...branches.map(({ id }) => ({ way: id, begins: goesOnWith(id) })), { way: 'timeout', begins: goesOnAfter }],
  arrival: (step, state, context) => ({ kind: 'wait', text: `${sentence(step, timesOutAt(step, state, context), context.timeZone)}.` }),
  move(step, state, context) {
    // What was promised may be told, or put off, after the arrival.
    const dueAt = Math.max(state.dueAt ?? 0, timesOutAt(step, state, context));
    const heard = firstHeard(step, state, dueAt);
    if (heard !== null) {
      const { branch, at } = heard;
      return {
        kind: 'go',
        to: branch.next,
        line: { kind: 'branch', text: `${goesOnWith(branch.id)} ${sayFact(branch.event)}.` },
        dueSince: at,
      };
    }
    if (context.at < dueAt) return { kind: 'stay', sentence: sentence(step, dueAt, context.timeZone), until: dueAt };
    return {
      kind: 'go',
      to: step.onTimeout,
      line: { kind: 'branch', text: `${goesOnAfter} ${durationWords(step.timeoutMs)}: ${missed(step, state, dueAt)}.` },
      dueSince: dueAt,
    };
  },
};

function timesOutAt({ timeoutMs, fromPromise, unpromisedMs }: WaitUntilStep, { arrivedAt }: EntryState, { facts }: EngineContext): Instant {
  if (fromPromise !== true) return arrivedAt + timeoutMs;
  const promisedAt = facts.known.orders?.about?.promisedAt ?? null;
  return promisedAt === null ? arrivedAt + (unpromisedMs ?? timeoutMs) : Math.max(arrivedAt, promisedAt) + timeoutMs;
}

const goesOnWith = (branch: string): string => `Goes on with ${branch}:`;
const goesOnAfter = 'Goes on after';

/** Where a state remembers that a branch was met. */
function heardKey(step: string, branch: string): string {
  return `${step}/${branch}`;
}

type Branch = WaitUntilStep['branches'][number];

function firstHeard(step: WaitUntilStep, state: EntryState, dueAt: Instant): { readonly branch: Branch; readonly at: Instant } | null {
  let first: { branch: Branch; at: Instant } | null = null;
  for (const branch of step.branches) {
    const at = state.heard[heardKey(step.id, branch.id)];
    if (at === undefined || at > dueAt) continue;
    if (first === null || at < first.at) first = { branch, at };
  }
  return first;
}

function sentence(step: WaitUntilStep, dueAt: Instant, timeZone: string): string {
  return `Waits for ${events(step)}, at most ${durationWords(step.timeoutMs)}, until ${formatLocal(dueAt, timeZone)} (${timeZone})`;
}

function events(step: WaitUntilStep): string {
  return sayAny(step.branches.map(({ event }) => event));
}

/** What did not come by then, and what came without a branch for it. */
function missed(step: WaitUntilStep, state: EntryState, dueAt: Instant): string {
  const came = step.branches.map(({ event }) => event).filter((event) => (state.heard[unmetKey(step.id, event)] ?? Infinity) <= dueAt);
  const others = step.branches.map(({ event }) => event).filter((event) => !came.includes(event));
  return [
    ...(came.length === 0 ? [] : [`${sayAny(came)} came, and fits no branch`]),
    ...(others.length === 0 ? [] : [`${sayAny(others)} did not come`]),
  ].join('; ');
}

function sayAny(events: readonly FactName[]): string {
  return [...new Set(events.map(sayFact))].join(' or ');
}
