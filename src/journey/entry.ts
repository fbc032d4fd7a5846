import type { FactName } from '../domain/events/fact.js';
import type { OwnEvent } from '../domain/events/own-event.js';
import type { SubjectKind } from '../domain/events/subject.js';
import type { Instant } from '../domain/time/instant.js';
import type { StepId } from '../domain/values/ids.js';

/**
 * Where an entry stands in its journey. Plain data, stored as JSON beside the entry's columns, which say whose it is and what it is about.
 */
export interface EntryState {
  readonly format: 1;
  /** Null before the first step. */
  readonly step: StepId | null;
  /** How often this step has been reached; with entry and step it makes the message's id. */
  readonly visit: number;
  readonly arrivedAt: Instant;
  readonly startedAt: Instant;
  /** When each step was last left: what `from: {step}` counts from. */
  readonly leftAt: Readonly<Record<string, Instant>>;
  /** Visits by step, so that a loop gives each message an id of its own. */
  readonly visits: Readonly<Record<string, number>>;
  /** The wait of the present step, computed once on arrival. */
  readonly dueAt: Instant | null;
  /** Properties of the trigger, ids rather than personal data. */
  readonly trigger: Readonly<Record<string, unknown>>;
  readonly goals: Readonly<Record<string, Instant>>;
  /**
   * When a fact first met a branch of a `wait_until`, by `step/branch`: how a wait knows what came before it was reached. Bounded by the
   * journey.
   */
  readonly heard: Readonly<Record<string, Instant>>;
  /**
   * By step: the event that its wait heard first, with those of its properties that the journey asks for. Absent: none. Personal data: an
   * erasure takes it away.
   */
  readonly told?: Readonly<Record<string, HeardEvent>>;
  /** The person is in a holdout: the gate says of each message what it would have said. Absent: they are not. */
  readonly isHeldOut?: true;
  /** How many journeys have begun one another up to this entry. Absent: none, somebody outside began it. */
  readonly depth?: number;
  /** A deadline of this entry's own, for its messages: given with the request for the message or the broadcast. */
  readonly deadlineAt?: Instant;
}

/** `eventId`: absent in entries that heard it before that was kept. */
interface HeardEvent {
  readonly at: Instant;
  readonly eventId?: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What happened to an entry since its last turn; a row of `entry_inputs`, consumed under the entry's lock. */
export type EntryInput =
  | {
      readonly kind: 'fact';
      readonly name: FactName;
      readonly at: Instant;
      readonly eventId: string;
      readonly profileMatch: boolean;
      /** In which kinds of subject it was about the same as the entry when it came. */
      readonly shared: readonly SubjectKind[];
      readonly properties: Readonly<Record<string, unknown>>;
    }
  /** Asked for by a person: `POST /v1/entries/{id}/exit`, an erase, an archive. */
  | { readonly kind: 'exit'; readonly reason: string; readonly at: Instant }
  /** `slotAt`: when a deferral would have sent what the entry holds; absent or null where it held nothing. */
  | { readonly kind: 'resume'; readonly at: Instant; readonly pausedAt: Instant; readonly slotAt?: Instant | null }
  | { readonly kind: 'receipt'; readonly messageId: string; readonly status: string; readonly at: Instant }
  /** What a call of a step came to. `properties`: the answer, and its status. */
  | {
      readonly kind: 'answer';
      readonly step: StepId;
      readonly visit: number;
      readonly outcome: CallEnd;
      readonly at: Instant;
      readonly properties: Readonly<Record<string, unknown>>;
    }
  /** A more important message took the slot that this one was promised: it asks the gate again. */
  | { readonly kind: 'outranked'; readonly messageId: string; readonly at: Instant };

export type CallEnd = 'answered' | 'failed';

/** Where a state remembers what the call of a step came to, at a visit. */
export function answerKey(step: StepId, visit: number, outcome: CallEnd): string {
  return `${step}/${visit}/${outcome}`;
}

export const entryOutcomes = ['completed', 'converted', 'exited', 'not-entered', 'superseded', 'failed'] as const;
export type EntryOutcome = (typeof entryOutcomes)[number];

/** The one thing now pending. */
export type Pending =
  | { readonly kind: 'wait'; readonly until: Instant | null; readonly awaiting: readonly Awaiting[]; readonly sentence: string }
  /**
   * `deadlineAt` is the earliest of the step's deadline, its `notAfterStart` and the end of the journey; `awaiting` counts while the gate
   * defers or holds it.
   */
  | {
      readonly kind: 'send';
      readonly step: StepId;
      readonly visit: number;
      readonly arrivedAt: Instant;
      readonly deadlineAt: Instant;
      readonly awaiting: readonly Awaiting[];
    }
  /** A step says something of the person: the turn writes it with all that follows from it, and the next one goes on. */
  | { readonly kind: 'say'; readonly event: OwnEvent; readonly awaiting: readonly Awaiting[] }
  | { readonly kind: 'finished'; readonly outcome: EntryOutcome; readonly reason: string };

/** A row of `waits`: which facts wake this entry. */
export interface Awaiting {
  readonly event: FactName;
  readonly by: 'profile' | SubjectKind;
  /** `place`: a message waits for an hour that depends on where the person is. `hold`: for the end of a hold on marketing. */
  readonly purpose: 'exit' | 'branch' | 'goal' | 'place' | 'hold';
  /** A goal alone only measures: it never wakes the workflow. */
  readonly hastens: boolean;
}

/** One line of the entry's story. `text` is a sentence for people; `step` is null for what concerns the entry as a whole. */
export interface TraceLine {
  readonly at: Instant;
  readonly step: StepId | null;
  readonly kind:
    | 'armed'
    | 'entered'
    | 'not-entered'
    | 'step'
    | 'wait'
    | 'branch'
    | 'verdict'
    | 'submitted'
    | 'outcome'
    | 'goal'
    | 'exit'
    | 'finished'
    | 'merged'
    | 'stuck'
    | 'note';
  readonly text: string;
}
