import { afterEach, expect, test } from 'vitest';
import type { Store } from '../../../src/store/db.js';
import {
  type DeadLetter,
  findLetter,
  listDeadLetters,
  lockDeadLetter,
  markRetried,
  writeDeadLetters,
} from '../../../src/store/dead-letters.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';

describeOnBothStores('dead letters', (store) => {
  afterEach(() => resetTables(store()));

  test('are kept as they came, whatever that was', async () => {
    await put(store(), [letter('a', { payload: 'not even\u0000an object' }), letter('b', { payload: { deep: [null, 1] } })]);
    const { items } = await listDeadLetters(store().db, { state: 'open', before: null, limit: 10 });
    const { payload: _held, ...listed } = letter('a');
    expect(items[1]).toEqual({ ...listed, retriedAt: null, resolvedAt: null });
    const whole = await Promise.all(items.map(({ id }) => findLetter(store().db, id)));
    expect(whole.map((one) => one?.payload)).toEqual([{ deep: [null, 1] }, 'not even\uFFFDan object']);
    expect(await findLetter(store().db, 'none')).toBeNull();
  });

  test('are listed page by page, newest first, each once', async () => {
    await put(
      store(),
      ['a', 'b', 'c', 'd', 'e'].map((id) => letter(id)),
    );
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const page = await listDeadLetters(store().db, { state: 'all', before, limit: 2 });
      seen.push(page.items.map((item) => item.id).join(''));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(['ed', 'cb', 'a']);
  });

  test('are listed of a source, or with a reason', async () => {
    await put(store(), [
      letter('a', { source: 'email', reason: 'no-report' }),
      letter('b', { source: 'email', reason: 'unknown-message' }),
      letter('c'),
    ]);
    const ids = async (of: { readonly source?: string; readonly reason?: string }) =>
      (await listDeadLetters(store().db, { state: 'open', ...of, before: null, limit: 10 })).items.map(({ id }) => id);
    expect(await ids({ source: 'email' })).toEqual(['b', 'a']);
    expect(await ids({ source: 'email', reason: 'no-report' })).toEqual(['a']);
    expect(await ids({ reason: 'none' })).toEqual([]);
  });

  test('leave the open list when a retry resolves them, and stay when it does not', async () => {
    await put(store(), [letter('a'), letter('b')]);
    await store().transaction((trx) => markRetried(trx, 'a', { at: 5000, resolved: true }));
    await store().transaction((trx) => markRetried(trx, 'b', { at: 6000, resolved: false }));

    const open = await listDeadLetters(store().db, { state: 'open', before: null, limit: 10 });
    expect(open.items.map((item) => [item.id, item.retriedAt])).toEqual([['b', 6000]]);
    const resolved = await store().transaction((trx) => lockDeadLetter(trx, 'a'));
    expect(resolved).toMatchObject({ retriedAt: 5000, resolvedAt: 5000 });
    expect(await store().transaction((trx) => lockDeadLetter(trx, 'none'))).toBeNull();
  });
});

function letter(id: string, over: Partial<DeadLetter> = {}): DeadLetter {
  return {
    id,
    source: 'segment',
    reason: 'no-identity',
    detail: 'The event names nobody.',
    payload: { type: 'track' },
    receivedAt: 1000,
    speaker: null,
    ...over,
  };
}

async function put(store: Store, letters: readonly DeadLetter[]): Promise<void> {
  await writeDeadLetters(letters)?.execute(store.db);
}
