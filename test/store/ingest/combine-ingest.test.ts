import { beforeEach, expect, test } from 'vitest';
import { combineIngest } from '../../../src/app/ingest/combine-ingest.js';
import { minute } from '../../../src/domain/time/instant.js';
import { ingestDeps, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';

describeOnBothStores('events that come together', (store) => {
  beforeEach(() => resetTables(store()));
  const tooLongForAnIndex = () => String.fromCharCode(...Array.from({ length: 2000 }, () => 0x4e00 + Math.floor(Math.random() * 0x5000)));

  test('share transactions, and each request is told of its own', async () => {
    const ingest = combineIngest(ingestDeps(store()));
    const twice = track('Seen', {}, { userId: 'user-0' });
    const letter = {
      source: 'segment',
      reason: 'invalid-event',
      detail: 'No.',
      payload: {},
      receivedAt: noon,
      origin: 'live',
      speaker: null,
    } as const;

    let results: readonly Awaited<ReturnType<typeof ingest>>[] = [];
    const statements = await countStatements(store(), async () => {
      results = await Promise.all([
        ingest([twice], []),
        ...Array.from({ length: 40 }, (_, index) => ingest([track('Seen', {}, { userId: `user-${index % 10}` })], [])),
        ingest([twice], [letter]),
      ]);
    });

    const [first, ...rest] = results;
    const last = rest.pop();
    expect(rest).toEqual(Array.from({ length: 40 }, () => ({ stored: 1, duplicates: 0, overBudget: 0, rejected: [] })));
    // The first and the last bring the same event, side by side in two transactions: one of them stores it, whichever.
    expect([first?.stored, last?.stored].toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1]);
    expect([first?.duplicates, last?.duplicates].toSorted((a = 0, b = 0) => a - b)).toEqual([0, 1]);
    expect([first?.rejected, last?.rejected]).toEqual([[], [letter]]);
    expect(await store().db.selectFrom('events').selectAll().execute()).toHaveLength(41);
    expect(await store().db.selectFrom('profiles').selectAll().execute()).toHaveLength(10);
    expect(statements.filter((text) => text.startsWith('commit')).length).toBeLessThanOrEqual(4);
  });

  test('do not fail for each other', async () => {
    const ingest = combineIngest(ingestDeps(store()));
    const poison = track('Seen', {}, { userId: tooLongForAnIndex() });
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

  test('take turns by sender, so that a busy one keeps nobody waiting', async () => {
    const ingest = combineIngest(ingestDeps(store()));
    const order: string[] = [];
    const batch = (user: string) => Array.from({ length: 50 }, () => track('Seen', {}, { userId: user }));
    const busy = Array.from({ length: 20 }, (_, i) => ingest(batch(`busy-${i}`), [], 'busy').then(() => order.push('busy')));
    const other = ingest([track('Seen', {}, { userId: 'other' })], [], 'other').then(() => order.push('other'));
    await Promise.all([...busy, other]);
    expect(order.indexOf('other')).toBeLessThan(8);
  });
});
