import type { Instant } from '../time/instant.js';

/** What one event says of an order. Null: it does not say. Amounts are in the currency's major unit. */
export type OrderTold =
  /** The order itself: `lines` is all that is in it. */
  | {
      readonly kind: 'order';
      readonly step: 'created' | 'paid' | 'updated';
      readonly sums: OrderSums;
      readonly lines: readonly OrderLine[] | null;
    }
  /** `total`: what the order came to, where the event says it. */
  | { readonly kind: 'cancelled'; readonly sums: Pick<OrderSums, 'total' | 'currency'> }
  | { readonly kind: 'refund'; readonly refund: Refund }
  | { readonly kind: 'shipment'; readonly shipmentId: string; readonly shipment: ShipmentTold }
  | { readonly kind: 'return'; readonly returnId: string; readonly step: 'opened' | 'closed'; readonly lines: readonly LineCount[] };

export interface OrderSums {
  /** With tax and shipping, after discounts. */
  readonly total: number | null;
  readonly currency: string | null;
  readonly tax: number | null;
  readonly shipping: number | null;
  readonly discount: number | null;
  /** Codes that were used, as they were written. */
  readonly codes: readonly string[];
  /** It is no real purchase: the shop tries its checkout. */
  readonly isTest: boolean | null;
}

export interface LineCount {
  readonly productId: string;
  readonly variant: string;
  readonly quantity: number;
}

export interface OrderLine extends LineCount {
  readonly name: string | null;
  /** Of one, before the line's discount. */
  readonly price: number | null;
  /** Of the whole line. */
  readonly discount: number | null;
  /** What one costs the shop. Absent: nobody said. */
  readonly cost?: number | null;
  readonly imageUrl: string | null;
  readonly url: string | null;
}

export interface Refund {
  /** The shop's id of the refund, or the event's: repetitions count once. */
  readonly refundId: string;
  /** Null, without lines: all of the order. Null, with lines: what they cost. */
  readonly amount: number | null;
  readonly lines: readonly LineCount[];
}

export interface ShipmentTold {
  readonly step: 'shipped' | 'exception' | 'delivered';
  readonly promisedAt: Instant | null;
  readonly trackingUrl: string | null;
}
