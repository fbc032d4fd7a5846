import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { claimPokes, listStuck, listUnfinished, readPokeBacklog, settlePokes } from '../../../src/store/pokes.js';
import { insertEntry, insertExit, readPoke } from '../../support/entries.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;

describeOnBothStores('the poke queue', (store) => {
  const claim = (pokeClass: 'fresh' | 'overdue', limit = 10) => claimPokes(store().db, pokeClass, limit);
  afterEach(() => resetTables(store()));

  test('hands out what is due, oldest first, and moves it half a minute forward before anyone acts on it', async () => {
    const younger = await insertEntry(store(), { pokeIn: -1 * second });
    const older = await insertEntry(store(), { pokeIn: -5 * second });
    await insertEntry(store(), { pokeIn: 5 * second });
    await insertEntry(store(), { pokeIn: null });

    expect((await claim('fresh')).map(({ id }) => id)).toEqual([older, younger]);
    expect(await claim('fresh')).toEqual([]);
    const after = await readPoke(store().db, older);
    expect(after.pokeCount).toBe(1);
    expect(after.pokeIn).toBeGreaterThan(25 * second);
    expect(after.pokeIn).toBeLessThanOrEqual(30 * second);
  });

  test.each([
    [0, 30 * second],
    [1, minute],
    [3, 4 * minute],
    [7, hour],
    [60, hour],
  ])('after %i pokes without effect backs off %i ms', async (pokeCount, backOffMs) => {
    const id = await insertEntry(store(), { pokeCount, runStarted: true });
    await claim('overdue');
    const { pokeIn } = await readPoke(store().db, id);
    expect(pokeIn).toBeGreaterThan(backOffMs - 10 * second);
    expect(pokeIn).toBeLessThanOrEqual(backOffMs);
  });

  test('never gives one poke to two loops', async () => {
    for (let n = 0; n < 30; n += 1) await insertEntry(store());
    const claims = await Promise.all([claim('fresh', 20), claim('fresh', 20), claim('fresh', 20)]);
    const ids = claims.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(30);
    expect(ids).toHaveLength(30);
  });

  test('tells what just happened from what has been waiting for a workflow that did not come', async () => {
    const started = await insertEntry(store());
    const withInput = await insertEntry(store(), { runStarted: true });
    await insertExit(store().db, withInput);
    const silent = await insertEntry(store(), { runStarted: true });
    const tried = await insertEntry(store(), { pokeCount: 1 });

    const fresh = await claim('fresh');
    expect(new Map(fresh.map(({ id, hasInputs }) => [id, hasInputs]))).toEqual(
      new Map([
        [started, false],
        [withInput, true],
      ]),
    );
    expect((await claim('overdue')).map(({ id }) => id).sort()).toEqual([silent, tried].sort());
  });

  test('counts a call that failed as nothing', async () => {
    const id = await insertEntry(store(), { pokeIn: -5 * second, pokeCount: 2, runStarted: true });
    const [claimed] = await claim('overdue');
    await settlePokes(store().db, [
      { id, claimedReal: claimed!.claimedReal, runStarted: false, nextReal: claimed!.pokeReal, pokes: 'undone' },
    ]);
    const after = await readPoke(store().db, id);
    expect(after.pokeCount).toBe(2);
    expect(after.pokeIn).toBeLessThan(-4 * second);
  });

  test('does not move a poke that a turn or an input has moved meanwhile, but remembers that the run was started', async () => {
    const id = await insertEntry(store());
    const [claimed] = await claim('fresh');
    await insertExit(store().db, id);
    await settlePokes(store().db, [
      { id, claimedReal: claimed!.claimedReal, runStarted: true, nextReal: claimed!.claimedReal + hour, pokes: 'forgotten' },
    ]);
    const after = await readPoke(store().db, id);
    expect(after.pokeIn).toBeLessThanOrEqual(0);
    expect(after.runStarted).toBe(true);

    const [again] = await claim('overdue');
    expect(again).toMatchObject({ id, hasInputs: true, runStarted: true });
  });

  test('does not bring back the poke of an entry that finished while it was claimed', async () => {
    const id = await insertEntry(store());
    const [claimed] = await claim('fresh');
    await sql`update entries set state = 'finished', poke_real = null, poke_count = 0 where id = ${id}`.execute(store().db);
    await settlePokes(store().db, [
      { id, claimedReal: claimed!.claimedReal, runStarted: true, nextReal: claimed!.claimedReal + hour, pokes: 'forgotten' },
    ]);
    expect((await readPoke(store().db, id)).pokeIn).toBeNull();
  });

  test('says how far behind it is, and which entries are stuck', async () => {
    await insertEntry(store(), { pokeIn: -90 * second });
    await insertEntry(store(), { pokeIn: -1 * second });
    const stuck = await insertEntry(store(), { pokeIn: hour, pokeCount: 5 });
    await insertEntry(store(), { pokeIn: hour, pokeCount: 4 });
    await insertEntry(store(), { pokeIn: null, pokeCount: 9, state: 'finished' });

    const backlog = await readPokeBacklog(store().db);
    expect(backlog).toMatchObject({ due: 2, stuck: 1 });
    expect(backlog.lagMs).toBeGreaterThanOrEqual(90 * second);
    expect((await listStuck(store().db, 10)).map(({ id }) => id)).toEqual([stuck]);
  });

  test('pages through all that has not finished, held entries too', async () => {
    const ids = [await insertEntry(store()), await insertEntry(store(), { pokeIn: null, activity: 'held' }), await insertEntry(store())];
    await insertEntry(store(), { state: 'finished', pokeIn: null });
    const first = await listUnfinished(store().db, '', 2);
    const rest = await listUnfinished(store().db, first.at(-1)!.id, 2);
    expect([...first, ...rest].map(({ id }) => id)).toEqual(ids.sort());
  });
});
