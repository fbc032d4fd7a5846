import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { lockWorld } from '../../../src/app/turn/read-world.js';
import { suppressionKeys } from '../../../src/domain/consent/suppression.js';
import { cartIn } from '../../../src/domain/events/subject.js';
import type { Trx } from '../../../src/store/db.js';
import { readTurnRows } from '../../../src/store/turn-snapshot.js';
import { abandonedCart } from '../../support/reminded.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';

describeOnBothStores('the locks of a turn', (store) => {
  beforeEach(() => resetTables(store()));

  test('are taken in the order profile, cart, entry, each after the one before', async () => {
    // The embedded store has one connection, so nobody there can hold a lock that another waits for.
    if (store().kind === 'pglite') return;
    const deps = await abandonedCart(store());
    const rows = await seenRows();
    const { entry: seen } = rows;
    const { id } = seen;
    const tables = [
      { table: 'profiles', id: seen.profileId, later: ['carts', 'entries'] },
      { table: 'carts', id: cartIn(seen.about), later: ['entries'] },
    ];
    const ids: Readonly<Record<string, string | null>> = { carts: cartIn(seen.about), entries: id };

    for (const held of tables) {
      let hasLocked = (): void => {};
      const locked = new Promise<void>((resolve) => (hasLocked = resolve));
      let mayGoOn = (): void => {};
      const goOn = new Promise<void>((resolve) => (mayGoOn = resolve));
      const holder = store().transaction(async (trx) => {
        await lock(trx, held.table, held.id);
        hasLocked();
        await goOn;
        await sql`insert into entry_inputs (entry_id, input, created_at) values (${id}, ${JSON.stringify({ kind: 'note', of: held.table })}, 1)`.execute(
          trx,
        );
        for (const table of held.later) await lock(trx, table, ids[table] ?? null);
      });
      await locked;
      const turn = store().transaction((trx) => lockWorld(deps, trx, rows));
      await untilSomebodyWaits();
      mayGoOn();
      await holder;
      const context = await turn;
      expect(context?.world).toMatchObject({ entry: { id } });
      expect(context?.world.facts.inputs.at(-1), 'what was committed during the wait is read').toMatchObject({ input: { of: held.table } });
    }
  });

  test('facts that were asked for by an address that has changed since are asked for anew', async () => {
    const deps = await abandonedCart(store());
    const seen = await seenRows();
    const [now] = suppressionKeys(deps.secret, { email: 'ada@new.example', phone: null });
    await store().db.updateTable('profiles').set({ email: 'ada@new.example' }).where('id', '=', seen.profile.id).execute();
    await sql`insert into suppressions (channel, hash, reason, created_at) values ('email', ${now?.hash}, 'complained', 1)`.execute(
      store().db,
    );

    const lock = () => store().transaction((trx) => lockWorld(deps, trx, seen));
    expect((await lock())?.world.facts.suppressions).toEqual({ email: 'complained' });
  });

  test('are two statements when nothing has changed', async () => {
    const deps = await abandonedCart(store());
    const seen = await seenRows();
    const texts = await countStatements(store(), () => store().transaction((trx) => lockWorld(deps, trx, seen)));
    expect(texts.map((text) => text.trim().slice(0, 6))).toEqual(['start ', 'with o', 'with s', 'commit']);
  });

  const seenRows = async () => {
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const rows = await readTurnRows(store().db, id);
    if (rows === null) throw new Error('The entry is gone.');
    return rows;
  };

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
