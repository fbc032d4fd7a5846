import type { FactName } from '../../domain/events/fact.js';
import type { Channel } from '../../domain/messages/channel.js';
import type { DailyHours } from '../../domain/policy/quiet-hours-policy.js';
import type { StepId } from '../../domain/values/ids.js';

/** What every step of a compiled journey has. `next`: what follows it, unless the kind goes elsewhere. */
export interface StepBase {
  readonly id: StepId;
  readonly next: StepId | null;
}

/** Where a state remembers that this fact came and met none of the step's branches. No branch is called like a fact. */
export function unmetKey(step: StepId, event: FactName): string {
  return `${step}/${event}`;
}

/** A message that a step asks the gate for: the step itself, where the kind is `send`. */
export interface SendStep extends StepBase {
  readonly kind: 'send';
  readonly channel: Channel;
  readonly template: string;
  /** The message may wait for quiet hours and caps this long after the step was reached; then it is skipped. */
  readonly deadlineMs: number;
  /** A hard limit measured from the entry's start (a cart text must leave within 48 h of the abandonment); null: none. */
  readonly notAfterStartMs: number | null;
  /** Local hours to which the journey and the step narrow quiet hours. Absent: as the law has them. */
  readonly hours?: DailyHours;
  /** What happens where a cap is in the way. `fallback_channel`: the step `fallback` sends instead. */
  readonly onCapped: 'defer' | 'skip' | 'exit' | 'fallback_channel';
  /** `defer`: how long after the step was reached a cap may hold it back, where that is shorter than the deadline. */
  readonly deferWithinMs?: number;
  /** `fallback_channel`: the step with the message on the other channel; it goes on where this one would. */
  readonly fallback?: StepId;
  /** Whether caps hold it back, and whether it counts under them; absent: as the class says. */
  readonly obeysCap?: boolean;
  readonly countsTowardCap?: boolean;
  /** The person's own act asks for it (the result of a quiz): it need not keep the gaps that say so. Absent: no. */
  readonly isUserInitiated?: boolean;
  /**
   * It waits for the hour at which the person usually clicks, within this many milliseconds after the step was reached. Absent: it does
   * not.
   */
  readonly hourWithinMs?: number;
  /** What it is expected to bring, in the shop's currency; absent: nobody knows. */
  readonly expectedMargin?: number;
}
