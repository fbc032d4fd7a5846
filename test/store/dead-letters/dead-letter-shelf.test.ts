import { afterEach, expect, test } from 'vitest';
import { discardDeadLetters, resolveDeadLetters } from '../../../src/app/dead-letters/list-dead-letters.js';
import { tendDeadLetters } from '../../../src/app/dead-letters/tend-dead-letters.js';
import { keepEmail } from '../../../src/app/inbound/keep-email.js';
import { day } from '../../../src/domain/time/instant.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

describeOnBothStores('the shelf of dead letters', (store) => {
  afterEach(() => resetTables(store()));
  const put = (id: string, more: { source?: string; reason?: string; resolvedAt?: number; receivedAt?: number } = {}) =>
    store()
      .db.insertInto('dead_letters')
      .values({
        id,
        source: more.source ?? 'segment',
        reason: more.reason ?? 'no-identity',
        detail: 'x',
        payload: '{}',
        received_at: more.receivedAt ?? noon,
        retried_at: null,
        resolved_at: more.resolvedAt ?? null,
      })
      .execute();
  const left = async () => (await store().db.selectFrom('dead_letters').select('id').orderBy('id').execute()).map(({ id }) => id).join('');

  test('drops the oldest of a source beyond its number, those that are resolved first, and says so', async () => {
    const alarms: string[] = [];
    const deps = turnDeps(store());
    const told = { ...deps, metrics: { ...deps.metrics, alarm: (code: string) => alarms.push(code) } };
    for (const id of ['a', 'b', 'c', 'd']) await put(id);
    for (const id of ['e', 'f']) await put(id, { resolvedAt: noon });
    for (const id of ['g', 'h']) await put(id, { source: 'email' });

    await tendDeadLetters(told, 5);
    expect([await left(), alarms]).toEqual(['abcdfgh', []]);
    await tendDeadLetters(told, 2);
    expect([await left(), alarms]).toEqual(['cdgh', ['dead-letters-dropped']]);
  });

  test('lets letters go after 90 days', async () => {
    await put('a', { receivedAt: noon - 91 * day });
    await put('b', { receivedAt: noon - 89 * day });
    await tendDeadLetters(turnDeps(store()));
    expect(await left()).toBe('b');
  });

  test('refuses no mail when it is full: the oldest makes room', async () => {
    const deps = turnDeps(store());
    for (const id of ['00a', '00b', '00c']) await put(id, { source: 'email' });
    expect(await keepEmail(deps, { raw: Buffer.from('From: x\r\n\r\nhello') }, 'not-for-us', null)).toEqual({
      kind: 'kept',
      reason: 'not-for-us',
    });
    await tendDeadLetters(deps, 3);
    expect(await store().db.selectFrom('dead_letters').select('id').execute()).toHaveLength(3);
    expect(await left()).not.toContain('00a');
  });

  test('is cleared by hand: by id, by source, by reason, for good or as seen to', async () => {
    const deps = turnDeps(store());
    for (const id of ['a', 'b']) await put(id);
    await put('c', { source: 'email', reason: 'not-for-us' });
    await put('d', { source: 'email', reason: 'no-report' });
    await put('e', { source: 'email', reason: 'no-report', resolvedAt: noon });

    expect(await resolveDeadLetters(deps, { source: 'email', reason: 'no-report' })).toEqual(['d']);
    expect(await discardDeadLetters(deps, { ids: ['a', 'nobody'] })).toEqual(['a']);
    expect(await left()).toBe('bcde');
    expect(await discardDeadLetters(deps, { source: 'email', reason: null })).toEqual(['c']);
    expect(await discardDeadLetters(deps, { source: null, reason: null })).toEqual(['b']);
    expect(await left()).toBe('de');
  });
});
