import { beforeEach, expect, test } from 'vitest';
import { combineIngest } from '../../src/app/combine-ingest.js';
import { minute } from '../../src/domain/instant.js';
import { ingestDeps, noon, track } from '../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../support/stores.js';

describeOnBothStores('events that come together', (store) => {
  beforeEach(() => resetTables(store()));
  const tooLongForAnIndex = () => String.fromCharCode(...Array.from({ length: 2000 }, () => 0x4e00 + Math.floor(Math.random() * 0x5000)));

  test('share transactions, and each request is told of its own', async () => {
    const ingest = combineIngest(ingestDeps(store()));
    const twice = track('Seen', {}, { userId: 'user-0' });
    const letter = { reason: 'invalid-event', detail: 'No.', payload: {}, receivedAt: noon, origin: 'live' } as const;

    let results: readonly unknown[] = [];
    const statements = await countStatements(store(), async () => {
      results = await Promise.all([
        ingest([twice], []),
        ...Array.from({ length: 40 }, (_, index) => ingest([track('Seen', {}, { userId: `user-${index % 10}` })], [])),
        ingest([twice], [letter]),
      ]);
    });

    expect(results.slice(0, -1)).toEqual(Array.from({ length: 41 }, () => ({ stored: 1, duplicates: 0, rejected: [] })));
    expect(results.at(-1)).toEqual({ stored: 0, duplicates: 1, rejected: [letter] });
    expect(await store().db.selectFrom('events').selectAll().execute()).toHaveLength(41);
    expect(await store().db.selectFrom('profiles').selectAll().execute()).toHaveLength(10);
    // Four when nothing is in the way; a transaction that met another of the same people is tried again, and on a busy machine in smaller shares.
    expect(statements.filter((text) => text.startsWith('commit')).length).toBeLessThanOrEqual(14);
  });

  test('do not fail for each other', async () => {
    const ingest = combineIngest(ingestDeps(store()));
    const poison = track('Order Completed', { order_id: tooLongForAnIndex() }, { userId: 'poisoner' });
    const broken = track('Seen', {}, { userId: 'broken', occurredAt: Number.NaN });

    const results = await Promise.allSettled([
      ingest([track('Seen')], []),
      ingest([poison], []),
      ingest([track('Seen', {}, { occurredAt: noon + minute })], []),
      ingest([broken], []),
      ingest([track('Seen')], []),
    ]);

    expect(results.map((result) => (result.status === 'fulfilled' ? result.value.rejected.map(({ reason }) => reason) : 'fault'))).toEqual([
      [],
      ['not-storable'],
      [],
      'fault',
      [],
    ]);
    expect(await store().db.selectFrom('events').selectAll().execute()).toHaveLength(3);
  });
});
