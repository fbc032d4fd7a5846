import type { Instant } from '../../domain/time/instant.js';
import type { StepId } from '../../domain/values/ids.js';
import type { EngineContext } from '../context.js';
import type { Step } from '../definition.js';
import type { EntryOutcome, EntryState, TraceLine } from '../entry.js';

export type StepOf<K extends Step['kind']> = Extract<Step, { readonly kind: K }>;

/** What a step says to the engine that asks where to go. */
export type Move =
  | { readonly kind: 'stay'; readonly sentence: string }
  /** `dueSince`: when the way became free, where the step waited for an instant. */
  | { readonly kind: 'go'; readonly to: StepId | null; readonly line: Pick<TraceLine, 'kind' | 'text'> | null; readonly dueSince?: Instant }
  | { readonly kind: 'send' }
  | { readonly kind: 'finish'; readonly outcome: EntryOutcome; readonly reason: string; readonly text: string };

/** How the engine treats a kind of step. Pure: all it may know is in its arguments. */
export interface StepKind<S extends Step> {
  /** On arrival, once: until when the step waits. */
  dueAt?(step: S, state: EntryState, context: EngineContext): Instant;
  /** On arrival, once: the line of the story. */
  arrival?(step: S, state: EntryState, context: EngineContext): Pick<TraceLine, 'kind' | 'text'> | null;
  /** At every turn: where now? */
  move(step: S, state: EntryState, context: EngineContext): Move;
}
