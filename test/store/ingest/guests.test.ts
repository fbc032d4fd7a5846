import { beforeEach, expect, test } from 'vitest';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { hour } from '../../../src/domain/time/instant.js';
import { turn } from '../../support/reminded.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('an address given at the checkout', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
  });

  const guest = { anonymousId: 'guest-1' };
  const started = (properties: Record<string, unknown>, event: object = guest) =>
    track('Checkout Started', { cart_id: 'c', products: [{ product_id: 'mug', price: 12 }], ...properties }, event);
  const people = () => store().db.selectFrom('profiles').select(['email', 'phone']).orderBy('created_at').execute();

  test('makes a guest reachable, without a user id', async () => {
    await take(deps, started({ email: ' Guest@Example.test ', phone: '+447700900123' }));
    expect(await people()).toEqual([{ email: 'Guest@example.test', phone: '+447700900123' }]);

    await take(deps, track('Order Completed', { order_id: 'o', customer: { email: 'typed@example.test' } }, { anonymousId: 'guest-2' }));
    expect(await people()).toMatchObject([{}, { email: 'typed@example.test', phone: null }]);
  });

  test('brings the guest into the series about the cart', async () => {
    await publish(store(), cartJourney({ steps: { first: send('first', null) } }));
    await take(
      deps,
      track('Product Added', { cart_id: 'c', product_id: 'mug', price: 12 }, guest),
      started({ email: 'guest@example.test' }),
    );
    deps.clock.set(noon + hour);
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    await turn(deps, id);

    expect(await store().db.selectFrom('entries').select(['state', 'entered_at']).execute()).toMatchObject([
      { entered_at: expect.any(Number) as number },
    ]);
  });

  test('counts by its time, the newest', async () => {
    const step = (email: string, minute: number) =>
      track('Checkout Step Completed', { cart_id: 'c', email }, { ...guest, occurredAt: noon + minute });
    await take(deps, step('second@example.test', 2));
    await take(deps, step('first@example.test', 1));
    expect(await people()).toMatchObject([{ email: 'second@example.test' }]);
  });

  test('replaces no address of somebody with a user id, who may order for another', async () => {
    await take(deps, identify({ email: 'ada@example.test' }));
    await take(
      deps,
      track('Order Completed', { order_id: 'o', email: 'gift@example.test', phone: '+447700900123' }, { occurredAt: noon + 1 }),
    );
    expect(await people()).toEqual([{ email: 'ada@example.test', phone: '+447700900123' }]);
  });

  test('of somebody else is none of a browser that nobody vouches for', async () => {
    const speaker = { kind: 'browser', keyId: 'k', lineage: 'k', vouchesUser: false, vouchesPrevious: false } as const;
    const said = (event: IncomingEvent): IncomingEvent => ({ ...event, speaker });
    await take(deps, identify({ firstName: 'Ada' }), identify({}, { userId: 'ada', anonymousId: 'her-browser' }));
    await take(deps, said(track('Order Completed', { order_id: 'o', email: 'evil@example.test' }, { userId: 'ada', anonymousId: 'evil' })));
    expect((await people()).map(({ email }) => email)).not.toContain('evil@example.test');
  });

  test('that cannot be read is noted, and costs no statement', async () => {
    await take(deps, started({}));
    const without = await countStatements(store(), () => take(deps, started({}, { ...guest, occurredAt: noon + 1 })));
    const withAddress = await countStatements(store(), () =>
      take(deps, started({ email: 'nonsense' }, { ...guest, occurredAt: noon + 2, messageId: 'odd' })),
    );

    expect(withAddress.length).toBe(without.length);
    const { matched } = await store().db.selectFrom('events').select('matched').where('message_id', '=', 'odd').executeTakeFirstOrThrow();
    expect(JSON.stringify(matched)).toContain('invalid-email');
    expect(await people()).toMatchObject([{ email: null }]);
  });
});
