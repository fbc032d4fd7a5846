import type { FactName } from '../domain/events/fact.js';
import { type SubjectKind, subjectKinds } from '../domain/events/subject.js';
import type { MessageClass } from '../domain/messages/channel.js';
import type { JourneyId, StepId } from '../domain/values/ids.js';
import type { Condition } from './conditions/condition.js';

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
  /** Share of people held out, 0–1: they walk, and get no message of a class that is held out. */
  readonly holdout: number;
  readonly start: StepId;
  readonly steps: Readonly<Record<string, Step>>;
}

/** The triggers of each kind: its file in `triggers/` adds its own here. */
export interface TriggerShapes {}

export type Trigger = TriggerShapes[keyof TriggerShapes];

export interface EntryRules {
  /** What tells two entries of one person apart. `event` takes a property path of the trigger. */
  readonly key: { readonly kind: 'profile' } | { readonly kind: SubjectKind } | { readonly kind: 'event'; readonly path: string };
  readonly filters: readonly NamedCondition[];
  /** `per`: only entries with the same key count. Absent: all of the person. */
  readonly reentry:
    | { readonly kind: 'always' }
    | { readonly kind: 'once'; readonly per?: 'key' }
    | { readonly kind: 'interval'; readonly ms: number; readonly per?: 'key' };
  /** What happens when an entry of the same journey and person is already there. `parallel` allows several keys at once. */
  readonly concurrency: 'reject' | 'merge' | 'parallel';
}

/** A condition with the reason code that a trace gives when it does not hold: `below-minimum`, `no-consent`, `ordered`. */
export interface NamedCondition {
  readonly reason: string;
  readonly condition: Condition;
}

/**
 * Which facts count: `profile` the person's own; a kind of subject those about the entry's own one, by anybody; `any` all of these; `key`
 * those with the entry's key (`entry.key`): a fact of order B says nothing to the entry of order A.
 */
export const factMatches = ['any', 'profile', 'key', ...subjectKinds] as const;
export type FactMatch = (typeof factMatches)[number];

export interface ExitRule {
  readonly id: string;
  readonly on:
    | { readonly kind: 'event'; readonly event: FactName; readonly match: FactMatch; readonly where: Condition | null }
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

export type { SendStep } from './steps/step.js';

/** The steps of each kind: its file in `steps/` adds its own here. */
export interface StepShapes {}

/** A step of the graph. */
export type Step = StepShapes[keyof StepShapes];

/** What steps may ask the turn to write together with the entry, by its kind: the file of a kind of step adds what it asks for. */
export interface StepEffects {}

export type StepEffect = StepEffects[keyof StepEffects];
