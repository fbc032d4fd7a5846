import { sql } from 'kysely';
import type { OrderFold } from '../../domain/orders/order-fold.js';
import { type OrderView, viewOrder } from '../../domain/orders/order-view.js';
import { plainName } from '../../domain/people/plain-name.js';
import { orderOfEntryInMemory } from '../orders/memory.js';
import { orderOfEntry } from '../orders/store.js';
import type { KnowledgeSource } from '../source.js';

/** The order that an entry is about, as it is now; null: none. */
export type AboutOrder = { readonly orderId: string; readonly order: OrderView } | null;

interface OrderNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly order: OrderNeed;
  }
  interface Answers {
    readonly order: AboutOrder;
  }
}

const example = {
  number: '1001',
  total: 35,
  net: 35,
  currency: 'GBP',
  codes: ['SPRING'],
  lines: [
    {
      name: 'Day cream',
      quantity: 1,
      price: 24,
      imageUrl: 'https://willow-and-wren.example/images/day-cream.jpg',
      url: 'https://willow-and-wren.example/day-cream',
    },
  ],
  promisedAt: Date.UTC(2026, 11, 4),
  deliveredAt: Date.UTC(2026, 11, 3),
  trackingUrl: 'https://willow-and-wren.example/track/1001',
};

/** What messages show of the order that the entry is about: `order.number`, `order.lines` (without what was sent back), `order.net`. */
export const orderKnown: KnowledgeSource<OrderNeed, null, AboutOrder> = {
  question: () => null,
  fromStore: (_question, { entryId }) => sql`(select json_build_object('orderId', o.order_id, 'fold', o.fold -> 'fold') from orders o
    where o.order_id = ${orderOfEntry(entryId)} and o.fold is not null)`,
  read(json) {
    const found = json as { readonly orderId: string; readonly fold: OrderFold } | null;
    return found === null ? null : { orderId: found.orderId, order: viewOrder(found.fold) };
  },
  fromMemory(_question, look) {
    const kept = orderOfEntryInMemory(look);
    return kept === null ? null : { orderId: kept.orderId, order: viewOrder(kept.fold) };
  },
  template: { need: {}, example, show: (known) => (known === null ? null : shownOrder(known)) },
};

function shownOrder({ orderId, order }: NonNullable<AboutOrder>): Readonly<Record<keyof typeof example, unknown>> {
  const { total, net, currency, codes, keptLines, delivery } = order;
  return {
    // An order that the shop gave no id has none to show.
    number: orderId.startsWith('event:') ? null : plainName(orderId),
    total,
    net,
    currency,
    codes: codes.map(plainName),
    lines: keptLines.map(({ productId, name, quantity, price, imageUrl, url }) => {
      return { name: plainName(name ?? productId), quantity, price, imageUrl, url };
    }),
    promisedAt: delivery.promisedAt,
    deliveredAt: delivery.deliveredAt,
    trackingUrl: delivery.trackingUrl,
  };
}
