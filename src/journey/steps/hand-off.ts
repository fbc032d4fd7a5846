import { z } from 'zod';
import { subjectId } from '../../domain/events/subject.js';
import { usualHoldMs } from '../../domain/holds/hold.js';
import { type TaskPriority, taskPriorities } from '../../domain/tasks/task.js';
import type { Instant } from '../../domain/time/instant.js';
import { durationText, toLimitMs } from '../../yaml/duration-source.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { idText } from '../fields.js';
import { type HoldAsked, tooLong } from './hold-marketing.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';
import type { CallAsked } from './webhook.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly hand_off: HandOffStep;
  }
  interface StepEffects {
    readonly task: TaskAsked;
  }
}

interface HandOffStep extends StepBase {
  readonly kind: 'hand_off';
  readonly reason: string;
  /** A receiver that hears of the task; null: none does. */
  readonly to: string | null;
  readonly title: string;
  readonly priority: TaskPriority;
  readonly dueMs: number | null;
  /** Properties of what was heard, or of the trigger, that led to it. */
  readonly because: readonly string[];
  /** Marketing waits until the task is closed, at most so long; null: it does not. */
  readonly holdMs: number | null;
}

/** A task for a person of the team. */
export interface TaskAsked {
  readonly kind: 'task';
  readonly reason: string;
  readonly title: string;
  readonly priority: TaskPriority;
  readonly dueAt: Instant | null;
  readonly orderId: string | null;
  /** Personal data. */
  readonly because: Readonly<Record<string, unknown>>;
}

const yaml = z.strictObject({
  id: idText.optional(),
  reason: idText.meta({ description: 'A code, such as low-rating.' }),
  to: idText.optional().meta({ description: 'A receiver of shop.yaml that hears of the task: a mailbox of the team, or a url.' }),
  title: z
    .string()
    .min(1)
    .max(200)
    .meta({ description: 'What is to be done, for the team.', examples: ['Call about the low rating'] }),
  priority: z.enum(taskPriorities).default('normal'),
  due: durationText.optional().meta({ description: 'When it should be done, from now on.' }),
  because: z
    .array(z.string().min(1).max(100))
    .max(10)
    .default(['rating'])
    .meta({ description: 'Properties that led to it: of what a wait heard, else of the trigger.' }),
  hold_marketing: z
    .union([z.literal(false), durationText])
    .default('P14D')
    .meta({ description: 'Marketing waits until the task is closed, at most so long; false: it does not wait.' }),
});

/** Hands the person over to the team: opens a task, once, and holds marketing until somebody closes it. The journey goes on at once. */
export const handOff: StepKind<HandOffStep, z.output<typeof yaml>, TaskAsked | HoldAsked | CallAsked> = {
  ...oneWay,
  yaml: () => yaml,
  compile: ({ reason, title, priority, due, because, to, hold_marketing: hold }, { id, next, note }) => {
    if (to !== undefined) note({ kind: 'receiver', name: to, by: ['email', 'webhook'] }, 'to');
    return {
      kind: 'hand_off',
      id,
      next,
      to: to ?? null,
      reason,
      title,
      priority,
      dueMs: due === undefined ? null : toLimitMs(due),
      because,
      holdMs: hold === false ? null : toLimitMs(hold),
    };
  },
  takes: ({ because }) => [...because, 'order_id'].map((property) => ({ step: null, property })),
  lint: ({ holdMs }, { path }) => tooLong(holdMs ?? usualHoldMs, [...path, 'hold_marketing']),
  sentence: ({ title, reason, holdMs }) =>
    `Opens a task for the team: “${title}” (${reason})${holdMs === null ? '' : ', and holds marketing until it is closed'}.`,
  move(step, state, context) {
    const { reason, title, priority, dueMs, holdMs, to } = step;
    const { at } = context;
    const orderId = orderOf(state, context);
    const because = causes(step, state);
    const dueAt = dueMs === null ? null : at + dueMs;
    return {
      kind: 'go',
      to: step.next,
      line: { kind: 'note', text: `Hands over to the team (${reason}, priority ${priority}): ${title}.` },
      asks: [
        {
          kind: 'task',
          reason,
          title,
          priority,
          dueAt,
          orderId,
          because,
        },
        ...(to === null
          ? []
          : [told(to, orderId, { reason, title, priority, because, due_at: dueAt === null ? null : new Date(dueAt).toISOString() })]),
        ...(holdMs === null ? [] : [{ kind: 'hold', endsWith: 'task', reason, until: at + holdMs } as const]),
      ],
    };
  },
};

/** What the receiver hears of the task. */
function told(to: string, orderId: string | null, data: CallAsked['data']): CallAsked {
  return { kind: 'call', what: 'task', to, orderId, data, isAwaited: false };
}

/** The order that the entry is about, else the one that its trigger or what it heard names. */
function orderOf(state: EntryState, { about }: EngineContext): string | null {
  return subjectId(about, 'order') ?? textOf(valueOf('order_id', state));
}

function causes({ because }: HandOffStep, state: EntryState): Readonly<Record<string, unknown>> {
  const named = because.map((name) => [name, valueOf(name, state)] as const);
  return Object.fromEntries(named.filter(([, value]) => value !== undefined && value !== null));
}

/** Of the newest that was heard, else of the trigger. */
function valueOf(name: string, { told = {}, trigger }: EntryState): unknown {
  const newestFirst = Object.values(told).toSorted((a, b) => b.at - a.at);
  const heard = newestFirst.find(({ properties }) => Object.hasOwn(properties, name));
  return heard === undefined ? plainOf(trigger[name]) : heard.properties[name];
}

/** A trigger carries what the shop sent: a task takes short texts, numbers and flags of it. */
function plainOf(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, longestText);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

const longestText = 500;

function textOf(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
