import type { Fields } from '../source.js';
import { contactPart } from './carts.js';
import { digits, given, idOf, record, records, sum, text } from './fields.js';
import { keptLines, shopMoney } from './lines.js';
import type { Part } from './part.js';
import { keptShipment } from './shipments.js';
import { alias, cartToken, contactOf, customerIdOf, customerUser, ofOrder, orderUser, type Said, track, visitorOf } from './who.js';

/**
 * All topics with a whole order in them (`orders/create`, `paid`, `updated`, `fulfilled`, `cancelled` …). What it is now is read from the
 * order, not from the topic, so that the next webhook makes up for a lost one. Its refunds and parcels are events beside it, each
 * once.
 */
export function partsOfOrder(body: Fields): readonly Part[] {
  const orderId = idOf(body);
  if (orderId === null) return [];
  const customer = customerIdOf(body);
  const ids = {
    order_id: orderId,
    cart_token: cartToken(body['cart_token']),
    checkout_token: text(body['checkout_token']),
    customer_id: customer,
    updated_at: text(body['updated_at']),
  };
  const contact = contactOf(body);
  return [
    ...(customer === null ? [] : [ownerPart(orderId, customer, ids.updated_at)]),
    ...(Object.keys(contact).length === 0 ? [] : [contactPart({ ...ids, order_user: orderUser(orderId), contact })]),
    { kind: 'order', key: null, body: given({ ...ids, ...keptOrder(body) }) },
    ...(text(body['cancelled_at']) === null ? [] : [cancellationPart(body, orderId)]),
    ...records(body['refunds']).flatMap((refund) => refundParts(refund, orderId)),
    ...records(body['fulfillments']).flatMap((fulfillment) => keptShipment({ ...fulfillment, order_id: orderId })),
  ];
}

/** Parcels and refunds name the order alone: from now on they are the customer's. */
function ownerPart(orderId: string, customerId: string, at: string | null): Part {
  return { kind: 'order-owner', key: `${orderId}/${customerId}`, body: { order_id: orderId, customer_id: customerId, updated_at: at } };
}

export function sayOwner(body: Fields): Said {
  return alias(customerUser(text(body['customer_id']) ?? ''), orderUser(text(body['order_id']) ?? ''), body['updated_at']);
}

/** Paid once is paid, whatever was given back since. */
const paidStates = new Set(['paid', 'partially_refunded', 'refunded']);

function keptOrder(body: Fields): Fields {
  return {
    name: text(body['name']),
    paid: paidStates.has(text(body['financial_status'])?.toLowerCase() ?? ''),
    placed_at: text(body['processed_at']) ?? text(body['created_at']),
    test: body['test'] === true ? true : null,
    source_name: text(body['source_name']),
    currency: text(body['currency']),
    total: totalOf(body),
    tax: shopMoney(body, 'current_total_tax') ?? shopMoney(body, 'total_tax'),
    shipping: shopMoney(body, 'total_shipping_price'),
    discount: shopMoney(body, 'total_discounts'),
    discount_codes: records(body['discount_codes']).flatMap((one) => text(one['code']) ?? []),
    products: keptLines(body['line_items']),
  };
}

/** Before anything was given back, with what was added or taken out since: refunds are events of their own. */
function totalOf(body: Fields): number | null {
  const current = shopMoney(body, 'current_total_price');
  if (current === null) return shopMoney(body, 'total_price');
  return sum([current, ...records(body['refunds']).map(refundedOf)]);
}

/**
 * An order is one as soon as it is placed, paid or not: a reminder of its cart would be wrong. An import or a renewal may be old: it
 * happened when it was processed. What came later happened at its update.
 */
export function sayOrder(body: Fields): Said {
  const orderId = text(body['order_id']) ?? '';
  const customer = text(body['customer_id']);
  const who = {
    userId: customer === null ? orderUser(orderId) : customerUser(customer),
    anonymousId: visitorOf(cartToken(body['cart_token']), text(body['checkout_token'])),
  };
  const { customer_id: _customer, paid, placed_at: placedAt, ...properties } = body;
  const said = given({ ...properties, cart_id: body['cart_token'], checkout_id: body['checkout_token'] });
  return track(paid === true ? 'Order Completed' : 'Order Created', who, said, placedAt ?? body['updated_at']);
}

function cancellationPart(body: Fields, orderId: string): Part {
  return {
    kind: 'cancellation',
    key: orderId,
    body: given({ order_id: orderId, cancelled_at: text(body['cancelled_at']), reason: text(body['cancel_reason']) }),
  };
}

export function sayCancellation(body: Fields): Said {
  return track('Order Cancelled', ofOrder(body), body, body['cancelled_at']);
}

/** `refunds/create`. */
export function partsOfRefund(body: Fields): readonly Part[] {
  const orderId = digits(body['order_id']);
  return orderId === null ? [] : refundParts(body, orderId);
}

function refundParts(refund: Fields, orderId: string): readonly Part[] {
  const id = idOf(refund);
  if (id === null) return [];
  const lines = records(refund['refund_line_items']).map((one) => ({ ...record(one['line_item']), quantity: one['quantity'] }));
  return [
    {
      kind: 'refund',
      key: id,
      body: given({
        order_id: orderId,
        refund_id: id,
        amount: refundedOf(refund),
        products: keptLines(lines),
        processed_at: text(refund['processed_at']) ?? text(refund['created_at']),
      }),
    },
  ];
}

/** Money that went back, as its transactions say: a refund may move none (a return for an exchange). */
function refundedOf(refund: Fields): number {
  const moved = records(refund['transactions']).filter((one) => one['kind'] === 'refund' && one['status'] === 'success');
  return sum(moved.flatMap((one) => shopMoney(one, 'amount') ?? []));
}

export function sayRefund(body: Fields): Said {
  return track('Order Refunded', ofOrder(body), body, body['processed_at']);
}

/** `returns/…`: asked for, or over. Those that name no order come with the order itself. */
export function partsOfReturn(step: 'opened' | 'closed'): (body: Fields) => readonly Part[] {
  return (body) => {
    const orderId = idOf(record(body['order'])) ?? digits(body['order_id']);
    const id = idOf(body);
    if (orderId === null || id === null) return [];
    return [{ kind: 'return', key: `${id}/${step}`, body: { order_id: orderId, return_id: id, step } }];
  };
}

export function sayReturn({ step, ...body }: Fields): Said {
  return track(step === 'closed' ? 'Return Closed' : 'Return Opened', ofOrder(body), body, null);
}
