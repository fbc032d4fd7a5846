import { afterEach, expect, test } from 'vitest';
import { readControl, writeControl } from '../../src/store/controls.js';
import { jsonText } from '../../src/store/json.js';
import { describeOnBothStores, resetTables } from '../support/stores.js';

describeOnBothStores('controls', (store) => {
  afterEach(() => resetTables(store()));

  test('keep the last value written, and null before', async () => {
    expect(await readControl(store().db, 'clock')).toBeNull();
    await writeControl(store().db, 'clock', { at: 1, rate: 3600 }, 1);
    await store().transaction((trx) => writeControl(trx, 'clock', ['anything'], 2));
    expect(await readControl(store().db, 'clock')).toEqual(['anything']);
  });

  test.each([
    ['a NUL', 'a\u0000b', 'a\uFFFDb'],
    ['half a surrogate pair', ['\uD83D', { '\uDE00': 1 }], ['\uFFFD', { '\uFFFD': 1 }]],
    ['a whole pair', '😀', '😀'],
    ['a backslash before u0000', 'C:\\u0000', 'C:\\u0000'],
    ['a backslash, then a NUL', '\\\u0000', '\\\uFFFD'],
    ['nothing at all', undefined, null],
  ])('take %s', async (_what, value, kept) => {
    expect(JSON.parse(jsonText(value))).toEqual(kept);
    await writeControl(store().db, 'k', value, 1);
    expect(await readControl(store().db, 'k')).toEqual(kept);
  });
});
