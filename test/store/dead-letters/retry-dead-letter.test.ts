import { beforeEach, expect, test } from 'vitest';
import { retryDeadLetter } from '../../../src/app/dead-letters/retry-dead-letter.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { ourselves } from '../../../src/domain/keys/speaker.js';
import { day, minute } from '../../../src/domain/time/instant.js';
import { readSegmentEvent } from '../../support/segment.js';
import { ingestDeps, noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish } from '../../support/turns.js';

describeOnBothStores('retrying a dead letter', (store) => {
  beforeEach(() => resetTables(store()));

  /** Keeps an event as a letter, as if it could not be taken then; answers the letter's id. */
  const keep = async (raw: Record<string, unknown> | string, origin: 'live' | 'import' = 'live') => {
    const request = {
      origin,
      receivedAt: noon,
      rate: 1,
      sentAt: '2031-01-01T00:10:00Z',
      speakerOf: () => ({ speaker: ourselves, note: null }),
    };
    const reading = typeof raw === 'string' ? null : readSegmentEvent(raw, null, request);
    const payload = reading?.kind === 'event' ? reading.incoming.payload : raw;
    await ingestEvents(
      ingestDeps(store()),
      [],
      [{ source: 'segment', reason: 'fault', detail: 'It was no JSON.', payload, receivedAt: noon, origin, speaker: null }],
    );
    return (await store().db.selectFrom('dead_letters').select('id').executeTakeFirstOrThrow()).id;
  };
  const letter = () => store().db.selectFrom('dead_letters').selectAll().executeTakeFirstOrThrow();
  const added = {
    type: 'track',
    event: 'Product Added',
    userId: 'ada',
    messageId: 'm1',
    timestamp: '2031-01-01T00:00:00Z',
    properties: { cart_id: 'c1', product_id: 'p1', price: 10 },
  };

  test('takes the event with the time that it had, and resolves the letter once', async () => {
    await publish(store(), cartJourney());
    const id = await keep(added);

    expect(await retryDeadLetter(ingestDeps(store(), noon + minute), id)).toEqual({ kind: 'resolved' });
    expect(await retryDeadLetter(ingestDeps(store(), noon + 2 * minute), id)).toEqual({ kind: 'resolved' });

    const events = await store().db.selectFrom('events').selectAll().execute();
    expect(events).toMatchObject([{ message_id: 'm1', occurred_at: noon - 10 * minute }]);
    expect(await store().db.selectFrom('entries').selectAll().execute()).toHaveLength(1);
    expect(await letter()).toMatchObject({ resolved_at: noon + minute });
  });

  test('starts nothing with what has become old meanwhile, or was imported', async () => {
    await publish(store(), cartJourney());

    await retryDeadLetter(ingestDeps(store(), noon + day), await keep(added));
    expect(await store().db.selectFrom('carts').selectAll().execute()).toHaveLength(1);
    expect(await store().db.selectFrom('entries').selectAll().execute()).toEqual([]);

    await resetTables(store());
    await publish(store(), cartJourney());
    await retryDeadLetter(ingestDeps(store(), noon), await keep({ ...added, timestamp: '2026-11-24T11:59:00Z' }, 'import'));
    expect(await store().db.selectFrom('events').select('origin').execute()).toEqual([{ origin: 'import' }]);
    expect(await store().db.selectFrom('entries').selectAll().execute()).toEqual([]);
  });

  test('says what is still wrong, and leaves the letter open and alone', async () => {
    const id = await keep({ ...added, event: 'Consent Granted', properties: { channel: 'fax' } });
    const result = await retryDeadLetter(ingestDeps(store(), noon), id);
    expect(result).toEqual({ kind: 'failed', reason: expect.stringContaining('channel') });
    expect(await store().db.selectFrom('dead_letters').selectAll().execute()).toMatchObject([{ id, retried_at: noon, resolved_at: null }]);

    await resetTables(store());
    expect(await retryDeadLetter(ingestDeps(store()), await keep('{"writeKey":'))).toEqual({ kind: 'failed', reason: 'It was no JSON.' });
    expect(await retryDeadLetter(ingestDeps(store()), 'none')).toEqual({ kind: 'unknown' });
  });
});
