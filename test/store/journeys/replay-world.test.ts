import { beforeAll, beforeEach, expect, test } from 'vitest';
import { suppress } from '../../../src/app/consent/suppress-address.js';
import { publishJourney } from '../../../src/app/journeys/publish-journey.js';
import type { Replay } from '../../../src/app/replay/replay-journey.js';
import { publishTemplates } from '../../../src/app/templates/publish-templates.js';
import { day, hour, type Instant, minute } from '../../../src/domain/time/instant.js';
import { loadTemplates } from '../../../src/render/load.js';
import type { MomentKind } from '../../../src/replay/moments.js';
import { asSegment, cartYaml, replayed } from '../../support/replays.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

const start = Date.UTC(2026, 10, 24, 9);
const range = { from: start - hour, to: start + 10 * day };

describeOnBothStores('what a replay takes from the record', (store) => {
  let deps: TurnDeps;
  let count = 0;
  // Compiling the templates is what takes time, and no test changes them.
  beforeAll(async () => {
    await publishTemplates(turnDeps(store()), await loadTemplates('.'));
  }, 120_000);
  beforeEach(async () => {
    await resetTables(store(), ['template_versions']);
    deps = turnDeps(store());
    await publishJourney(deps, { source: cartYaml });
  }, 120_000);

  const say = (userId: string, raw: Readonly<Record<string, unknown>>, at: Instant) => {
    count += 1;
    return take(deps, asSegment({ ...raw, userId, messageId: `m-${count}`, timestamp: new Date(at).toISOString() }, at));
  };
  const track = (userId: string, event: string, properties: object, at: Instant) => say(userId, { type: 'track', event, properties }, at);
  const subscribe = async (userId: string, email: string) => {
    await say(userId, { type: 'identify', traits: { email, country: 'GB' } }, start);
    const consent = { channel: 'email', topic: 'cart_reminder', method: 'form', source: 'shop', text: 'Yes.' };
    await track(userId, 'Consent Granted', consent, start);
  };
  const fill = (userId: string, at: Instant) =>
    track(
      userId,
      'Product Added',
      { cart_id: `cart-${userId}-${at}`, product_id: 'mug', name: 'Mug', quantity: 1, price: 30, currency: 'GBP' },
      at,
    );
  const profileOf = async (userId: string) =>
    (await store().db.selectFrom('identities').select('profile_id').where('value', '=', userId).executeTakeFirstOrThrow()).profile_id;
  const replay = async () => (await replayed(deps, { source: cartYaml, ...range })).replay;

  test('an order of somebody with the same inbox ends the series, and both are played together', { timeout: 120_000 }, async () => {
    await subscribe('ada', 'house@customer.example');
    await subscribe('ben', 'House@customer.example');
    await fill('ada', start + minute);
    await track('ben', 'Order Completed', { order_id: 'o-1', total: 12, currency: 'GBP' }, start + 5 * hour);
    const told = await replay();
    expect(told).toMatchObject({ people: 2, events: 6, differing: { what: 0, when: 0 } });
    expect(counted(told, 'sent', 'cart-reminder-1')).toBe(1);
    expect(counted(told, 'sent', 'cart-reminder-2')).toBe(0);
  });

  test('messages that really went out count under the caps, and in the map of load', { timeout: 120_000 }, async () => {
    await subscribe('ada', 'ada@customer.example');
    await fill('ada', start + minute);
    for (const [index, at] of [start + 5 * minute, start + 50 * minute].entries())
      await sent(await profileOf('ada'), `broadcast-${index}`, at);
    const told = await replay();
    expect(told.messagesTaken).toBe(2);
    expect(told.counts).toContainEqual(
      expect.objectContaining({ what: 'skipped', step: 'cart-reminder-1', reason: 'frequency-cap', live: 1 }),
    );
    expect(told.load?.live.senders).toContainEqual(expect.objectContaining({ sender: 'broadcast.winter', sent: 2 }));
    expect(told.load?.live.losses).toContainEqual(expect.objectContaining({ loser: 'abandoned-cart', winner: 'broadcast.winter' }));
  });

  test('an address is refused from the instant on at which it was', { timeout: 120_000 }, async () => {
    await subscribe('ada', 'ada@customer.example');
    await fill('ada', start + minute);
    const refused = { channel: 'email', address: 'ada@customer.example', reason: 'bounced', code: null, at: start + 6 * hour } as const;
    await store().transaction((trx) => suppress(deps, trx, refused));
    const told = await replay();
    expect(counted(told, 'sent', 'cart-reminder-1')).toBe(1);
    expect(counted(told, 'skipped', 'cart-reminder-2')).toBe(1);
  });

  test('who entered before it begins keeps to the time of re-entry, and counts nowhere', { timeout: 120_000 }, async () => {
    await subscribe('ada', 'ada@customer.example');
    await fill('ada', start - 2 * day);
    const entered = { state: 'finished' as const, activity: 'done' as const, entered_at: start - 2 * day + hour, finished_at: start - day };
    await store()
      .db.updateTable('entries')
      .set({ ...entered, outcome: 'completed', due_at: null })
      .execute();
    await fill('ada', start + minute);
    const told = await replay();
    expect(counted(told, 'armed')).toBe(1);
    expect(told.counts).toContainEqual(expect.objectContaining({ what: 'not-entered', reason: 'reentry', live: 1, draft: 1 }));
  });

  async function sent(profileId: string, id: string, at: Instant): Promise<void> {
    const about = { channel: 'email', class: 'broadcast', topic: 'newsletter', priority: 50, template: 'news', state: 'accepted' };
    const when = { slot_at: at, deadline_at: at, submitted_at: at, accepted_at: at, created_at: at, updated_at: at };
    await store()
      .db.insertInto('messages')
      .values({
        id,
        origin: 'broadcast',
        entry_id: null,
        journey_id: 'broadcast.winter',
        version: 1,
        step: 'message',
        visit: 1,
        profile_id: profileId,
        ...about,
        ...when,
        template_version: 1,
        reason: null,
        lease_real: null,
        content: null,
        content_hash: null,
        segments: null,
        provider: null,
        provider_id: null,
      })
      .execute();
  }
});

function counted({ counts }: Replay, what: MomentKind, step: string | null = null): number {
  return counts.filter((one) => one.what === what && one.step === step).reduce((sum, { live }) => sum + live, 0);
}
