import { beforeEach, expect, test } from 'vitest';
import { enrolDue } from '../../../src/app/broadcasts/enrol-recipients.js';
import { startBroadcast } from '../../../src/app/broadcasts/start-broadcast.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a broadcast beside a cart reminder', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada agreed to all, and left a cart at noon. */
  async function scene(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await publishHead(store(), { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    await publish(store(), cartJourney({ steps: { first: send('first', null, { deadlineMs: 4 * hour }) } }));
    await take(
      deps,
      identify({ email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    return deps;
  }
  async function broadcast(deps: TurnDeps): Promise<void> {
    await startBroadcast(
      deps,
      {
        name: 'Letter',
        template: 'newsletter',
        to: { by: 'user', ids: ['ada'] },
        data: {},
        startsAt: null,
        overMs: 0,
        deadline: { kind: 'within', ms: 3 * day },
        priority: null,
      },
      null,
    );
    await enrolDue(deps);
  }
  const entryOf = (journey: string) =>
    store().db.selectFrom('entries').select('id').where('journey_id', 'like', journey).executeTakeFirstOrThrow();
  const turn = async (deps: TurnDeps, journey: string) => takeTurn(deps, { v: 1, entryId: (await entryOf(journey)).id, opset }, 'inline');
  const standing = () => store().db.selectFrom('messages').select(['origin', 'state', 'slot_at']).orderBy('origin').execute();

  test('waits where the reminder took the room, and leaves when there is some', async () => {
    const deps = await scene();
    deps.clock.set(noon + hour);
    await turn(deps, 'cart');
    await broadcast(deps);
    await turn(deps, 'broadcast.%');

    const [later, reminder] = await standing();
    expect(reminder).toMatchObject({ origin: 'journey', state: 'accepted' });
    expect(later).toMatchObject({ origin: 'broadcast', state: 'reserved' });
    deps.clock.set(later?.slot_at ?? 0);
    await turn(deps, 'broadcast.%');
    expect(await standing()).toMatchObject([{ origin: 'broadcast', state: 'accepted' }, { origin: 'journey' }]);
  });

  test('gives up the slot that it was promised when the reminder needs it', async () => {
    const deps = await scene();
    // Another message an hour before noon: the gap sends the broadcast to a slot in the reminder's time.
    await store()
      .db.insertInto('messages')
      .values({
        id: 'before',
        origin: 'journey',
        entry_id: null,
        journey_id: null,
        version: null,
        step: null,
        visit: null,
        profile_id: (await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow()).id,
        channel: 'email',
        class: 'marketing',
        topic: 'cart_reminder',
        priority: 80,
        template: 'first',
        template_version: 1,
        state: 'accepted',
        reason: null,
        slot_at: noon - 11 * hour,
        deadline_at: noon,
        lease_real: null,
        content: null,
        content_hash: null,
        segments: null,
        provider: null,
        provider_id: null,
        submitted_at: noon - 11 * hour,
        accepted_at: noon - 11 * hour,
        created_at: noon - 11 * hour,
        updated_at: noon - 11 * hour,
      })
      .execute();
    await broadcast(deps);
    await turn(deps, 'broadcast.%');
    const [promised] = await standing();
    expect(promised).toMatchObject({ origin: 'broadcast', state: 'reserved' });
    expect(promised?.slot_at).toBeGreaterThan(noon);

    deps.clock.set(noon + hour);
    await turn(deps, 'cart');
    for (let look = 0; look < 5; look += 1) {
      const entry = await store().db.selectFrom('entries').selectAll().where('journey_id', '=', 'cart').executeTakeFirstOrThrow();
      if (entry.state === 'finished' || entry.due_at === null) break;
      deps.clock.set(Math.max(deps.clock.now(), entry.due_at));
      await turn(deps, 'broadcast.%');
      await turn(deps, 'cart');
    }
    const reminder = (await standing()).find(({ origin, slot_at: slotAt }) => origin === 'journey' && slotAt > noon);
    expect(reminder?.state).toBe('accepted');
    expect(reminder?.slot_at).toBeLessThanOrEqual(noon + 5 * hour);
    expect((await standing())[0]).toMatchObject({ origin: 'broadcast', state: 'reserved' });
  });
});
