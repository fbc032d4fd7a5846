import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { countFailedTurn } from '../../src/app/turn/count-failed-turn.js';
import { createClock } from '../../src/domain/time/clock.js';
import { type EntryId, entryWorkflowId, type JourneyId } from '../../src/domain/values/ids.js';
import { openStore, type Store } from '../../src/store/db.js';
import { connectTemporal, type TemporalConnection } from '../../src/temporal/connection.js';
import { startDevServer } from '../../src/temporal/dev-server.js';
import { type Relay, startRelay } from '../../src/temporal/relay.js';
import { installRuntime } from '../../src/temporal/runtime.js';
import { restartStuckEntry, stuckEntries } from '../../src/temporal/stuck-entries.js';
import { startWorkers, type Workers } from '../../src/temporal/worker.js';
import type { Instruction } from '../../workflows/contract.js';
import { insertEntry, insertExit, readPoke, testJourneyId } from '../support/entries.js';
import { until } from '../support/entry-runs.js';
import { silentLog } from '../support/log.js';

const clock = createClock({ rate: 1, realOrigin: 0, serviceOrigin: 0, readReal: Date.now });
const minute = 60_000;
const hour = 3_600_000;

let store: Store;
let connection: TemporalConnection;
let workers: Workers;
let relay: Relay | undefined;

beforeAll(async () => {
  installRuntime({ log: silentLog });
  store = await openStore({});
  connection = await connectTemporal(inject('temporal'));
  workers = await work(connection);
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  await sql`truncate entries, journeys, profiles cascade`.execute(store.db);
});
afterAll(async () => {
  await workers.stop();
  await connection.close();
  await store.close();
});

const begin = (over: Partial<Parameters<typeof startRelay>[0]> = {}): Relay => {
  relay = startRelay({ store, clock, log: silentLog, connection: () => connection, hasWorker: true, ...over });
  return relay;
};
const finished = (id: EntryId) => async () => (await readPoke(store.db, id)).state === 'finished';
const workflowId = (id: EntryId): string => entryWorkflowId(testJourneyId as JourneyId, id);

test('starts the run of a new entry, and leaves it alone once it has finished', async () => {
  begin();
  const id = await insertEntry(store, { dueAt: Date.now() });
  relay!.notify();
  await until(finished(id));

  expect(await readPoke(store.db, id)).toMatchObject({ outcome: 'completed', pokeIn: null, pokeCount: 0 });
});

test('starts an armed entry delayed until its instant, looks two minutes after it, and wakes it at once when an exit comes', async () => {
  begin();
  const id = await insertEntry(store, { state: 'armed', dueAt: Date.now() + hour });
  await until(async () => (await readPoke(store.db, id)).runStarted);

  const { pokeIn } = await readPoke(store.db, id);
  expect(Math.abs(pokeIn! - hour - 2 * minute)).toBeLessThan(5_000);
  const { events } = await connection.client.workflow.getHandle(workflowId(id)).fetchHistory();
  expect(events).toHaveLength(1);

  await insertExit(store.db, id);
  relay!.notify();
  const asked = performance.now();
  await until(finished(id));
  expect((await readPoke(store.db, id)).outcome).toBe('exited');
  expect(performance.now() - asked).toBeLessThan(3_000);
});

test('wakes a run that waits when an exit comes, and heals one whose workflow is gone', async () => {
  begin();
  const waiting = await insertEntry(store, { dueAt: Date.now() + hour });
  const lost = await insertEntry(store, { dueAt: Date.now() - 3 * minute, runStarted: true });
  await until(async () => (await readPoke(store.db, waiting)).pokeIn! > 50 * minute);
  await insertExit(store.db, waiting);
  relay!.notify();

  await until(finished(waiting));
  await until(finished(lost));
});

test('does not lose an exit whose poke Temporal never got, because the process died between the claim and the call', async () => {
  const id = await insertEntry(store, { dueAt: Date.now() + hour });
  await insertExit(store.db, id);
  // Claimed half a minute ago by a process that is no more.
  await sql`update entries set poke_real = real_now_ms(), poke_count = 1 where id = ${id}`.execute(store.db);
  begin();
  await until(finished(id));
});

test('rests while Temporal is away, counts that as nothing, and gives everything a run again when it comes back empty', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sojourn-relay-'));
  const { binary, namespace } = inject('temporal');
  const server = await startDevServer({ binary, dataDir, namespace, uiPort: null });
  const port = Number(server.address.split(':')[1]);
  const own = await connectTemporal(server);
  const ownWorkers = await work(own);
  begin({ connection: () => own });
  const waiting = await insertEntry(store, { dueAt: Date.now() + hour });
  await until(async () => (await readPoke(store.db, waiting)).pokeIn! > 50 * minute);

  await server.stop();
  const during = await Promise.all(Array.from({ length: 5 }, () => insertEntry(store, { dueAt: Date.now() })));
  await until(async () => (await relay!.stats()).isResting);
  for (const id of during) {
    await until(async () => (await readPoke(store.db, id)).pokeCount === 0);
    expect(await readPoke(store.db, id)).toMatchObject({ runStarted: false });
  }
  expect((await relay!.stats()).due).toBe(5);

  await rm(dataDir, { recursive: true });
  const emptied = await startDevServer({ binary, dataDir, namespace, port, uiPort: null });
  expect(emptied.isNew).toBe(true);
  for (const id of during) await until(finished(id));
  await until(
    async () =>
      (
        await own.client.workflow
          .getHandle(workflowId(waiting))
          .describe()
          .catch(() => null)
      )?.status.name === 'RUNNING',
  );

  await relay!.stop();
  await ownWorkers.stop();
  await own.close();
  await emptied.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('ensures all entries that have not finished, and says how far it is', async () => {
  begin();
  const ids = await Promise.all([
    insertEntry(store, { pokeIn: hour, dueAt: Date.now() + hour }),
    insertEntry(store, { pokeIn: null, activity: 'held' }),
  ]);
  await insertEntry(store, { state: 'finished', pokeIn: null });
  const seen: unknown[] = [];
  expect(await relay!.reconcile((progress) => seen.push(progress))).toEqual({ done: 2, total: 2 });

  expect(seen).toEqual([{ done: 2, total: 2 }]);
  for (const id of ids) expect((await connection.client.workflow.getHandle(workflowId(id)).describe()).status.name).toBe('RUNNING');
});

test('lists an entry that five pokes did not move with what Temporal says of it, and starts it anew when asked', async () => {
  const id = await insertEntry(store, { pokeIn: hour, pokeCount: 5, runStarted: true, dueAt: Date.now() });
  const deps = { store, clock, connection: () => connection };
  broken.add(id);
  await connection.client.workflow.start('journeyEntry', {
    workflowId: workflowId(id),
    taskQueue: 'sojourn-journeys',
    args: [{ entryId: id }],
  });
  await until(async () => (await stuckEntries(deps))[0]!.finding.includes('The turn of entry'));

  expect((await stuckEntries(deps))[0]).toMatchObject({
    id,
    pokes: 5,
    finding: expect.stringMatching(/activity turn is at attempt \d+.*RangeError/) as string,
  });
  broken.delete(id);
  expect(await restartStuckEntry(deps, id)).toBe(true);
  await until(finished(id));
  expect(await stuckEntries(deps)).toEqual([]);
  expect(await restartStuckEntry(deps, id)).toBe(false);
});

test('lets the run of a stuck turn wait without a pending activity, and takes it up again when asked', async () => {
  const id = await insertEntry(store, { pokeIn: hour, runStarted: true, dueAt: Date.now() });
  const deps = { store, clock, connection: () => connection };
  broken.add(id);
  countsFaults.add(id);
  await connection.client.workflow.start('journeyEntry', {
    workflowId: workflowId(id),
    taskQueue: 'sojourn-journeys',
    args: [{ entryId: id }],
  });
  await until(async () => (await stuckEntries(deps)).some((one) => one.id === id));
  const pending = async () => (await connection.client.workflow.getHandle(workflowId(id)).describe()).raw.pendingActivities ?? [];
  await until(async () => (await pending()).length === 0);

  expect((await stuckEntries(deps))[0]).toMatchObject({ id, fault: expect.stringMatching(/^RangeError, in /) as string });
  expect((await stuckEntries(deps))[0]?.finding).toContain('failed three times in the same way');
  broken.delete(id);
  expect(await restartStuckEntry(deps, id)).toBe(true);
  await until(finished(id));
  expect(await stuckEntries(deps)).toEqual([]);
});

const broken = new Set<string>();
/** Of them, those whose turns are counted when they fail, as the service does. */
const countsFaults = new Set<string>();

function work(on: TemporalConnection): Promise<Workers> {
  const takeTurn = async ({ entryId }: { entryId: string }): Promise<Instruction> => {
    if (broken.has(entryId)) {
      const fault = new RangeError('broken');
      const stuck = countsFaults.has(entryId)
        ? await countFailedTurn({ store, clock, log: silentLog, metrics: { alarm: () => {} } }, entryId, fault)
        : null;
      if (stuck === null) throw fault;
      return stuck;
    }
    return await simplestTurn(entryId);
  };
  const takeBatchTurn = async (): Promise<Instruction> => ({ kind: 'finished', outcome: 'completed' });
  return startWorkers({ connection: on, log: silentLog, activities: createActivities({ takeTurn, takeBatchTurn, onFault: () => {} }) });
}

/** An entry that exits by its input, completes at its instant, and waits until then: by the rules of the store, in one transaction. */
function simplestTurn(entryId: string): Promise<Instruction> {
  return store.transaction(async (trx) => {
    const entry = await trx.selectFrom('entries').selectAll().where('id', '=', entryId).forUpdate().executeTakeFirst();
    if (entry === undefined) return { kind: 'finished', outcome: 'unknown' };
    const { numUpdatedRows } = await trx
      .updateTable('entry_inputs')
      .set({ consumed_at: 1 })
      .where('entry_id', '=', entryId)
      .where('consumed_at', 'is', null)
      .executeTakeFirst();
    const isDue = entry.due_at === null ? false : entry.due_at <= Date.now();
    if (entry.state === 'finished' || numUpdatedRows > 0n || isDue) {
      const outcome = entry.outcome ?? (numUpdatedRows > 0n ? 'exited' : 'completed');
      await trx
        .updateTable('entries')
        .set({ state: 'finished', activity: 'done', outcome, poke_real: null, poke_count: 0 })
        .where('id', '=', entryId)
        .execute();
      return { kind: 'finished', outcome };
    }
    const pokeReal = entry.due_at === null ? null : entry.due_at + 2 * minute;
    await trx.updateTable('entries').set({ state: 'open', poke_real: pokeReal, poke_count: 0 }).where('id', '=', entryId).execute();
    return { kind: 'wait', wakeAtReal: entry.due_at, summary: 'scripted' };
  });
}
