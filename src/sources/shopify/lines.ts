import type { Fields } from '../source.js';
import { amount, digits, given, record, records, sum, text } from './fields.js';

/** What is kept of the lines of a cart, a checkout, an order: in the currency of the shop. */
export function keptLines(lines: unknown): readonly Fields[] {
  return records(lines).map((line) =>
    given({
      product_id: digits(line['product_id']) ?? text(line['sku']) ?? text(line['title']),
      variant_id: digits(line['variant_id']),
      name: text(line['title']) ?? text(line['presentment_title']) ?? text(line['name']),
      quantity: amount(line['quantity']) ?? 1,
      price: shopMoney(line, 'price'),
      discount: discountOf(line),
    }),
  );
}

/** An amount in the currency of the shop; Shopify says it twice, and `*_set` says which currency it is. */
export function shopMoney(thing: Fields, name: string): number | null {
  return amount(record(record(thing[`${name}_set`])['shop_money'])['amount']) ?? amount(thing[name]);
}

function discountOf(line: Fields): number | null {
  const parts = records(line['discount_allocations']).flatMap((one) => shopMoney(one, 'amount') ?? []);
  return parts.length === 0 ? null : sum(parts);
}
