import { earlierOf, later, newerOf, newerValue, type Position, type Register } from '../carts/register.js';
import type { ShipmentTold } from './order-told.js';

/** All events of one shipment, in any order of arrival. */
export interface ShipmentFold {
  readonly shipped: Position | null;
  /** The newest: a shipment may have several. */
  readonly exception: Position | null;
  /** The first: a parcel is delivered once. */
  readonly delivered: Position | null;
  readonly promisedAt: Register<number> | null;
  readonly trackingUrl: Register<string> | null;
}

export const emptyShipment: ShipmentFold = { shipped: null, exception: null, delivered: null, promisedAt: null, trackingUrl: null };

/** Where a piece of news stands: `position` by its version, `when` by when it happened. */
export interface Placed {
  readonly position: Position;
  readonly when: Position;
}

export function foldShipment(fold: ShipmentFold, told: ShipmentTold, { position, when }: Placed): ShipmentFold {
  return mergeShipments(fold, {
    shipped: told.step === 'shipped' ? when : null,
    exception: told.step === 'exception' ? when : null,
    delivered: told.step === 'delivered' ? when : null,
    promisedAt: newerValue<number>(null, position, told.promisedAt),
    trackingUrl: newerValue<string>(null, position, told.trackingUrl),
  });
}

export function mergeShipments(a: ShipmentFold, b: ShipmentFold): ShipmentFold {
  return {
    shipped: earlierOf(a.shipped, b.shipped),
    exception: a.exception === null || b.exception === null ? (a.exception ?? b.exception) : later(a.exception, b.exception),
    delivered: earlierOf(a.delivered, b.delivered),
    promisedAt: newerOf(a.promisedAt, b.promisedAt),
    trackingUrl: newerOf(a.trackingUrl, b.trackingUrl),
  };
}
