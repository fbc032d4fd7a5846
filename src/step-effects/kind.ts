import type { RawBuilder } from 'kysely';
import type { Chance } from '../domain/offers/code.js';
import type { Instant } from '../domain/time/instant.js';
import type { StepEffect } from '../journey/definition.js';
import type { Tables } from '../simulator/memory/tables.js';
import type { Asking } from '../turn/effects.js';

/** Which step of which entry asks, and the instant of the turn. */
export interface Asked {
  readonly by: Asking;
  readonly at: Instant;
}

/** `chance`: random bytes of a cryptographic source. */
export interface StoreAsked extends Asked {
  readonly chance: Chance;
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
  toStore(effect: E, asked: StoreAsked): RawBuilder<unknown>;
  /**
   * Turns of other people write the same rows, so what it was decided on may have changed: it is then a statement of its own, the last of
   * the turn, and where it writes nothing the whole turn is taken again. Absent: only this entry writes them.
   */
  readonly isContested?: true;
  /** The same, into a table of the world in memory: `tables.kept`. */
  toMemory(effect: E, asked: Asked, tables: Tables): void;
}

export type StepEffectKinds = { readonly [E in StepEffect as E['kind']]: StepEffectKind<E> };
