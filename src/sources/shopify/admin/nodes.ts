import type { Fields, SignedReading } from '../../source.js';
import { gidDigits, record, records, text } from '../fields.js';
import { digestOf, readTopic } from '../read-topic.js';

/** The things of a list of the Admin API. */
export function nodesOf(connection: unknown): readonly Fields[] {
  return records(record(connection)['nodes']);
}

/** Where the next page begins. Null: this is the last one. */
export function nextPage(connection: unknown): string | null {
  const page = record(record(connection)['pageInfo']);
  return page['hasNextPage'] === true ? text(page['endCursor']) : null;
}

/**
 * An order of the Admin API (`wholeOrder`, with all its lines and refunds), written as webhooks write it, and read as they are: so one that
 * is known, or known in a newer version, changes nothing. One version is one event, however often it is found.
 */
export function readFoundOrder(
  order: Fields,
  more: { readonly lines: readonly Fields[]; readonly refunds: readonly Fields[] },
): SignedReading {
  const body = {
    ...person(order),
    ...sums(order),
    admin_graphql_api_id: order['id'],
    name: order['name'],
    email: order['email'],
    phone: order['phone'],
    test: order['test'],
    source_name: order['sourceName'],
    currency: order['currencyCode'],
    customer_locale: order['customerLocale'],
    cart_token: order['cartToken'],
    checkout_token: order['checkoutToken'],
    created_at: order['createdAt'],
    updated_at: order['updatedAt'],
    processed_at: order['processedAt'],
    cancelled_at: order['cancelledAt'],
    cancel_reason: small(order['cancelReason']),
    financial_status: small(order['displayFinancialStatus']),
    discount_codes: Array.isArray(order['discountCodes']) ? (order['discountCodes'] as readonly unknown[]).map((code) => ({ code })) : [],
    line_items: more.lines.map(line),
    refunds: more.refunds,
    fulfillments: records(order['fulfillments']).map(fulfillment),
  };
  return found('orders/updated', body, order);
}

/** A refund (`wholeRefund` with its lines), as webhooks write it. */
export function refundBody(refund: Fields, lines: readonly Fields[]): Fields {
  return {
    admin_graphql_api_id: refund['id'],
    created_at: refund['createdAt'],
    refund_line_items: lines.map((one) => ({ quantity: one['quantity'], line_item: line(record(one['lineItem'])) })),
    transactions: nodesOf(refund['transactions']).map((one) => ({
      kind: small(one['kind']),
      status: small(one['status']),
      ...amountAs('amount', one['amountSet']),
    })),
  };
}

/**
 * A checkout that was left (`wholeCheckout`, with all its lines). It says neither its token nor that of its cart; its address has one of
 * the two. Where it has none, its number stands for it, and the cart of the same person with the same things in it is the same cart.
 */
export function readFoundCheckout(checkout: Fields, lines: readonly Fields[]): SignedReading {
  const body = {
    ...person(checkout),
    token: tokenIn(checkout['abandonedCheckoutUrl']) ?? gidDigits(checkout['id']),
    completed_at: checkout['completedAt'],
    updated_at: checkout['updatedAt'],
    currency: record(record(checkout['totalPriceSet'])['shopMoney'])['currencyCode'],
    ...amountAs('total_price', checkout['totalPriceSet']),
    line_items: lines.map(line),
  };
  return found('checkouts/update', body, checkout);
}

function found(topic: string, body: Fields, { id, updatedAt }: Fields): SignedReading {
  const at = Date.parse(text(updatedAt) ?? '');
  const webhookId = `found-${digestOf(`${text(id) ?? ''} ${at}`)}`;
  return readTopic({ topic, webhookId, triggeredAt: null, shop: null }, body, at);
}

function person(thing: Fields): Fields {
  const customer = record(thing['customer']);
  return {
    customer: {
      admin_graphql_api_id: customer['id'],
      email: record(customer['defaultEmailAddress'])['emailAddress'],
      phone: record(customer['defaultPhoneNumber'])['phoneNumber'],
      first_name: customer['firstName'],
      last_name: customer['lastName'],
    },
    shipping_address: address(thing['shippingAddress']),
    billing_address: address(thing['billingAddress']),
  };
}

function address(value: unknown): Fields | null {
  const { firstName, lastName, countryCodeV2 } = record(value);
  return value === null || value === undefined ? null : { first_name: firstName, last_name: lastName, country_code: countryCodeV2 };
}

function sums(order: Fields): Fields {
  return {
    ...amountAs('total_price', order['totalPriceSet']),
    ...amountAs('current_total_price', order['currentTotalPriceSet']),
    ...amountAs('total_tax', order['totalTaxSet']),
    ...amountAs('current_total_tax', order['currentTotalTaxSet']),
    ...amountAs('total_shipping_price', order['totalShippingPriceSet']),
    ...amountAs('total_discounts', order['totalDiscountsSet']),
  };
}

function line(one: Fields): Fields {
  return {
    title: one['title'],
    sku: one['sku'],
    quantity: one['quantity'],
    product_id: gidDigits(record(one['product'])['id']),
    variant_id: gidDigits(record(one['variant'])['id']),
    ...amountAs('price', one['originalUnitPriceSet']),
    discount_allocations: records(one['discountAllocations']).map(({ allocatedAmountSet }) => amountAs('amount', allocatedAmountSet)),
  };
}

function fulfillment(one: Fields): Fields {
  return {
    admin_graphql_api_id: one['id'],
    status: small(one['status']),
    shipment_status: small(one['displayStatus']),
    updated_at: one['updatedAt'],
    tracking_urls: records(one['trackingInfo']).map(({ url }) => url),
  };
}

/** `{ price: '20.00' }`, in the currency of the shop. */
function amountAs(name: string, set: unknown): Fields {
  return { [name]: record(record(set)['shopMoney'])['amount'] ?? null };
}

/** Webhooks write the words of GraphQL in small letters. */
const small = (word: unknown): string | null => text(word)?.toLowerCase() ?? null;

/** `https://beans.example/123/checkouts/ac/hWN4TzYw…/recover?key=…`: tokens are long; shorter numbers may be the shop's. */
function tokenIn(url: unknown): string | null {
  return /\/checkouts\/(?:[a-z]{2}\/)?([\w-]{16,200})(?:[/?]|$)/.exec(text(url) ?? '')?.[1] ?? null;
}
