import { beforeEach, expect, test } from 'vitest';
import { day, hour } from '../../../src/domain/time/instant.js';
import { reminded, turn } from '../../support/reminded.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, take } from '../../support/turns.js';

describeOnBothStores('an entry anew', (store) => {
  beforeEach(() => resetTables(store()));

  test('of the same cart sends its messages again, also while those of the last series are of this week', async () => {
    const journey = cartJourney();
    const { deps, entryId } = await reminded(store(), { ...journey, entry: { ...journey.entry, reentry: { kind: 'always' } } });
    await store().db.updateTable('entries').set({ state: 'finished', outcome: 'completed', finished_at: deps.clock.now() }).execute();

    deps.clock.set(noon + 2 * day);
    const at = { occurredAt: noon + 2 * day, receivedAt: noon + 2 * day };
    await take(deps, track('Product Added', { cart_id: 'c1', product_id: 'p2', name: 'Jug', price: 40, currency: 'GBP' }, at));
    deps.clock.pass(hour);
    const anew = await store().db.selectFrom('entries').select('id').where('id', '!=', entryId).executeTakeFirstOrThrow();
    await turn(deps, anew.id);

    const { state, reason } = await store()
      .db.selectFrom('messages')
      .select(['state', 'reason'])
      .where('entry_id', '=', anew.id)
      .executeTakeFirstOrThrow();
    expect([state, reason]).toEqual(['accepted', null]);
  });
});
