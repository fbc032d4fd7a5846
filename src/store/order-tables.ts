import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the tables of orders do with a person: lines come before the orders that they belong to. */
export const orderTables: {
  readonly order_lines: TableRule<'order_lines'>;
  readonly orders: TableRule<'orders'>;
} = {
  order_lines: {
    kind: 'person',
    merge: { kind: 'follows', table: 'orders' },
    erase: ({ ids }) => [sql`delete from order_lines where order_id in (select order_id from orders where profile_id = ${ids})`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'orderLines',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('orderId', order_id, 'productId', product_id, 'variant', variant, 'name', name, 'bought', bought,
        'kept', quantity, 'price', price, 'net', net) order by order_id, product_id, variant) from order_lines
        where order_id in (select order_id from orders where profile_id = ${ids})`,
    },
  },
  orders: {
    kind: 'person',
    merge: { kind: 'moves', row: 'order_id', since: ({ orders }) => sql`order_id = any(${orders})` },
    erase: ({ ids }) => [
      sql`update orders set order_id = 'erased/' || gen_random_uuid(), fold = null, codes = null where profile_id = ${ids}`,
    ],
    keeps: ['status', 'currency'],
    export: {
      kind: 'list',
      name: 'orders',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('orderId', order_id, 'status', status, 'total', total, 'net', net, 'refunded', refunded, 'currency', currency,
        'tax', tax, 'shipping', shipping, 'discount', discount, 'codes', codes, 'orderedAt', ordered_at, 'paidAt', paid_at, 'cancelledAt', cancelled_at,
        'deliveredAt', delivered_at, 'shipments', fold->'fold'->'shipments', 'refunds', fold->'fold'->'refunds', 'returns', fold->'fold'->'returns')
        order by ordered_at, order_id) from orders where profile_id = ${ids}`,
      leavesOut: { fold: 'It is what the rest is worked out from.' },
    },
  },
};
