import type { RawBuilder } from 'kysely';
import type { Instant } from '../domain/time/instant.js';
import type { StepEffect } from '../journey/definition.js';
import type { Tables } from '../simulator/memory/tables.js';
import type { Asking } from '../turn/effects.js';

/** Which step of which entry asks, and the instant of the turn. */
export interface Asked {
  readonly by: Asking;
  readonly at: Instant;
}

/**
 * What a step may ask for, as it is written to either world. Both must come to the same; whether a rule lets it is decided before, in the
 * step's move.
 */
export interface StepEffectKind<E> {
  /**
   * A write that ends in `returning 1`. It becomes a part of the one statement that writes the turn, so it costs none, and sees the rows as
   * they were before. A repeat must find it done: step, visit and entry (`by`) name it.
   */
  toStore(effect: E, asked: Asked): RawBuilder<unknown>;
  /** The same, into a table of the world in memory: `tables.kept`. */
  toMemory(effect: E, asked: Asked, tables: Tables): void;
}

export type StepEffectKinds = { readonly [E in StepEffect as E['kind']]: StepEffectKind<E> };
