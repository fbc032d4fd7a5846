import { lineKey } from '../carts/cart-line-fold.js';
import type { CommerceLine } from '../carts/commerce-lines.js';
import { eachProduct, readLine, readProducts, readQuantity } from '../carts/commerce-lines.js';
import { eventKey } from '../events/event-key.js';
import type { Instant } from '../time/instant.js';
import { readInstant } from '../time/written-instant.js';
import { FieldReader, type Properties } from '../values/field-reader.js';
import type { LineCount, OrderLine, OrderSums, OrderTold, ShipmentTold } from './order-told.js';

/** What an event tells of an order, of its shipments and of what was sent back. */
export interface OrderReading {
  /** The shop's id of the order; null: the event names none. */
  readonly orderId: string | null;
  readonly told: OrderTold;
  /** The source's own update time; null: it says none, and the event's own instant counts. */
  readonly updatedAt: Instant | null;
  /** Names of the fields that are there and could not be read, never their values. */
  readonly lost: readonly string[];
}

type Reader = (properties: Properties, read: FieldReader, eventId: string) => OrderTold;

/** Segment's names, older names of them, and ours for what Segment has no name for (`Shipment Delivered`, `Return Opened`, …). */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['order created', (p, read) => readOrder(p, read, 'created')],
  ['order placed', (p, read) => readOrder(p, read, 'created')],
  ['order completed', (p, read) => readOrder(p, read, 'paid')],
  ['completed order', (p, read) => readOrder(p, read, 'paid')],
  ['order updated', (p, read) => readOrder(p, read, 'updated')],
  ['order edited', (p, read) => readOrder(p, read, 'updated')],
  ['order cancelled', (p, read) => ({ kind: 'cancelled', sums: readSums(p, read) })],
  ['order canceled', (p, read) => ({ kind: 'cancelled', sums: readSums(p, read) })],
  ['order refunded', readRefund],
  ['shipment created', (p, read) => readShipment(p, read, 'shipped')],
  ['order shipped', (p, read) => readShipment(p, read, 'shipped')],
  ['order fulfilled', (p, read) => readShipment(p, read, 'shipped')],
  ['shipment exception', (p, read) => readShipment(p, read, 'exception')],
  ['shipment delayed', (p, read) => readShipment(p, read, 'exception')],
  ['shipment delivered', (p, read) => readShipment(p, read, 'delivered')],
  ['order delivered', (p, read) => readShipment(p, read, 'delivered')],
  ['return opened', (p, read) => readReturn(p, read, 'opened')],
  ['return closed', (p, read) => readReturn(p, read, 'closed')],
]);

/** Reads a track event's name and properties; null: it tells of no order. What cannot be read is noted and costs nothing else. */
export function readOrderEvent(name: string, properties: Properties, eventId: string): OrderReading | null {
  const reader = readers.get(eventKey(name));
  if (reader === undefined) return null;
  const read = new FieldReader();
  const told = reader(properties, read, eventId);
  return {
    orderId: read.text(properties, ['order_id', 'orderId']),
    told,
    updatedAt: readTime(properties, read, ['updated_at', 'updatedAt']),
    lost: read.lost,
  };
}

function readOrder(properties: Properties, read: FieldReader, step: 'created' | 'paid' | 'updated'): OrderTold {
  return { kind: 'order', step, sums: readSums(properties, read), lines: readOrderLines(properties, read) };
}

function readSums(properties: Properties, read: FieldReader): OrderSums {
  const currency = read.currency(properties);
  const amount = (...names: readonly string[]) => read.number(properties, names, currency);
  return {
    total: amount('total', 'revenue', 'value'),
    currency,
    tax: amount('tax', 'total_tax'),
    shipping: amount('shipping', 'total_shipping'),
    discount: amount('discount', 'total_discounts'),
    codes: readCodes(properties, read),
    isTest: readFlag(properties['test'] ?? properties['is_test']),
  };
}

/** Null: it does not say. */
function readFlag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : null;
}

/** `coupon`, or a list of codes in `coupons` or `discount_codes`: texts, or records with a `code`. */
function readCodes(properties: Properties, read: FieldReader): readonly string[] {
  const listed = [properties['coupons'], properties['discount_codes']].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  const written = listed.map((one) => (typeof one === 'object' && one !== null ? one : { code: one }) as Properties);
  const codes = [read.text(properties, ['coupon', 'coupon_code']), ...written.map((one) => read.text(one, ['code']))];
  return [...new Set(codes.flatMap((code) => code?.trim() ?? []))].filter((code) => code !== '');
}

function readOrderLines(properties: Properties, read: FieldReader): readonly OrderLine[] | null {
  const currency = read.currency(properties);
  const lines = eachProduct(properties, read, (product, where) => {
    const line = readLine(product, read, where, currency);
    if (line === null) return null;
    return {
      line,
      quantity: readQuantity(product, read, where),
      discount: read.number(product, ['discount'], currency, where),
      cost: read.number(product, ['cost', 'unit_cost'], currency, where),
    };
  });
  return lines === null ? null : together(lines);
}

/** A line that is named twice is one. */
function together(
  lines: readonly {
    readonly line: CommerceLine;
    readonly quantity: number;
    readonly discount: number | null;
    readonly cost: number | null;
  }[],
): readonly OrderLine[] {
  const found = new Map<string, OrderLine>();
  for (const { line, quantity, discount, cost } of lines) {
    const { productId, variant, name, price, imageUrl, url } = line;
    const key = lineKey(productId, variant);
    const known = found.get(key);
    const both = discount === null && (known?.discount ?? null) === null ? null : (discount ?? 0) + (known?.discount ?? 0);
    const counted = quantity + (known?.quantity ?? 0);
    const costs = cost ?? known?.cost ?? null;
    found.set(key, {
      productId,
      variant,
      name,
      price,
      imageUrl,
      url,
      quantity: counted,
      discount: both,
      ...(costs === null ? {} : { cost: costs }),
    });
  }
  return [...found.values()].filter(({ quantity }) => quantity > 0);
}

/** An amount, lines, or neither: then all of it. Shops that send a negative amount mean what is given back. */
function readRefund(properties: Properties, read: FieldReader, eventId: string): OrderTold {
  const amount = read.number(properties, ['refund_amount', 'amount', 'total', 'value'], read.currency(properties));
  const refundId = read.text(properties, ['refund_id', 'refundId']) ?? `event:${eventId}`;
  return { kind: 'refund', refund: { refundId, amount: amount === null ? null : Math.abs(amount), lines: readCounts(properties, read) } };
}

function readCounts(properties: Properties, read: FieldReader): readonly LineCount[] {
  return (readProducts(properties, read) ?? []).map(({ productId, variant, quantity }) => ({
    productId,
    variant,
    quantity: quantity ?? 1,
  }));
}

/** A shipment without an id of its own is the order's only one. */
function readShipment(properties: Properties, read: FieldReader, step: ShipmentTold['step']): OrderTold {
  return {
    kind: 'shipment',
    shipmentId: read.text(properties, ['shipment_id', 'shipmentId', 'fulfillment_id', 'tracking_number']) ?? 'all',
    shipment: {
      step,
      promisedAt: readTime(properties, read, ['promised_at', 'promised_date', 'estimated_delivery', 'estimated_delivery_at']),
      trackingUrl: read.address(properties, ['tracking_url', 'trackingUrl']),
    },
  };
}

function readReturn(properties: Properties, read: FieldReader, step: 'opened' | 'closed'): OrderTold {
  const returnId = read.text(properties, ['return_id', 'returnId']) ?? 'all';
  return { kind: 'return', returnId, step, lines: readCounts(properties, read) };
}

function readTime(properties: Properties, read: FieldReader, names: readonly string[]): Instant | null {
  for (const name of names) {
    const value = properties[name];
    if (value === undefined || value === null || value === '') continue;
    const at = readInstant(value);
    if (at !== null) return at;
    read.lose(name);
  }
  return null;
}
