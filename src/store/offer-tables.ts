import { sql } from 'kysely';
import type { TableRule } from './person-table.js';

/** What the ledger of promises does with a person. */
export const offerTables: { readonly promises: TableRule<'promises'> } = {
  promises: {
    kind: 'person',
    // Codes that two people were given both stay good for the person whom they became.
    merge: { kind: 'moves', row: 'seq', since: ({ fromId }) => sql`entry_id in (select id from entries where profile_id = ${fromId})` },
    // A code says nothing of who got it, and the shop goes on owing what it promised; only the order that it was about goes.
    erase: ({ ids }) => [sql`update promises set order_id = null where profile_id = ${ids}`],
    keeps: ['offer', 'code', 'code_key', 'entry_id', 'journey_id', 'step', 'shown_in', 'terms'],
    export: {
      kind: 'list',
      name: 'promises',
      rows: (ids) => sql`select coalesce(json_agg(json_build_object('offer', offer, 'code', code, 'terms', terms, 'orderId', order_id,
        'issuedAt', issued_at, 'expiresAt', expires_at) order by seq), '[]') from promises where profile_id = ${ids}`,
    },
  },
};
