import type { Instant } from '../../../domain/time/instant.js';
import type { StepEffect } from '../../../journey/definition.js';
import type { Asking } from '../../../turn/effects.js';
import type { Tables } from '../tables.js';

/** The world, which step of which entry asked, and the instant of the turn. */
export interface MemoryStepTarget {
  readonly tables: Tables;
  readonly by: Asking;
  readonly at: Instant;
}

export type MemoryStepWriter<E> = (effect: E, to: MemoryStepTarget) => void;
export type MemoryStepWriters = { readonly [E in StepEffect as E['kind']]: MemoryStepWriter<E> };
