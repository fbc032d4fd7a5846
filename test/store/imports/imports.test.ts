import { beforeEach, expect, test } from 'vitest';
import { startImport } from '../../../src/app/imports/start-import.js';
import { takeBatch } from '../../../src/app/imports/take-batch.js';
import { mappingSchema } from '../../../src/sources/file/mapping.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, turnDeps } from '../../support/turns.js';

describeOnBothStores('an import', (store) => {
  beforeEach(() => resetTables(store()));

  const header = ['order_id', 'email', 'date', 'total'];
  const groups = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => {
      const n = from + at;
      const row = { order_id: `o-${n}`, email: `p-${n % 7}@example.com`, date: '2026-11-01', total: n % 10 === 9 ? '1.299' : '12.50' };
      return { line: n + 2, rows: [row], fault: null };
    });
  const begin = async (deps: TurnDeps, digest = 'a'.repeat(64)) => {
    const wanted = { mapping: mappingSchema.parse({ import: 'orders' }), header, file: 'orders.csv', digest, triggers: false, asOf: noon };
    const started = await startImport(deps, wanted);
    if (started.kind === 'unfit') throw new Error(started.problems.join(' '));
    return started;
  };
  async function found() {
    const { db } = store();
    const count = async (table: 'orders' | 'profiles' | 'events' | 'dead_letters' | 'entries') =>
      Number(
        (
          await db
            .selectFrom(table)
            .select(({ fn }) => fn.countAll().as('n'))
            .executeTakeFirstOrThrow()
        ).n,
      );
    return {
      orders: await count('orders'),
      people: await count('profiles'),
      events: await count('events'),
      letters: await count('dead_letters'),
      entries: await count('entries'),
    };
  }

  test('goes on where it stood, and lines that come twice do nothing twice', async () => {
    const deps = turnDeps(store());
    deps.clock.set(noon);
    await publish(store(), cartJourney());
    const { record, isNew } = await begin(deps);
    expect(isNew).toBe(true);

    expect(await takeBatch(deps, record.id, { from: 0, groups: groups(0, 60), isLast: false })).toMatchObject({
      kind: 'taken',
      record: { position: 60, taken: 54, faulty: 6 },
    });
    const once = { orders: 54, people: 7, events: 54, letters: 6, entries: 0 };
    expect(await found()).toEqual(once);

    // The answer was lost: the same lines again do nothing.
    expect(await takeBatch(deps, record.id, { from: 0, groups: groups(0, 60), isLast: false })).toMatchObject({ kind: 'elsewhere' });
    // Killed between the events and the position: what was not committed is missing, and the lines come again.
    await store().db.updateTable('imports').set({ position: 0, taken: 0, faulty: 0 }).execute();
    await store().db.deleteFrom('dead_letters').execute();
    expect(await begin(deps)).toMatchObject({ isNew: false, record: { id: record.id, position: 0 } });
    expect(await takeBatch(deps, record.id, { from: 0, groups: groups(0, 60), isLast: false })).toMatchObject({
      record: { position: 60, taken: 54 },
    });
    expect(await found()).toEqual(once);

    expect(await takeBatch(deps, record.id, { from: 60, groups: groups(60, 100), isLast: true })).toMatchObject({
      record: { position: 100, finishedAt: noon },
    });
    expect(await found()).toEqual({ orders: 90, people: 7, events: 90, letters: 10, entries: 0 });
  });

  test('of the same lines in another file is known line by line, and two at once take each line once', async () => {
    const deps = turnDeps(store());
    deps.clock.set(noon);
    const { record } = await begin(deps);
    const both = await Promise.all([0, 0].map((from) => takeBatch(deps, record.id, { from, groups: groups(0, 20), isLast: true })));
    expect(both.map(({ kind }) => kind)).toContain('taken');
    expect(await found()).toMatchObject({ orders: 18, events: 18, letters: 2 });

    const again = await begin(deps, 'b'.repeat(64));
    await takeBatch(deps, again.record.id, { from: 0, groups: groups(0, 20), isLast: true });
    expect(await found()).toMatchObject({ orders: 18, events: 18 });
  });
});
