import { beforeEach, expect, test } from 'vitest';
import { showEntry } from '../../../src/app/entries/show-entry.js';
import { showEvent } from '../../../src/app/ingest/show-event.js';
import { reportJourney } from '../../../src/app/journeys/journey-report.js';
import { explainMessage } from '../../../src/app/messages/explain-message.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { reminded, turn } from '../../support/reminded.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { take } from '../../support/turns.js';

const whole = { since: null, until: null };

describeOnBothStores('a journey report', (store) => {
  beforeEach(() => resetTables(store()));

  test('counts who entered, who did not and why, and what was sent', async () => {
    const { deps } = await reminded(store());
    await take(
      deps,
      track('Order Completed', { order_id: 'o9', cart_id: 'other', total: 5, currency: 'EUR' }, { userId: 'bob' }),
      track('Product Added', { cart_id: 'c2', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, { userId: 'bob' }),
    );
    const bob = await store().db.selectFrom('entries').select('id').where('state', '=', 'armed').executeTakeFirstOrThrow();
    await turn(deps, bob.id);

    expect(await reportJourney(deps, 'cart', whole)).toMatchObject({
      met: 2,
      entered: 1,
      openNow: 1,
      armedNow: 0,
      notEntered: [{ reason: 'ordered', count: 1 }],
      steps: [{ step: 'first', channel: 'email', sent: 1, pending: 0, skipped: [] }],
    });
  });

  test('counts an email as delivered three days after it was accepted, unless it bounced', async () => {
    const { deps } = await reminded(store());
    const first = async () => (await reportJourney(deps, 'cart', whole))?.steps.find(({ step }) => step === 'first');
    expect(await first()).toMatchObject({ sent: 1, delivered: 0 });
    deps.clock.pass(3 * day + hour);
    expect(await first()).toMatchObject({ sent: 1, delivered: 1 });
    await store().db.updateTable('messages').set({ channel: 'sms' }).execute();
    expect(await first(), 'of texts the provider tells').toMatchObject({ sent: 1, delivered: 0 });
    await store().db.updateTable('messages').set({ channel: 'email', state: 'bounced' }).execute();
    expect(await first()).toMatchObject({ sent: 1, delivered: 0, bounced: 1 });
  });

  test('counts an order once, with its worth by currency, and whether it came after a message', async () => {
    const { deps, entryId } = await reminded(store());
    const at = { occurredAt: noon + 2 * hour, receivedAt: noon + 2 * hour };
    deps.clock.set(noon + 2 * hour);
    await take(
      deps,
      track('Order Completed', { order_id: 'o1', cart_id: 'c1', total: 30.1, currency: 'GBP' }, at),
      track('Order Completed', { order_id: 'o2', total: 0.2, currency: 'GBP' }, at),
    );
    await take(
      deps,
      track('Order Completed', { order_id: 'o3', total: 99, currency: 'GBP' }, at),
      track('Order Cancelled', { order_id: 'o3' }, at),
    );
    await turn(deps, entryId);

    expect(await reportJourney(deps, 'cart', whole)).toMatchObject({
      ended: [{ outcome: 'converted', reason: 'order', count: 1 }],
      orders: [{ currency: 'GBP', orders: 2, revenue: 30.3, ordersAfterMessage: 2, revenueAfterMessage: 30.3 }],
    });
  });

  test('leaves out entries that began outside its days', async () => {
    const { deps } = await reminded(store());
    expect(await reportJourney(deps, 'cart', { since: noon + hour, until: null })).toMatchObject({
      met: 0,
      entered: 0,
      steps: [],
      orders: [],
    });
    expect(await reportJourney(deps, 'no-such', whole)).toBeNull();
  });
});

describeOnBothStores('the story', (store) => {
  beforeEach(() => resetTables(store()));

  test('of a message tells its verdict and its last word in a sentence', async () => {
    const { deps, messageId } = await reminded(store());
    expect(await explainMessage(deps, messageId)).toMatchObject({
      state: 'accepted',
      sentence: expect.stringMatching(/^Sent: the provider accepted it Tue 24 Nov 13:00 \(Europe\/London\)/),
      verdicts: [{ decision: 'send' }],
      attemptsMade: [{ n: 1, outcome: 'accepted' }],
    });
  });

  test('of an entry tells where it stands and what it reacts to', async () => {
    const { deps, entryId } = await reminded(store());
    expect(await showEntry(deps, entryId)).toMatchObject({
      sentence: 'Waits at wait until Wed 25 Nov 13:00.',
      reactsTo: expect.arrayContaining([expect.objectContaining({ event: 'order.paid', purpose: 'exit' })]),
      messages: [{ step: 'first', state: 'accepted' }],
    });
  });

  test('of an event tells what it matched, and what not and why', async () => {
    const { deps } = await reminded(store());
    const other = identify({ email: 'bob@example.test' }, { userId: 'bob', messageId: 'an-identify' });
    await take(deps, other);
    const added = await store().db.selectFrom('events').select('message_id').where('name', '=', 'Product Added').executeTakeFirstOrThrow();

    expect(await showEvent(deps, added.message_id)).toMatchObject({
      kind: 'stored',
      event: { effects: [{ sentence: 'cart.updated armed an entry of cart.' }] },
    });
    expect(await showEvent(deps, 'an-identify')).toMatchObject({
      kind: 'stored',
      event: { effects: [{ sentence: 'profile.updated did nothing: no live journey starts with it and no entry waits for it.' }] },
    });
    expect(await showEvent(deps, 'never-came')).toEqual({ kind: 'unknown' });
  });
});
