import { countWords } from '../../domain/time/duration.js';
import type { Instant } from '../../domain/time/instant.js';
import { addCalendarDays, formatLocal, localTimeAfterDays, nextLocalTime, parseLocalTime } from '../../domain/time/time.js';
import type { EngineContext } from '../context.js';
import type { EntryState } from '../entry.js';
import { sayUntil } from '../words.js';
import type { StepKind, StepOf } from './kind.js';

/** Sleeps until an instant that is computed once, on arrival. */
export const wait: StepKind<StepOf<'wait'>> = {
  dueAt: (step, state, context) => end(step, countsFrom(step, state), context),
  arrival: (step, state, context) => ({ kind: 'wait', text: `${sentence(step, state, context)}.` }),
  move(step, state, context) {
    const dueAt = state.dueAt ?? state.arrivedAt;
    if (context.at < dueAt) return { kind: 'stay', sentence: sentence(step, state, context) };
    return { kind: 'go', to: step.next, line: null, dueSince: dueAt };
  },
};

function countsFrom(step: StepOf<'wait'>, state: EntryState): Instant {
  switch (step.from.kind) {
    case 'previous':
      return state.arrivedAt;
    case 'start':
      return state.startedAt;
    case 'step':
      // Lint refuses a step that may have been passed by; then counting from here is the later, safer reading.
      return state.leftAt[step.from.step] ?? state.arrivedAt;
    default:
      throw new Error(`The wait ${step.id} counts from something that this version does not know.`);
  }
}

function end({ id, length }: StepOf<'wait'>, from: Instant, { timeZone }: EngineContext): Instant {
  if (length.kind === 'elapsed') return from + length.ms;
  if (length.at === null) return addCalendarDays(from, length.days, timeZone);
  const time = parseLocalTime(length.at);
  if (time === null) throw new Error(`The wait ${id} ends at ${length.at}, which is no time of day.`);
  return length.days === 0 ? nextLocalTime(from, time, timeZone) : localTimeAfterDays(from, length.days, time, timeZone);
}

function sentence(step: StepOf<'wait'>, state: EntryState, { timeZone }: EngineContext): string {
  const dueAt = state.dueAt ?? state.arrivedAt;
  const until = `until ${formatLocal(dueAt, timeZone)} (${timeZone})`;
  if (dueAt <= state.arrivedAt) return `Goes on at once: it was to wait ${until}`;
  // Calendar days are said as days only where they are counted from here; a day may have 23 or 25 hours.
  if (step.length.kind === 'calendar' && step.from.kind === 'previous') {
    return step.length.days === 0 ? `Waits ${until}` : `Waits ${countWords(step.length.days, 'day')}, ${until}`;
  }
  return `Waits ${sayUntil(state.arrivedAt, dueAt, timeZone)}`;
}
