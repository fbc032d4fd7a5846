import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../support/stores.js';

describeOnBothStores('the store', (store) => {
  test('reads bigint as a number', async () => {
    const result = await sql<{ n: number }>`select 1760000000000::bigint as n`.execute(store().db);
    expect(result.rows).toEqual([{ n: 1760000000000 }]);
  });
});
