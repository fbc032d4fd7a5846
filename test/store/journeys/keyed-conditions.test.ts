import { beforeEach, expect, test } from 'vitest';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import { parseJourney } from '../../../src/journey/parse.js';
import { turn } from '../../support/reminded.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const journey = (entry: string, filters = '[]') => {
  const parsed = parseJourney(
    `journey: check-in
name: Check-in
class: marketing
topic: newsletter
trigger: { event: { name: shipment.delivered } }
entry: { key: order, concurrency: parallel, ${entry}, filters: ${filters} }
steps: [{ exit: { outcome: completed, reason: done } }]
`,
    {},
  );
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.definition;
};

describeOnBothStores('what an entry asks by its key', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
  });

  const tell = (name: string, id: string, minute = 0, more = {}) =>
    take(deps, track(name, { order_id: id, ...more }, { occurredAt: noon + minute }));
  const outcomes = async () => {
    const open = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').orderBy('created_at').execute();
    for (const { id } of open) await turn(deps, id);
    const entries = await store().db.selectFrom('entries').select(['entry_key', 'outcome', 'outcome_reason']).orderBy('id').execute();
    return entries.map(({ entry_key, outcome, outcome_reason }) => `${entry_key} ${outcome === 'not-entered' ? outcome_reason : outcome}`);
  };

  test('once per key: each order once, however often it is delivered', async () => {
    await publish(store(), journey('reentry: once_per_key'));
    for (const [id, minute] of [
      ['A', 1],
      ['B', 2],
      ['A', 3],
    ] as const) {
      await tell('Shipment Delivered', id, minute);
      await outcomes();
    }
    expect(await outcomes()).toEqual(['A completed', 'B completed', 'A reentry']);
  });

  test('a count by key says nothing of another order', async () => {
    await publish(
      store(),
      journey('reentry: always', '[{ event_count: { name: shipment.exception, match: key, is: 0 }, reason: had-trouble }]'),
    );
    await tell('Shipment Exception', 'A', 1, { shipment_id: 's' });
    await tell('Shipment Delivered', 'A', 2, { shipment_id: 's' });
    await tell('Shipment Delivered', 'B', 3);
    expect(await outcomes()).toEqual(['A had-trouble', 'B completed']);
  });

  test('the order of the entry is asked as it is, and another is another', async () => {
    const filters = '[{ order: { first: true }, reason: not-the-first }, { order: { products: { any_of: [mug] } }, reason: no-mug }]';
    await publish(store(), journey('reentry: always', filters));
    await tell('Order Completed', 'A', 1, { total: 20, products: [{ product_id: 'mug', price: 20 }] });
    await tell('Order Completed', 'B', 2, { total: 20, products: [{ product_id: 'mug', price: 20 }] });
    await tell('Shipment Delivered', 'A', 3);
    await tell('Shipment Delivered', 'B', 4);
    expect(await outcomes()).toEqual(['A completed', 'B not-the-first']);
  });

  test('what a wait heard is asked, of its own order, and an erasure takes it away', async () => {
    const parsed = parseJourney(
      `journey: rated
name: Rated
class: marketing
topic: newsletter
trigger: { event: { name: order.paid } }
entry: { key: order, concurrency: parallel, reentry: always }
steps:
  - wait_until: { id: rating, remember: [comment], branches: [{ on: feedback.submitted, match: key, steps: [] }], timeout: P4D }
  - split: { branches: [{ when: { heard: { step: rating, property: rating, at_most: 3 } }, steps: [{ exit: { outcome: exited, reason: unhappy } }] }] }
`,
      {},
    );
    if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
    await publish(store(), parsed.definition);
    await tell('Order Completed', 'A', 1);
    await tell('Order Completed', 'B', 1);
    await outcomes();
    await tell('Feedback Submitted', 'B', 3, { rating: 5 });
    await tell('Feedback Submitted', 'A', 2, { rating: 2, comment: 'Too late' });
    await outcomes();
    const ended = await store().db.selectFrom('entries').select(['entry_key', 'outcome_reason', 'data']).orderBy('entry_key').execute();
    expect(ended.map(({ entry_key, outcome_reason }) => [entry_key, outcome_reason])).toEqual([
      ['A', 'unhappy'],
      ['B', 'completed'],
    ]);
    expect(JSON.stringify(ended[0]?.data)).toContain('Too late');

    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    await eraseProfile(deps, id as ProfileId);
    expect(JSON.stringify(await store().db.selectFrom('entries').select('data').execute())).not.toContain('Too late');
  });
});
