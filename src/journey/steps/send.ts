import type { Instant } from '../../domain/time/instant.js';
import type { JourneyDefinition } from '../definition.js';
import type { EntryState } from '../entry.js';
import { sayChannel } from '../words.js';
import type { StepKind, StepOf } from './kind.js';

/** Asks the send gate for a message; the engine goes on when the gate or the provider has settled it. */
export const send: StepKind<StepOf<'send'>> = {
  arrival: (step) => ({ kind: 'step', text: `Comes to the ${sayChannel(step.channel)} ${step.id}.` }),
  move: () => ({ kind: 'send' }),
};

/** The last instant at which the message of the present step may leave. */
export function sendDeadline(definition: JourneyDefinition, step: StepOf<'send'>, state: EntryState): Instant {
  return Math.min(
    state.arrivedAt + step.deadlineMs,
    step.notAfterStartMs === null ? Number.POSITIVE_INFINITY : state.startedAt + step.notAfterStartMs,
    definition.maxDurationMs === null ? Number.POSITIVE_INFINITY : state.startedAt + definition.maxDurationMs,
    state.deadlineAt ?? Number.POSITIVE_INFINITY,
  );
}
