import type { Fields } from '../source.js';
import { digits, given, idOf, text } from './fields.js';
import type { Part } from './part.js';
import { ofOrder, type Said, track } from './who.js';

type Step = 'shipped' | 'delivered' | 'exception';

const steps: ReadonlyMap<string, Step> = new Map([
  ['delivered', 'delivered'],
  ['picked_up', 'delivered'],
  ['failure', 'exception'],
  ['delayed', 'exception'],
  ['attempted_delivery', 'exception'],
  ['returning_to_sender', 'exception'],
]);

/**
 * `fulfillments/create`, `fulfillments/update`: a parcel, and where it is as far as the carrier says. One that was withdrawn tells nothing.
 */
export function keptShipment(fulfillment: Fields): readonly Part[] {
  const [id, orderId] = [idOf(fulfillment), digits(fulfillment['order_id'])];
  const status = text(fulfillment['status']) ?? '';
  if (id === null || orderId === null || status === 'cancelled' || status === 'error' || status === 'failure') return [];
  const step = steps.get(text(fulfillment['shipment_status']) ?? '') ?? 'shipped';
  const url = text(fulfillment['tracking_url']) ?? text((fulfillment['tracking_urls'] as readonly unknown[] | undefined)?.[0]);
  return [shipmentPart(orderId, id, step, { at: text(fulfillment['updated_at']), tracking_url: url })];
}

/** `fulfillment_events/create`: a carrier's word, at the instant at which it happened. */
export function partsOfShipmentEvent(body: Fields): readonly Part[] {
  const [id, orderId] = [digits(body['fulfillment_id']), digits(body['order_id'])];
  if (id === null || orderId === null) return [];
  const step = steps.get(text(body['status']) ?? '') ?? 'shipped';
  return [shipmentPart(orderId, id, step, { at: text(body['happened_at']), promised_at: text(body['estimated_delivery_at']) })];
}

function shipmentPart(orderId: string, shipmentId: string, step: Step, more: Fields): Part {
  const body = given({ order_id: orderId, shipment_id: shipmentId, step, ...more });
  return { kind: 'shipment', key: `${shipmentId}/${step}/${text(more['at']) ?? ''}/${text(more['promised_at']) ?? ''}`, body };
}

const names: Readonly<Record<string, string>> = { delivered: 'Shipment Delivered', exception: 'Shipment Exception' };

export function sayShipment({ step, at, ...body }: Fields): Said {
  return track(names[text(step) ?? ''] ?? 'Shipment Created', ofOrder(body), body, at);
}
