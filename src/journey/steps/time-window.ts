import { z } from 'zod';
import { type Weekday, weekdays } from '../../domain/policy/quiet-hours-policy.js';
import type { Instant } from '../../domain/time/instant.js';
import { formatLocal, type LocalTime, localClock, localTimeAfterDays, parseLocalTime } from '../../domain/time/time.js';
import { isTimeZone } from '../../domain/time/time-zone.js';
import type { EngineContext } from '../context.js';
import { idText, localTimeText } from '../fields.js';
import { oneWay, type StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly time_window: TimeWindowStep;
  }
}

interface TimeWindowStep extends StepBase {
  readonly kind: 'time_window';
  /** The days on which it opens, in the order of the week. */
  readonly days: readonly Weekday[];
  /** It closes on the next day where `to` is not later than `from`. */
  readonly from: string;
  readonly to: string;
  /** Null: the person's. */
  readonly zone: string | null;
}

const yaml = z
  .strictObject({
    id: idText.optional(),
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays])
      .meta({ description: 'The days on which it opens; every day where left out.' }),
    from: localTimeText,
    to: localTimeText.meta({ description: 'It closes at this time; on the next day where this is not later than `from`.' }),
    zone: z
      .string()
      .refine(isTimeZone, 'must be an IANA time zone such as Europe/London')
      .optional()
      .meta({ description: 'The person’s where left out.' }),
  })
  .superRefine(({ from, to }, context) => {
    if (from === to)
      context.addIssue({
        code: 'custom',
        path: ['to'],
        message: 'is the time at which it opens, so it would be open all day',
        params: { suggestion: 'Write another time, or remove the step.' },
      });
  });

/** Holds until a window of the week is open. An entry that comes while it is open goes on at once. */
export const timeWindow: StepKind<TimeWindowStep, z.output<typeof yaml>> = {
  ...oneWay,
  yaml: () => yaml,
  compile: ({ days, from, to, zone }, { id, next }) => ({
    kind: 'time_window',
    id,
    next,
    days: weekdays.filter((day) => days.includes(day)),
    from,
    to,
    zone: zone ?? null,
  }),
  sentence: (step) => `Waits until it is ${windowWords(step)}.`,
  dueAt: (step, state, context) => openFrom(step, state.arrivedAt, context),
  arrival: (step, state, context) =>
    openFrom(step, state.arrivedAt, context) <= state.arrivedAt ? null : { kind: 'wait', text: `${waitSentence(step, state, context)}.` },
  move(step, state, context) {
    const dueAt = state.dueAt ?? state.arrivedAt;
    if (context.at < dueAt) return { kind: 'stay', sentence: waitSentence(step, state, context) };
    // What held the entry up meanwhile (a pause, an outage) may have lasted until the window closed again.
    const opens = openFrom(step, context.at, context);
    if (opens > context.at) return { kind: 'stay', sentence: sayUntil(step, opens, context), until: opens };
    return { kind: 'go', to: step.next, line: null, dueSince: dueAt };
  },
};

/** The first instant, `at` or later, at which the window is open. */
function openFrom(step: TimeWindowStep, at: Instant, { timeZone }: Pick<EngineContext, 'timeZone'>): Instant {
  const zone = step.zone ?? timeZone;
  const [from, to] = [timeOf(step.from), timeOf(step.to)];
  const isOverNight = minutesOf(to) <= minutesOf(from);
  const { weekday } = localClock(at, zone);
  // Yesterday's may still be open.
  for (let days = -1; days <= 7; days += 1) {
    const name = weekdays[(weekday - 1 + days + 7) % 7];
    if (name === undefined || !step.days.includes(name)) continue;
    const closes = localTimeAfterDays(at, isOverNight ? days + 1 : days, to, zone);
    if (at < closes) return Math.max(at, localTimeAfterDays(at, days, from, zone));
  }
  // Beyond what clocks can show.
  return at;
}

function timeOf(text: string): LocalTime {
  const time = parseLocalTime(text);
  if (time === null) throw new Error(`A window opens or closes at ${text}, which is no time of day.`);
  return time;
}

const minutesOf = ({ hour, minute }: LocalTime): number => 60 * hour + minute;

function waitSentence(
  step: TimeWindowStep,
  state: { readonly dueAt: Instant | null; readonly arrivedAt: Instant },
  context: EngineContext,
): string {
  return sayUntil(step, state.dueAt ?? state.arrivedAt, context);
}

function sayUntil(step: TimeWindowStep, until: Instant, { timeZone }: EngineContext): string {
  const zone = step.zone ?? timeZone;
  return `Waits until ${formatLocal(until, zone)} (${zone}), when it is ${windowWords(step)}`;
}

function windowWords({ days, from, to, zone }: TimeWindowStep): string {
  const when = days.length === weekdays.length ? 'on any day' : `on ${days.join(', ')}`;
  return `between ${from} and ${to} ${when}${zone === null ? '' : ` in ${zone}`}`;
}
