import { z } from 'zod';
import { countWords, durationWords, parseDuration } from '../../domain/time/duration.js';
import { day, hour, type Instant } from '../../domain/time/instant.js';
import { addCalendarDays, formatLocal, localTimeAfterDays, nextLocalTime, parseLocalTime } from '../../domain/time/time.js';
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
  /** From where the wait counts: the arrival at the step, the entry's start, or the instant when another step was done. */
  readonly from: { readonly kind: 'previous' } | { readonly kind: 'start' } | { readonly kind: 'step'; readonly step: StepId };
}

const yaml = z
  .strictObject({
    id: idText.optional(),
    for: durationText,
    at: localTimeText.optional().meta({ description: 'With whole days: at this time of the person’s day.' }),
    from: z
      .string()
      .min(1)
      .default('previous')
      .meta({ description: '`previous` (arrival here), `start`, or the id of a step that was done.' }),
  })
  .superRefine((value, context) => {
    if (value.at !== undefined && value.for.startsWith('PT'))
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
    const duration = parseDuration(source.for);
    if (typeof duration === 'string') throw new Error('A duration that is none passed the schema.');
    const { from } = source;
    if (from !== 'previous' && from !== 'start') note({ kind: 'step', name: from, for: 'instant' }, 'from');
    return {
      kind: 'wait',
      id,
      next,
      length: duration.kind === 'elapsed' ? duration : { kind: 'calendar', days: duration.days, at: source.at ?? null },
      from: from === 'previous' || from === 'start' ? { kind: from } : { kind: 'step', step: from as StepId },
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
  lint: () => [],
  sentence: ({ length, from }) => `Waits ${lengthWords(length)}${fromWords(from)}.`,
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
  }
}

function end({ id, length }: WaitStep, from: Instant, { timeZone }: EngineContext): Instant {
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
  if (step.length.kind === 'calendar' && step.from.kind === 'previous') {
    return step.length.days === 0 ? `Waits ${until}` : `Waits ${countWords(step.length.days, 'day')}, ${until}`;
  }
  return `Waits ${sayUntil(state.arrivedAt, dueAt, timeZone)}`;
}

function soonestStart({ from }: WaitStep, arrivesAt: number, arrivals: ReadonlyMap<StepId, number>): number {
  if (from.kind === 'start') return 0;
  return from.kind === 'step' ? (arrivals.get(from.step) ?? arrivesAt) : arrivesAt;
}

/** A day may have 23 hours, and a wait for a time of day may begin just before midnight. */
function shortestMs(length: WaitStep['length']): number {
  if (length.kind === 'elapsed') return length.ms;
  const days = length.at === null ? length.days : length.days - 1;
  return Math.max(0, days * day - hour);
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
  return from.kind === 'start' ? ', counted from the start' : `, counted from ${from.step}`;
}
