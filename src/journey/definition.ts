import type { Condition } from '../domain/conditions/condition.js';
import type { FactName } from '../domain/events/fact.js';
import type { Channel, MessageClass } from '../domain/messages/channel.js';
import type { DailyHours } from '../domain/policy/quiet-hours-policy.js';
import type { JourneyId, StepId } from '../domain/values/ids.js';

/**
 * A compiled journey: the flat graph that the engine walks. Frozen when published. All durations are milliseconds.
 * Calendar durations (`P1D`) stay as text in `calendar`, because their length depends on the zone.
 */
export interface JourneyDefinition {
  readonly format: 1;
  readonly id: JourneyId;
  readonly name: string;
  readonly description: string;
  readonly priority: number;
  readonly class: MessageClass;
  readonly topic: string;
  readonly trigger: Trigger;
  readonly entry: EntryRules;
  readonly exits: readonly ExitRule[];
  readonly goals: readonly GoalRule[];
  readonly maxDurationMs: number | null;
  readonly catchUp: CatchUp;
  /** Share of entries held out, 0–1. 0 until experiments are built. */
  readonly holdout: number;
  readonly start: StepId;
  readonly steps: Readonly<Record<string, Step>>;
}

export type Trigger =
  | { readonly kind: 'event'; readonly event: FactName; readonly where: Condition | null }
  | { readonly kind: 'inactivity'; readonly after: readonly FactName[]; readonly resetOn: readonly FactName[]; readonly forMs: number };

export interface EntryRules {
  /** What tells two entries of one person apart. `event` takes a property path of the trigger. */
  readonly key: { readonly kind: 'profile' } | { readonly kind: 'cart' } | { readonly kind: 'event'; readonly path: string };
  readonly filters: readonly NamedCondition[];
  readonly reentry: { readonly kind: 'always' } | { readonly kind: 'once' } | { readonly kind: 'interval'; readonly ms: number };
  /** What happens when an entry of the same journey and person is already there. `parallel` allows several keys at once. */
  readonly concurrency: 'reject' | 'restart' | 'merge' | 'parallel';
}

/** A condition with the reason code that a trace gives when it does not hold: `below-minimum`, `no-consent`, `ordered`. */
export interface NamedCondition {
  readonly reason: string;
  readonly condition: Condition;
}

export interface ExitRule {
  readonly id: string;
  readonly on:
    | { readonly kind: 'event'; readonly event: FactName; readonly match: 'any' | 'cart' | 'profile'; readonly where: Condition | null }
    /** Read at every turn and before every send. */
    | { readonly kind: 'condition'; readonly condition: Condition };
  /** `converted` when the exit satisfies the goal. */
  readonly outcome: 'exited' | 'converted';
}

export interface GoalRule {
  readonly id: string;
  readonly event: FactName;
  readonly withinMs: number;
}

/** What a resume does with what fell due during a pause. */
export type CatchUp = { readonly kind: 'send_if_within'; readonly ms: number } | { readonly kind: 'skip_step' } | { readonly kind: 'exit' };

interface StepBase {
  readonly id: StepId;
  readonly next: StepId | null;
}

export type Step = SendStep | WaitStep | WaitUntilStep | SplitStep | ExitStep;

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
  /** What it is expected to bring, in the shop's currency; absent: nobody knows. */
  readonly expectedMargin?: number;
}

export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  readonly length:
    | { readonly kind: 'elapsed'; readonly ms: number }
    | { readonly kind: 'calendar'; readonly days: number; readonly at: string | null };
  /** From where the wait counts: the arrival at the step, the entry's start, or the instant when another step was done. */
  readonly from: { readonly kind: 'previous' } | { readonly kind: 'start' } | { readonly kind: 'step'; readonly step: StepId };
}

export interface WaitUntilStep extends StepBase {
  readonly kind: 'wait_until';
  readonly branches: readonly {
    readonly id: string;
    readonly event: FactName;
    readonly match: 'any' | 'cart' | 'profile';
    readonly where: Condition | null;
    readonly next: StepId | null;
  }[];
  readonly timeoutMs: number;
  readonly onTimeout: StepId | null;
  readonly lookback: 'since_entry' | 'none';
}

export interface SplitStep extends StepBase {
  readonly kind: 'split';
  readonly branches: readonly { readonly id: string; readonly when: Condition; readonly next: StepId | null }[];
}

export interface ExitStep extends StepBase {
  readonly kind: 'exit';
  readonly outcome: 'completed' | 'exited' | 'converted';
  readonly reason: string;
}
