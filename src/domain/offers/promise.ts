import type { Instant } from '../time/instant.js';
import type { Terms } from './offer.js';

/**
 * Where a code stands. `open`: it can be used. What came of it follows from the orders, so a cancellation, a late event or a merge corrects
 * it.
 */
export type PromiseState = 'open' | 'redeemed' | 'expired' | 'void';

/** A code that a person was given, as far as a turn must know it. */
export interface KnownPromise {
  readonly id: number;
  readonly offer: string;
  readonly code: string;
  readonly terms: Terms;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  readonly isMarketing: boolean;
  readonly state: PromiseState;
  /** It is shown in messages of the entry that asks. */
  readonly isOfEntry: boolean;
}

/** What says where a promise stands. */
export interface PromiseFate {
  readonly expiresAt: Instant;
  /** An order that counts used the code. */
  readonly isRedeemed: boolean;
  /** Something took it back. */
  readonly isVoid: boolean;
}

/** An order that used the code says most; then what took it back; then time. */
export function promiseState({ expiresAt, isRedeemed, isVoid }: PromiseFate, at: Instant): PromiseState {
  if (isRedeemed) return 'redeemed';
  if (isVoid) return 'void';
  return expiresAt <= at ? 'expired' : 'open';
}

/**
 * Whether what was promised is at least as good as what is offered now; null: nobody can say. Percentages, amounts and gifts are compared
 * with their like; otherwise what each costs the shop at most.
 */
export function isAsGood(promised: Terms, offered: Terms): boolean | null {
  const one = promised.benefit;
  const other = offered.benefit;
  const isSameMoney = promised.currency === offered.currency;
  if (one.kind === 'percent' && other.kind === 'percent') return one.percent >= other.percent;
  if (one.kind === 'amount' && other.kind === 'amount' && isSameMoney) return one.amount >= other.amount;
  if (one.kind === 'free_shipping' && other.kind === 'free_shipping') return true;
  if (one.kind === 'gift' && other.kind === 'gift' && one.product === other.product) return true;
  if (promised.costs === null || offered.costs === null || !isSameMoney) return null;
  return promised.costs >= offered.costs;
}
