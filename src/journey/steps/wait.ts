import { z } from 'zod';
import { type Weekday, weekdays } from '../../domain/policy/quiet-hours-policy.js';
import { countWords, durationWords, parseDuration } from '../../domain/time/duration.js';
import { day, hour, type Instant } from '../../domain/time/instant.js';
import { addCalendarDays, formatLocal, localClock, localTimeAfterDays, nextLocalTime, parseLocalTime } from '../../domain/time/time.js';
import { isTimeZone } from '../../domain/time/time-zone.js';
import type { StepId } from '../../domain/values/ids.js';
import { durationText } from '../../yaml/duration-source.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { idText, localTimeText } from '../fields.js';
import { sayUntil } from '../words.js';
import type { StepKind } from './kind.js';
import type { StepBase } from './step.js';

declare module '../definition.js' {
  interface StepShapes {
    readonly wait: WaitStep;
  }
}

interface WaitStep extends StepBase {
  readonly kind: 'wait';
  readonly length:
    | { readonly kind: 'elapsed'; readonly ms: number }
    | { readonly kind: 'calendar'; readonly days: number; readonly at: string | null };
  /** After that, until this time of the week comes. Absent: no longer. */
  readonly until?: WeekTime;
  /**
   * From where the wait counts: the arrival at the step, the entry's start, the instant when another step was done, or that of the event
   * which a wait heard.
   */
  readonly from:
    | { readonly kind: 'previous' }
    | { readonly kind: 'start' }
    | { readonly kind: 'step'; readonly step: StepId }
    | { readonly kind: 'heard'; readonly step: StepId };
}

/** A time of day on some days of the week. */
interface WeekTime {
  readonly days: readonly Weekday[];
  readonly at: string;
  /** Null: the person's. */
  readonly zone: string | null;
}

const yaml = z
  .strictObject({
    id: idText.optional(),
    for: durationText.optional(),
    until: z
      .strictObject({
        days: z
          .array(z.enum(weekdays))
          .min(1)
          .default([...weekdays])
          .meta({ description: 'Any day where left out.' }),
        at: localTimeText,
        zone: z
          .string()
          .refine(isTimeZone, 'must be an IANA time zone such as Europe/London')
          .optional()
          .meta({ description: 'The person’s where left out.' }),
      })
      .optional()
      .meta({
        description: 'Until this time of the week comes; with "for": after that.',
        examples: [{ days: ['tue', 'thu'], at: '10:00' }],
      }),
    at: localTimeText.optional().meta({ description: 'With whole days: at this time of the person’s day.' }),
    from: z.string().min(1).default('previous').meta({
      description:
        '`previous` (arrival here), `start`, the id of a step that was done, or heard.<step>: the event that a wait_until heard.',
    }),
  })
  .superRefine((value, context) => {
    if (value.for === undefined && value.until === undefined)
      context.addIssue({
        code: 'custom',
        message: 'says neither how long nor until when',
        params: { suggestion: 'Write "for: P1D", or until: { days: [mon], at: "10:00" }.' },
      });
    if (value.at !== undefined && value.until !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['at'],
        message: 'is said in "until" already',
        params: { suggestion: 'Remove "at".' },
      });
    else if (value.at !== undefined && value.for?.startsWith('PT') !== false)
      context.addIssue({
        code: 'custom',
        path: ['at'],
        message: 'goes with whole days only: elapsed time has no time of day',
        params: { suggestion: 'Write "for: P1D", or remove "at".' },
      });
  });

/** Sleeps until an instant that is computed once, on arrival. */
export const wait: StepKind<WaitStep, z.output<typeof yaml>> = {
  yaml: () => yaml,
  inside: () => [],
  compile(source, { id, next, note }) {
    const duration = parseDuration(source.for ?? 'PT0S');
    if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
    const { from } = source;
    const counted = fromOf(from);
    if (counted.kind === 'heard') note({ kind: 'step', name: counted.step, for: 'heard' }, 'from');
    if (counted.kind === 'step') note({ kind: 'step', name: counted.step, for: 'instant' }, 'from');
    return {
      kind: 'wait',
      id,
      next,
      length: duration.kind === 'elapsed' ? duration : { kind: 'calendar', days: duration.days, at: source.at ?? null },
      from: counted,
      ...(source.until === undefined ? {} : { until: { ...source.until, zone: source.until.zone ?? null } }),
    };
  },
  isEnd: false,
  ways: (step) => [
    {
      to: step.next,
      soonest: (arrivesAt, arrivals) => Math.max(arrivesAt, soonestStart(step, arrivesAt, arrivals) + shortestMs(step.length)),
    },
  ],
  listens: () => [],
  reads: () => [],
  needs: () => [],
  takes: ({ from }) => (from.kind === 'heard' ? [{ step: from.step, property: null }] : []),
  lint: () => [],
  sentence: (step) => `Waits ${[...longWords(step), ...untilWords(step)].join(', then ')}${fromWords(step.from)}.`,
  message: () => null,
  dueAt: (step, state, context) => end(step, countsFrom(step, state), context),
  arrival: (step, state, context) => ({ kind: 'wait', text: `${sentence(step, state, context)}.` }),
  move(step, state, context) {
    const dueAt = state.dueAt ?? state.arrivedAt;
    if (context.at < dueAt) return { kind: 'stay', sentence: sentence(step, state, context) };
    return { kind: 'go', to: step.next, line: null, dueSince: dueAt };
  },
};

function countsFrom(step: WaitStep, state: EntryState): Instant {
  switch (step.from.kind) {
    case 'previous':
      return state.arrivedAt;
    case 'start':
      return state.startedAt;
    case 'step':
      // Lint refuses a step that may have been passed by; then counting from here is the later, safer reading.
      return state.leftAt[step.from.step] ?? state.arrivedAt;
    case 'heard':
      // A wait that heard nothing is counted from here, too.
      return state.told?.[step.from.step]?.at ?? state.arrivedAt;
  }
}

function fromOf(from: string): WaitStep['from'] {
  if (from === 'previous' || from === 'start') return { kind: from };
  const heard = /^heard\.(.+)$/.exec(from)?.[1];
  return heard === undefined ? { kind: 'step', step: from as StepId } : { kind: 'heard', step: heard as StepId };
}

function end(step: WaitStep, from: Instant, context: EngineContext): Instant {
  const over = lengthEnd(step, from, context);
  // What lies behind is no time to wait for.
  return step.until === undefined ? over : nextWeekTime(step.until, Math.max(over, context.at), context);
}

/** The first instant, `from` or later, at which it is this time on one of these days. */
function nextWeekTime({ days, at, zone }: WeekTime, from: Instant, { timeZone }: Pick<EngineContext, 'timeZone'>): Instant {
  const time = parseLocalTime(at);
  if (time === null) throw new Error(`A wait lasts until ${at}, which is no time of day.`);
  const where = zone ?? timeZone;
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const instant = localTimeAfterDays(from, ahead, time, where);
    const day = weekdays[localClock(instant, where).weekday - 1];
    if (instant >= from && day !== undefined && days.includes(day)) return instant;
  }
  // Beyond what clocks can show.
  return from;
}

function lengthEnd({ id, length }: WaitStep, from: Instant, { timeZone }: EngineContext): Instant {
  if (length.kind === 'elapsed') return from + length.ms;
  if (length.at === null) return addCalendarDays(from, length.days, timeZone);
  const time = parseLocalTime(length.at);
  if (time === null) throw new Error(`The wait ${id} ends at ${length.at}, which is no time of day.`);
  return length.days === 0 ? nextLocalTime(from, time, timeZone) : localTimeAfterDays(from, length.days, time, timeZone);
}

function sentence(step: WaitStep, state: EntryState, { timeZone }: EngineContext): string {
  const dueAt = state.dueAt ?? state.arrivedAt;
  const until = `until ${formatLocal(dueAt, timeZone)} (${timeZone})`;
  if (dueAt <= state.arrivedAt) return `Goes on at once: it was to wait ${until}`;
  // Calendar days are said as days only where they are counted from here; a day may have 23 or 25 hours.
  if (step.length.kind === 'calendar' && step.from.kind === 'previous' && step.until === undefined) {
    return step.length.days === 0 ? `Waits ${until}` : `Waits ${countWords(step.length.days, 'day')}, ${until}`;
  }
  return `Waits ${sayUntil(state.arrivedAt, dueAt, timeZone)}`;
}

function soonestStart({ from }: WaitStep, arrivesAt: number, arrivals: ReadonlyMap<StepId, number>): number {
  // What a wait heard came at some time since the start.
  if (from.kind === 'start' || from.kind === 'heard') return 0;
  return from.kind === 'step' ? (arrivals.get(from.step) ?? arrivesAt) : arrivesAt;
}

/** A day may have 23 hours, and a wait for a time of day may begin just before midnight. */
function shortestMs(length: WaitStep['length']): number {
  if (length.kind === 'elapsed') return length.ms;
  const days = length.at === null ? length.days : length.days - 1;
  return Math.max(0, days * day - hour);
}

function longWords({ length, until }: WaitStep): readonly string[] {
  return until !== undefined && length.kind === 'elapsed' && length.ms === 0 ? [] : [lengthWords(length)];
}

function untilWords({ until }: WaitStep): readonly string[] {
  if (until === undefined) return [];
  const days = until.days.length === weekdays.length ? 'any day' : until.days.join(', ');
  return [`until it is ${until.at} on ${days}${until.zone === null ? '' : ` in ${until.zone}`}`];
}

function lengthWords(length: WaitStep['length']): string {
  if (length.kind === 'elapsed') return durationWords(length.ms);
  const at = length.at === null ? '' : ` at ${length.at}`;
  return length.days === 0
    ? `until the next time it is${at.replace(' at', '')}`
    : `${countWords(length.days, 'day')}${at && `, until${at.replace(' at', '')}`}`;
}

function fromWords(from: WaitStep['from']): string {
  if (from.kind === 'previous') return '';
  if (from.kind === 'heard') return `, counted from what ${from.step} heard`;
  return from.kind === 'start' ? ', counted from the start' : `, counted from ${from.step}`;
}
