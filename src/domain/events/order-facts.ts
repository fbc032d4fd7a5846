import type { OrderTold } from '../orders/order-told.js';
import type { OrderView } from '../orders/order-view.js';
import type { Fact, FactName } from './fact.js';
import type { Happening } from './happening.js';
import { aboutThese } from './subject.js';

/**
 * What else an event tells of an order than that it was paid, cancelled or refunded, which its cart hears too (`commerceFacts`). Such a
 * fact is of the person whose order it is, no matter who tells it.
 */
export function orderFactsTold(happening: Happening, told: OrderTold): readonly Fact[] {
  const name = nameOf(told);
  if (name === null) return [];
  const { event, order } = happening;
  const { products: _products, ...properties } = event.properties;
  const fact: Fact = {
    name,
    profileId: order?.owner ?? happening.profileId,
    at: event.occurredAt,
    eventId: event.messageId,
    properties: { ...properties, ...propertiesOf(told, order?.after ?? null) },
  };
  return [order === null ? fact : { ...fact, about: aboutThese({ order: order.orderId }) }];
}

const ofShipment = { shipped: 'shipment.created', exception: 'shipment.exception', delivered: 'shipment.delivered' } as const;

function nameOf(told: OrderTold): FactName | null {
  switch (told.kind) {
    case 'order':
      return told.step === 'created' ? 'order.created' : told.step === 'updated' ? 'order.updated' : null;
    case 'shipment':
      return ofShipment[told.shipment.step];
    case 'return':
      return told.step === 'opened' ? 'return.opened' : 'return.closed';
    case 'cancelled':
    case 'refund':
      return null;
  }
}

function propertiesOf(told: OrderTold, after: OrderView | null): Readonly<Record<string, unknown>> {
  switch (told.kind) {
    case 'order':
      return { total: after?.total ?? null, currency: after?.currency ?? null };
    case 'shipment':
      return { shipment_id: told.shipmentId, all_delivered: after !== null && after.delivery.deliveredAt !== null };
    case 'return':
      return { return_id: told.returnId };
    case 'cancelled':
    case 'refund':
      return {};
  }
}
