import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Trx } from '../../src/store/db.js';
import { lockTurnRows, readTurnRows } from '../../src/store/turn-snapshot.js';
import { abandonedCart } from '../support/reminded.js';
import { describeOnBothStores } from '../support/stores.js';

describeOnBothStores('the locks of a turn', (store) => {
  test('are taken in the order profile, cart, entry, each after the one before', async () => {
    // The embedded store has one connection, so nobody there can hold a lock that another waits for.
    if (store().kind === 'pglite') return;
    await abandonedCart(store());
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const seen = (await readTurnRows(store().db, id))?.entry;
    if (seen === undefined) throw new Error('The entry is gone.');
    const tables = [
      { table: 'profiles', id: seen.profileId, later: ['carts', 'entries'] },
      { table: 'carts', id: seen.cartId, later: ['entries'] },
    ];
    const ids: Readonly<Record<string, string | null>> = { carts: seen.cartId, entries: id };

    for (const held of tables) {
      let hasLocked = (): void => {};
      const locked = new Promise<void>((resolve) => (hasLocked = resolve));
      let mayGoOn = (): void => {};
      const goOn = new Promise<void>((resolve) => (mayGoOn = resolve));
      const holder = store().transaction(async (trx) => {
        await lock(trx, held.table, held.id);
        hasLocked();
        await goOn;
        for (const table of held.later) await lock(trx, table, ids[table] ?? null);
      });
      await locked;
      const turn = store().transaction((trx) => lockTurnRows(trx, seen));
      await untilSomebodyWaits();
      mayGoOn();
      await holder;
      expect(await turn).toMatchObject({ entry: { id } });
    }
  });

  const lock = (trx: Trx, table: string, id: string | null) =>
    sql`select 1 from ${sql.table(table)} where id = ${id} for update nowait`.execute(trx);

  async function untilSomebodyWaits(): Promise<void> {
    await expect
      .poll(async () => {
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`.execute(store().db);
        return rows[0]?.n;
      })
      .toBeGreaterThan(0);
  }
});
