import { type KnownPromise, type PromiseFate, promiseState } from '../../domain/offers/promise.js';
import type { Instant } from '../../domain/time/instant.js';

/** A promise as it was read, with what says where it stands. */
export type ReadPromise = Omit<KnownPromise, 'state'> & Omit<PromiseFate, 'expiresAt'>;

export function standing({ isRedeemed, isVoid, ...promise }: ReadPromise, at: Instant): KnownPromise {
  return { ...promise, state: promiseState({ expiresAt: promise.expiresAt, isRedeemed, isVoid }, at) };
}
