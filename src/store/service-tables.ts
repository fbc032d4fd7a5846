import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the table of tickets, feedback and reviews does with a person. */
export const serviceTables: { readonly service_records: TableRule<'service_records'> } = {
  service_records: {
    kind: 'person',
    merge: { kind: 'moves', row: 'seq', since: ({ events }) => sql`(fold->'first'->>2) = any(${events})` },
    erase: ({ ids }) => [sql`delete from service_records where profile_id = ${ids}`],
    keeps: [],
    export: {
      kind: 'list',
      name: 'serviceRecords',
      rows: (
        ids,
      ) => sql`select json_agg(json_build_object('kind', kind, 'id', id, 'orderId', order_id, 'productId', product_id, 'state', state, 'rating', rating,
        'openedAt', opened_at, 'closedAt', closed_at, 'said', fold->'fields') order by opened_at, kind, id) from service_records where profile_id = ${ids}`,
      leavesOut: { fold: 'What the person said is in it, and is there.' },
    },
  },
};
