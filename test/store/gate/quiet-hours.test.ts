import { beforeEach, expect, test } from 'vitest';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { shippedPolicies } from '../../support/policies.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const policies = shippedPolicies();
const current = { ...policies, quietHours: { ...policies.quietHours, openingJitterMs: 0 } };

describeOnBothStores('a text that waits for the morning', (store) => {
  beforeEach(() => resetTables(store()));

  const evening = noon + 10 * hour;
  const morning = noon + 20 * hour;
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
  const message = () => store().db.selectFrom('messages').selectAll().executeTakeFirstOrThrow();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entry()).id, opset }, 'inline');
  const said = (deps: TurnDeps, traits: Record<string, unknown>, at: number) =>
    take(deps, identify(traits, { occurredAt: at, receivedAt: at }));

  /** 24 November 2026, 22:00 in London: the text is promised 08:00 of the next day. */
  async function waitingText(): Promise<TurnDeps> {
    const deps = turnDeps(store(), { policies: { current: () => current } });
    const steps = { first: send('first', null, { channel: 'sms', template: 'reminder-text', deadlineMs: 2 * day }) };
    await publish(store(), cartJourney({ steps }));
    const at = { occurredAt: evening - hour, receivedAt: evening - hour };
    await take(
      deps,
      identify({ phone: '+447700900123', timezone: 'Europe/London' }, at),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, at),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, at),
    );
    deps.clock.set(evening);
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: morning });
    return deps;
  }

  test('leaves at once when the person turns out to be where it is day', async () => {
    const deps = await waitingText();
    deps.clock.set(evening + minute);
    await said(deps, { timezone: 'America/Los_Angeles' }, evening + minute);

    expect((await entry()).poke_real).toBeLessThanOrEqual(Date.now());
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(await message()).toMatchObject({ state: 'accepted', slot_at: evening + minute });
    expect(deps.providers.sms.submitted).toHaveLength(1);
  });

  test('waits longer for one who moved west, and leaves once', async () => {
    const deps = await waitingText();
    deps.clock.set(morning - hour);
    await said(deps, { address: { country: 'US', state: 'CA' }, timezone: null }, morning - hour);
    const inCalifornia = noon + day + 4 * hour;

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: inCalifornia });
    expect(await message()).toMatchObject({ state: 'reserved', slot_at: inCalifornia });
    deps.clock.set(morning);
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: inCalifornia });
    deps.clock.set(inCalifornia);
    expect(await turn(deps)).toMatchObject({ kind: 'finished' });
    expect(deps.providers.sms.submitted).toHaveLength(1);
  });

  test('goes by the zone of the person’s device, which an event told', async () => {
    const deps = await waitingText();
    const at = evening + minute;
    const viewed = track('Product Viewed', { product_id: 'p1' }, { occurredAt: at, receivedAt: at });
    await take(deps, { ...viewed, context: { timezone: 'America/New_York', ip: '203.0.113.7' } });

    const { traits, trait_times: times } = await store().db.selectFrom('profiles').selectAll().executeTakeFirstOrThrow();
    expect(traits).toMatchObject({ seen_timezone: { zone: 'America/New_York', on: '2026-11-24' }, timezone: 'Europe/London' });
    expect(times).toMatchObject({ seen_timezone: at });
    // London is open at 08:00, New York (no state known) at 10:00 of its own time.
    deps.clock.set(morning);
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + day + 3 * hour });
  });

  test('is not disturbed by other news of the person', async () => {
    const deps = await waitingText();
    const before = await entry();
    await said(deps, { firstName: 'Ada' }, evening + minute);

    expect((await entry()).poke_real).toBe(before.poke_real);
    expect(await store().db.selectFrom('entry_inputs').selectAll().execute()).toEqual([]);
  });
});
