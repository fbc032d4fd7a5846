import type { z } from 'zod';
import type { FactName } from '../../domain/events/fact.js';
import type { OwnEvent } from '../../domain/events/own-event.js';
import type { Instant } from '../../domain/time/instant.js';
import type { StepId } from '../../domain/values/ids.js';
import type { Condition } from '../conditions/condition.js';
import type { ConditionSource, Unplaced } from '../conditions/kind.js';
import type { EngineContext } from '../context.js';
import type { FactMatch, JourneyDefinition, Step } from '../definition.js';
import type { EntryOutcome, EntryState, TraceLine } from '../entry.js';
import type { QuietHoursSource } from '../fields.js';
import type { Finding, Path, Reference } from '../finding.js';
import type { Need } from '../knowledge.js';
import type { SendStep, StepBase } from './step.js';

/** A step as marketers write it: an object with one key, its kind. What stands under it is the kind's own. */
export type StepSource = Readonly<Record<string, unknown>>;

/** The schemas of what a step may contain, asked for when the file is read: kinds contain steps, and the schema of steps contains kinds. */
export interface StepParts {
  /** A list of steps; empty where it is left out. */
  readonly steps: () => z.ZodDefault<z.ZodArray<z.ZodType<StepSource>>>;
  readonly condition: () => z.ZodType<ConditionSource>;
}

/** A list of steps inside a step. `at`: the keys that lead there from what stands under the kind. */
export interface StepList {
  readonly at: Path;
  readonly steps: readonly StepSource[];
}

/** What compiling a step needs of the journey around it. Places count from what stands under the kind. */
export interface StepTools {
  readonly id: StepId;
  readonly next: StepId | null;
  /** Those of the whole journey. */
  readonly quietHours: QuietHoursSource | undefined;
  /** Where the list with this number (of `inside`) begins; an empty one is what follows the step. */
  readonly way: (list: number) => StepId | null;
  readonly condition: (source: ConditionSource, ...at: Path) => Condition;
  /** A fact that the step names. */
  readonly event: (name: string, ...at: Path) => FactName;
  /** Anything else that lint is to look up. */
  readonly note: (named: Unplaced<Reference>, ...at: Path) => void;
  /** Ids for the branches of the step: the written ones, else derived ones that none has. */
  readonly branchIds: <B extends { readonly id?: string | undefined }>(
    branches: readonly B[],
    derive: (branch: B, index: number) => string,
  ) => readonly string[];
  /** A step of its own beside this one; `wanted` is its id unless that is taken. */
  readonly add: (wanted: string, at: Path, make: (id: StepId) => Step) => StepId;
}

/** A way out of a step. `soonest`: the earliest that an entry leaves by it; absent: at once. Milliseconds from the entry's start. */
export interface Way {
  readonly to: StepId | null;
  readonly soonest?: (arrivesAt: number, arrivals: ReadonlyMap<StepId, number>) => number;
}

/** A way that a step chose, as its line of the story tells it. */
export interface ToldWay {
  readonly way: string;
  readonly begins: string;
}

/** A fact that a step listens to. What came first is in `EntryState.heard` under `key`. */
export interface Listening {
  readonly key: string;
  readonly event: FactName;
  readonly match: FactMatch;
  readonly where: Condition | null;
  /** Whether what came since the entry's start counts, before the step was reached. */
  readonly looksBack: boolean;
}

/** A property of the event that a wait heard; null: the event itself. `step` null: of any wait. */
export interface HeardPart {
  readonly step: string | null;
  readonly property: string | null;
}

/** What lint knows of the journey around a step. */
export interface StepLook {
  readonly definition: JourneyDefinition;
  /** The facts that another step of it listens to. */
  readonly hears: (step: string) => readonly FactName[];
  /** Where the step stands. */
  readonly path: Path;
  /** The earliest that an entry can come here, in milliseconds from its start. */
  readonly soonestMs: number;
  /** How long before its start what it is about began, in milliseconds. */
  readonly leadMs: number;
}

/**
 * What a step says to the engine that asks where to go. `asks`: effects for the turn to write together with the entry, each once: the turn
 * that moves on is the only one that makes them.
 */
export type Move<Effect = never> =
  /** `until`: a later instant than was known on arrival. */
  | { readonly kind: 'stay'; readonly sentence: string; readonly until?: Instant; readonly asks?: readonly Effect[] }
  /** `dueSince`: when the way became free, where the step waited for an instant. */
  | {
      readonly kind: 'go';
      readonly to: StepId | null;
      readonly line: Pick<TraceLine, 'kind' | 'text'> | null;
      readonly dueSince?: Instant;
      /** No message that a holdout goes without leaves from here on. Absent: as before. */
      readonly holdsOut?: true;
      readonly asks?: readonly Effect[];
    }
  /** Its message is pending (`message`). */
  | { readonly kind: 'send' }
  /**
   * Says something of the person, once for each visit. When it is written, with all that follows from it, the step is asked again: then it
   * has `dueAt`, and knows the person as they are by then.
   */
  | { readonly kind: 'say'; readonly event: OwnEvent; readonly line: Pick<TraceLine, 'kind' | 'text'> }
  | {
      readonly kind: 'finish';
      readonly outcome: EntryOutcome;
      readonly reason: string;
      readonly text: string;
      readonly asks?: readonly Effect[];
    };

/** Everything about a kind of step. Pure: all it may know is in its arguments. The compiler asks for each part. */
export interface StepKind<S extends StepBase & { readonly kind: string }, Source, Effect extends { readonly kind: string } = never> {
  /** The schema of what stands under the kind. Its defaults and descriptions are the editors' too. */
  yaml(parts: StepParts): z.ZodType<Source>;
  /** The lists of steps inside, in the order of the file. */
  inside(source: Source): readonly StepList[];
  compile(source: Source, tools: StepTools): S;

  /** Whether nothing ever goes on from here. */
  readonly isEnd: boolean;
  /** All ways out, in the order of the file, what follows last. */
  ways(step: S): readonly Way[];
  /** The facts that it listens to. */
  listens(step: S): readonly Listening[];
  /** It waits for an answer to what it asks for, which is kept as what was heard. Absent: it does not. */
  isAnswered?(step: S): boolean;
  /** The conditions that it reads: what they ask about is loaded for a turn. */
  reads(step: S): readonly Condition[];
  /** What must be loaded for it beside what its conditions need. */
  needs(step: S): readonly Need[];
  /** What waits heard that it takes, which is kept for it: a property, or (null) that the wait heard something. Absent: nothing. */
  takes?(step: S): readonly HeardPart[];
  /** What is wrong although its form is right; what it names (`tools.note`) is looked up by others. */
  lint(step: S, look: StepLook): readonly Finding[];
  /** What it does, as a sentence for people, from the journey's own words. */
  sentence(step: S): string;

  /** On arrival, once: until when the step waits; null: until nothing. */
  dueAt(step: S, state: EntryState, context: EngineContext): Instant | null;
  /** On arrival, once: the line of the story. */
  arrival(step: S, state: EntryState, context: EngineContext): Pick<TraceLine, 'kind' | 'text'> | null;
  /** At every turn: where now? */
  move(step: S, state: EntryState, context: EngineContext): Move<Effect>;
  /** The message that `send` asks the gate for; null: a kind that sends none. */
  message(step: S): SendStep | null;
  /** The ways between which it chooses, each with how its line of the story begins. Absent: it does not choose. */
  told?(step: S): readonly ToldWay[];
}

/**
 * What most steps are that do something and go on: no steps inside, one way out, nothing to hear or to wait for, no message. A step says
 * itself what is otherwise.
 */
export const oneWay = {
  inside: () => [],
  isEnd: false,
  ways: ({ next }: Pick<StepBase, 'next'>) => [{ to: next }],
  listens: () => [],
  reads: () => [],
  needs: () => [],
  lint: () => [],
  dueAt: () => null,
  arrival: () => null,
  message: () => null,
} as const;
