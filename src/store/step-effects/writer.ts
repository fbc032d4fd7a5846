import type { Instant } from '../../domain/time/instant.js';
import type { StepEffect } from '../../journey/definition.js';
import type { Asking } from '../../turn/effects.js';
import type { Trx } from '../db.js';

/** The transaction of the turn, which step of which entry asked, and the instant of the turn. */
export interface StepTarget {
  readonly trx: Trx;
  readonly by: Asking;
  readonly at: Instant;
}

/** Writes within the turn's transaction; a repeat of the turn must find it done (`by`). */
export type StepWriter<E> = (effect: E, to: StepTarget) => Promise<void>;
export type StepWriters = { readonly [E in StepEffect as E['kind']]: StepWriter<E> };
