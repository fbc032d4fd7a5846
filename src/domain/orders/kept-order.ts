import type { Instant } from '../time/instant.js';
import type { CartId, ProfileId } from '../values/ids.js';
import { emptyOrder, foldOrder, mergeOrders, type OrderFold, type ToldAt } from './order-fold.js';
import type { OrderTold } from './order-told.js';
import { viewOrder } from './order-view.js';
import { compareClaims, type OwnerClaim } from './owner-claim.js';

/** An order as it is kept: all that events said of it, and whose it is. */
export interface KeptOrder {
  readonly orderId: string;
  readonly profileId: ProfileId;
  readonly cartId: CartId | null;
  readonly fold: OrderFold;
  /** Which of its events says whose it is. */
  readonly owner: OwnerClaim;
  /** When its newest event happened. */
  readonly updatedAt: Instant;
  /** The store has it: no other transaction can have been the first to tell of it. */
  readonly isStored: boolean;
}

/** An event about an order, and whose it is. */
export interface OrderDeed extends ToldAt {
  readonly orderId: string;
  readonly profileId: ProfileId;
  readonly cartId: CartId | null;
  readonly told: OrderTold;
  readonly happenedAt: Instant;
  readonly isToldByShop: boolean;
}

/**
 * The order after the event. Whose it is says the earliest event that places it, the shop's own before a browser's; else the earliest of
 * all. `known` null: no event spoke of it before.
 */
export function applyToOrder(known: KeptOrder | null, deed: OrderDeed): KeptOrder {
  const { orderId, profileId, cartId, told, happenedAt, eventId } = deed;
  const claim: OwnerClaim = [ownerRank(deed), happenedAt, eventId];
  const fold = foldOrder(known?.fold ?? emptyOrder, told, deed);
  if (known === null) return { orderId, profileId, cartId, fold, owner: claim, updatedAt: happenedAt, isStored: false };
  const isOwners = compareClaims(claim, known.owner) < 0;
  return {
    ...known,
    fold,
    cartId: known.cartId ?? cartId,
    updatedAt: Math.max(known.updatedAt, happenedAt),
    ...(isOwners ? { profileId, owner: claim } : {}),
  };
}

/** What a row of a build of before says of an order. */
export interface LegacyOrder {
  readonly status: 'created' | 'paid' | 'cancelled' | 'refunded';
  readonly total: number | null;
  readonly currency: string | null;
  readonly orderedAt: Instant;
  readonly updatedAt: Instant;
}

/** An order of the store. What a build of before wrote beside the fold, during a deploy, counts too where it ended the order. */
export function legacyOrder(
  order: Pick<KeptOrder, 'orderId' | 'profileId' | 'cartId' | 'updatedAt'>,
  legacy: LegacyOrder,
  kept: Pick<KeptOrder, 'fold' | 'owner'> | null,
): KeptOrder {
  const isCurrent = kept !== null && viewOrder(kept.fold).status === legacy.status;
  const fold = isCurrent ? kept.fold : mergeOrders(kept?.fold ?? emptyOrder, legacyFold(legacy));
  return { ...order, fold, owner: kept?.owner ?? [0, legacy.orderedAt, ''], isStored: true };
}

function legacyFold({ status, total, currency, orderedAt, updatedAt }: LegacyOrder): OrderFold {
  const sums = { total, currency, tax: null, shipping: null, discount: null, codes: [], isTest: null };
  const step = status === 'created' ? 'created' : 'paid';
  const placed = foldOrder(emptyOrder, { kind: 'order', step, sums, lines: null }, { at: orderedAt, eventId: '' });
  const ended = { at: updatedAt, eventId: '' };
  if (status === 'cancelled') return foldOrder(placed, { kind: 'cancelled', sums }, ended);
  if (status !== 'refunded') return placed;
  return foldOrder(placed, { kind: 'refund', refund: { refundId: '', amount: null, lines: [] } }, ended);
}

function ownerRank({ told, isToldByShop }: OrderDeed): number {
  const places = told.kind === 'order' && told.step !== 'updated';
  return (places ? 0 : 2) + (isToldByShop ? 0 : 1);
}
