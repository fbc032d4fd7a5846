import type { Instant } from '../../domain/time/instant.js';
import { isRecord } from '../../domain/values/is-record.js';
import type { Fields } from '../source.js';
import type { BoundMapping } from './mapping.js';
import type { Row } from './row.js';
import type { EventDraft, RowSaid } from './said.js';
import { readWho } from './who.js';

type Status = 'paid' | 'pending' | 'refunded' | 'cancelled';

/** An order: one line, or lines that stand together, of which the first says what is true of all. */
export function readOrderLines(rows: readonly Row[], mapping: BoundMapping): RowSaid {
  const [first] = rows;
  if (first === undefined) return { kind: 'silent', reason: 'says-nothing' };
  const who = readWho(first);
  const orderId = first.id('order_id');
  if (orderId === null && first.faults.length === 0) first.missing('order_id', 'an order needs its id.');
  const orderedAt = first.when('ordered_at');
  if (orderedAt === null && first.faults.length === 0) first.missing('ordered_at', 'an order needs the day on which it was placed.');
  const status = statusOf(first, mapping);
  const currency = first.currency('currency');
  const order = given({ order_id: orderId, cart_id: first.id('cart_id'), currency, email: who.email, phone: who.phone });
  const sums = sumsOf(first, currency);
  const products = linesOf(rows, currency);
  const cancelledAt = first.when('cancelled_at');
  const refunded = first.amount('refunded', currency);
  const updatedAt = first.when('updated_at');
  const [fault] = rows.flatMap(({ faults }) => faults);
  if (fault !== undefined) return { kind: 'faulty', ...fault };
  const isPaid = status === 'paid' || status === 'refunded';
  const placed = track(
    isPaid ? 'Order Completed' : 'Order Created',
    given({ ...order, ...sums, products, updated_at: isoOf(updatedAt) }),
    orderedAt,
  );
  const after = updatedAt ?? orderedAt;
  const isRefunded = status === 'refunded' || (refunded !== null && refunded > 0);
  const back = isRefunded
    ? [
        track(
          'Order Refunded',
          given({ ...order, refund_id: `import-${orderId}`, amount: refunded === null || refunded === 0 ? null : refunded }),
          after,
        ),
      ]
    : [];
  const cancelled = status === 'cancelled' || cancelledAt !== null ? [track('Order Cancelled', order, cancelledAt ?? after)] : [];
  return { kind: 'said', who, events: [placed, ...back, ...cancelled], refusals: [], products: [] };
}

function track(event: string, properties: Fields, at: Instant | null): EventDraft {
  return { type: 'track', event, properties, traits: {}, at };
}

/** No column says it: a list of orders is one of orders that were paid. */
function statusOf(row: Row, { statuses }: BoundMapping): Status {
  const written =
    row
      .text('status')
      ?.toLowerCase()
      .replace(/[_\s-]+/g, ' ')
      .trim() ?? null;
  if (written === null) return 'paid';
  const own = (Object.keys(usual) as Status[]).find((status) => statuses[status].some((word) => word.replace(/[_\s-]+/g, ' ') === written));
  const status = own ?? (Object.keys(usual) as Status[]).find((one) => usual[one].includes(written));
  if (status !== undefined) return status;
  row.refuse(
    'status',
    'unknown-status',
    'it is no status that is known. Name it in the mapping, under `statuses`: `paid`, `pending`, `refunded` or `cancelled`.',
  );
  return 'pending';
}

const usual: Readonly<Record<Status, readonly string[]>> = {
  paid: [
    'paid',
    'completed',
    'complete',
    'processing',
    'fulfilled',
    'shipped',
    'delivered',
    'closed',
    'partially refunded',
    'bezahlt',
    'partially paid',
  ],
  pending: ['pending', 'authorized', 'unpaid', 'on hold', 'open', 'created', 'expired', 'offen'],
  refunded: ['refunded'],
  cancelled: ['cancelled', 'canceled', 'voided', 'failed', 'storniert'],
};

function sumsOf(row: Row, currency: string | null): Fields {
  const amount = (field: string) => row.amount(field, currency);
  return {
    total: amount('total'),
    tax: amount('tax'),
    shipping: amount('shipping'),
    discount: amount('discount'),
    coupon: row.text('coupon'),
    test: row.flag('test'),
  };
}

/** Null: the file says nothing of what was bought. */
function linesOf(rows: readonly Row[], currency: string | null): readonly Fields[] | null {
  const [first] = rows;
  const listed = first?.value('products');
  if (Array.isArray(listed)) return listed.filter(isRecord);
  const lines = rows.flatMap((row) => {
    const productId = row.id('product_id') ?? row.text('product_name');
    if (productId === null) return [];
    return [
      given({
        product_id: productId,
        variant: row.id('variant'),
        name: row.text('product_name'),
        price: row.amount('price', currency),
        quantity: row.count('quantity') ?? 1,
        discount: row.amount('line_discount', currency),
        cost: row.amount('cost', currency),
      }),
    ];
  });
  return lines.length === 0 ? null : lines;
}

function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

function isoOf(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
