import { beforeEach, expect, test } from 'vitest';
import { archiveJourney, pauseJourney, pauseSending, resumeJourney, resumeSending } from '../../../src/app/journeys/control-journeys.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { lockPauses } from '../../../src/store/controls.js';
import type { Store } from '../../../src/store/db.js';
import { abandonedCart, reminded, turn } from '../../support/reminded.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, type TurnDeps, take } from '../../support/turns.js';

async function onlyEntry(store: Store) {
  return store.db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
}

/** Ada's entry stands at its first message, held. */
async function heldEntry(store: Store, stop: (deps: TurnDeps) => Promise<unknown>, journey = cartJourney()) {
  const deps = await abandonedCart(store, journey);
  await stop(deps);
  const { id } = await onlyEntry(store);
  await turn(deps, id);
  expect(await onlyEntry(store)).toMatchObject({ activity: 'held', poke_real: null });
  return { deps, id };
}

describeOnBothStores('stopping and resuming', (store) => {
  beforeEach(() => resetTables(store()));
  const sent = (deps: TurnDeps) => deps.providers.email.submitted.length;

  test('a paused journey holds what falls due, and sends it after the resume', async () => {
    const { deps, id } = await heldEntry(store(), (d) => pauseJourney(d, 'cart'));
    expect(sent(deps)).toBe(0);

    deps.clock.pass(hour);
    expect(await resumeJourney(deps, 'cart')).toEqual({ kind: 'done', state: 'active', entries: 1 });
    expect((await onlyEntry(store())).poke_real).not.toBeNull();
    await turn(deps, id);
    expect(sent(deps)).toBe(1);
  });

  test('what fell due too long ago is not sent any more', async () => {
    const { deps, id } = await heldEntry(
      store(),
      (d) => pauseJourney(d, 'cart'),
      cartJourney({ catchUp: { kind: 'send_if_within', ms: 2 * hour } }),
    );

    deps.clock.pass(3 * hour);
    await resumeJourney(deps, 'cart');
    await turn(deps, id);
    expect(sent(deps)).toBe(0);
  });

  test('the kill switch of a channel stops that channel only', async () => {
    const { deps, id } = await heldEntry(store(), (d) => pauseSending(d, 'email'));
    await pauseSending(deps, 'sms');

    expect(await resumeSending(deps, 'sms')).toEqual({ kind: 'resumed', entries: 0 });
    expect((await onlyEntry(store())).activity).toBe('held');
    expect(await resumeSending(deps, 'email')).toEqual({ kind: 'resumed', entries: 1 });
    await turn(deps, id);
    expect(sent(deps)).toBe(1);
  });

  test('an entry stays held until the last switch that stops it is lifted', async () => {
    const { deps, id } = await heldEntry(store(), (d) => pauseSending(d, 'all'));
    await pauseJourney(deps, 'cart');

    expect(await resumeSending(deps, 'all')).toEqual({ kind: 'resumed', entries: 0 });
    await turn(deps, id);
    expect(sent(deps)).toBe(0);
    expect(await resumeJourney(deps, 'cart')).toMatchObject({ entries: 1 });
    await turn(deps, id);
    expect(sent(deps)).toBe(1);
  });

  test('a resume that died half way is finished by the next one', async () => {
    const { deps } = await heldEntry(store(), (d) => pauseJourney(d, 'cart'));
    await store().db.updateTable('journeys').set({ state: 'active', paused_at: null }).execute();

    expect(await resumeJourney(deps, 'cart')).toEqual({ kind: 'done', state: 'active', entries: 1 });
    expect(await resumeJourney(deps, 'cart')).toEqual({ kind: 'unchanged', state: 'active' });
  });

  test('a paused journey lets nobody in', async () => {
    const deps = await abandonedCart(store());
    await pauseJourney(deps, 'cart');
    await take(deps, track('Product Added', { cart_id: 'c2', product_id: 'p1', name: 'Mug', price: 30 }, { userId: 'bob' }));
    expect(await store().db.selectFrom('entries').selectAll().execute()).toHaveLength(1);
  });

  test('archiving makes everyone leave, and cannot be taken back', async () => {
    const { deps, entryId } = await reminded(store());
    expect(await archiveJourney(deps, 'cart')).toEqual({ kind: 'done', state: 'archived', entries: 1 });
    await turn(deps, entryId);
    expect(await onlyEntry(store())).toMatchObject({ state: 'finished', outcome: 'exited', outcome_reason: 'archived' });

    expect(await archiveJourney(deps, 'cart')).toEqual({ kind: 'unchanged', state: 'archived' });
    expect(await resumeJourney(deps, 'cart')).toMatchObject({ kind: 'refused' });
    deps.clock.set(noon + 8 * day);
    await take(
      deps,
      track(
        'Product Added',
        { cart_id: 'c9', product_id: 'p1', name: 'Mug', price: 30 },
        { occurredAt: noon + 8 * day, receivedAt: noon + 8 * day },
      ),
    );
    expect(await store().db.selectFrom('entries').selectAll().execute()).toHaveLength(1);
  });

  test('archiving ends what is only armed, too', async () => {
    const deps = await abandonedCart(store());
    deps.clock.set(noon + hour / 2);
    await archiveJourney(deps, 'cart');
    const { id } = await onlyEntry(store());
    await turn(deps, id);
    expect(await onlyEntry(store())).toMatchObject({ state: 'finished', outcome_reason: 'archived', poke_real: null });
  });

  test('a turn that is just holding its entry is waited for, so that no resume misses it', async () => {
    const deps = await abandonedCart(store());
    await pauseJourney(deps, 'cart');

    let begin = (): void => {};
    const resumed = new Promise<void>((resolve) => (begin = resolve)).then(() => resumeJourney(deps, 'cart'));
    await store().transaction(async (trx) => {
      expect(await lockPauses(trx, { journeyId: 'cart', providers: [] })).toMatchObject({ journey: true });
      begin();
      await new Promise((resolve) => setTimeout(resolve, 150));
      await trx.updateTable('entries').set({ state: 'open', activity: 'held', poke_real: null }).execute();
    });
    expect(await resumed).toMatchObject({ kind: 'done', entries: 1 });
  });

  test('pausing twice and resuming what runs change nothing', async () => {
    const deps = await abandonedCart(store());
    await pauseSending(deps, 'all');
    expect(await pauseSending(deps, 'all')).toEqual({ kind: 'unchanged' });
    await resumeSending(deps, 'all');
    expect(await resumeSending(deps, 'all')).toEqual({ kind: 'unchanged' });
    expect(await pauseJourney(deps, 'none')).toEqual({ kind: 'unknown-journey' });
  });
});
