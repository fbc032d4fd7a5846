import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { deletePause, insertPause, lockPauses, readPauses } from '../../../src/store/controls.js';
import { jsonText } from '../../../src/store/json.js';
import { pauseOn } from '../../../src/turn/pauses.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';

describeOnBothStores('pauses', (store) => {
  afterEach(() => resetTables(store()));

  test('stop a channel alone, or everything', async () => {
    const pauseOf = async (channel: 'email' | 'sms') => {
      const pauses = await store().transaction((trx) => lockPauses(trx, { journeyId: null, providers: [] }));
      return pauseOn(pauses, { channel, class: 'marketing', mailbox: null });
    };

    await store().transaction((trx) => insertPause(trx, 'sms', 1000));
    expect(await Promise.all([pauseOf('email'), pauseOf('sms')])).toEqual([null, { scope: 'channel' }]);

    await store().transaction((trx) => insertPause(trx, 'all', 2000));
    expect(await Promise.all([pauseOf('email'), pauseOf('sms')])).toEqual([{ scope: 'all' }, { scope: 'all' }]);
    expect(await readPauses(store().db)).toEqual({ all: 2000, email: null, sms: 1000 });
  });

  test('begin once and end once', async () => {
    const insert = (at: number) => store().transaction((trx) => insertPause(trx, 'email', at));
    const lift = () => store().transaction((trx) => deletePause(trx, 'email'));

    expect([await insert(1000), await insert(2000)]).toEqual([true, false]);
    expect([await lift(), await lift()]).toEqual([1000, null]);
  });

  test('are lifted only after the turns that are holding an entry on them', async () => {
    await store().transaction((trx) => insertPause(trx, 'all', 1000));
    const order: string[] = [];
    // Begun out here, as by another request: inside a transaction the store refuses a second one.
    let startLifting: (() => void) | undefined;
    const lifting = new Promise<void>((done) => {
      startLifting = done;
    }).then(lift);
    await store().transaction(async (trx) => {
      await lockPauses(trx, { journeyId: null, providers: [] });
      startLifting?.();
      await new Promise((done) => setTimeout(done, 100));
      order.push('held');
    });
    await lifting;
    expect(order).toEqual(['held', 'lifted']);

    async function lift(): Promise<void> {
      await store().transaction((trx) => deletePause(trx, 'all'));
      order.push('lifted');
    }
  });
});

describeOnBothStores('JSON of unknown origin', (store) => {
  test.each([
    ['a NUL', 'a\u0000b', 'a\uFFFDb'],
    ['half a surrogate pair', ['\uD83D', { '\uDE00': 1 }], ['\uFFFD', { '\uFFFD': 1 }]],
    ['a whole pair', '😀', '😀'],
    ['a backslash before u0000', 'C:\\u0000', 'C:\\u0000'],
    ['a backslash, then a NUL', '\\\u0000', '\\\uFFFD'],
    ['nothing at all', undefined, null],
  ])('is taken by jsonb although it holds %s', async (_what, value, kept) => {
    const { rows } = await sql<{ value: unknown }>`select ${jsonText(value)}::jsonb as value`.execute(store().db);
    expect(rows).toEqual([{ value: kept }]);
  });
});
