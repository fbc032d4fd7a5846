import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { savePreferences, showPreferences, type Wishes } from '../../src/app/consent/preferences.js';
import { unsubscribe } from '../../src/app/consent/unsubscribe.js';
import type { Instant } from '../../src/domain/time/instant.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { mayReceive } from '../support/consents.js';
import { reminded } from '../support/reminded.js';
import { track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { HandClock, type TurnDeps, take } from '../support/turns.js';
import { twilioWebhooks } from '../support/twilio-webhooks.js';

/** A clock that moves whenever somebody looks at it, as clocks do. */
class MovingClock extends HandClock {
  override now(): Instant {
    this.pass(7);
    return super.now();
  }
}

const proof = { text: () => '', locale: 'en', sourceUrl: 'https://shop.example/p', ip: null, userAgent: null };

/** Issue 19, item 10: of two readings of the clock within one act the later stands over what the earlier said. */
describe('one act has one instant, on a clock that moves', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function ready() {
    const sent = await reminded(opened.store);
    const deps = { ...sent.deps, clock: new MovingClock(sent.deps.clock.now()) } as TurnDeps;
    const boxes = async () => (await showPreferences(deps, sent.messageId))?.topics.flatMap((topic) => topic.boxes) ?? [];
    const save = (wanted: Wishes['boxes'], traits = {}) =>
      savePreferences(deps, sent.messageId, { boxes: wanted, frequency: null, traits }, proof);
    const acts = () => readConsents(opened.store.db, sent.profileId);
    return { ...sent, deps, boxes, save, acts };
  }

  test('what stays ticked stays when “All our news” is unticked, on both channels', async () => {
    const { boxes, save, deps } = await ready();
    await take(deps, track('Consent Granted', { channel: 'sms', method: 'form', source: 'test' }));
    const before = (await boxes()).filter(({ wanted }) => wanted);
    const kept = before.filter(({ topic }) => topic !== 'marketing');
    expect(kept.length).toBeGreaterThan(6);

    await save(before.map((box) => ({ ...box, wanted: box.topic !== 'marketing' })));
    const after = (await boxes()).filter(({ wanted, isPending }) => wanted && !isPending);
    const named = (list: readonly { readonly channel: string; readonly topic: string }[]) =>
      list.map(({ channel, topic }) => `${channel}.${topic}`).sort();
    expect(named(after)).toEqual(named(kept));
  });

  test('the acts of a saved page, its traits and the refusal of the address are of one instant', async () => {
    const { boxes, save, acts } = await ready();
    await save(
      (await boxes()).map((box) => ({ ...box, wanted: box.topic === 'sales' })),
      { tracking_allowed: false },
    );
    const said = (await acts()).filter(({ method }) => method === 'preference-centre');
    expect(new Set(said.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    const refusal = await opened.store.db.selectFrom('suppressions').select('created_at').executeTakeFirstOrThrow();
    const { updated_at } = await opened.store.db.selectFrom('profiles').select('updated_at').executeTakeFirstOrThrow();
    expect([refusal.created_at, updated_at]).toEqual([said[0]?.recordedAt, said[0]?.recordedAt]);
  });

  test('a yes that follows an unsubscribe at once counts over it', async () => {
    const { deps, messageId, acts, save, boxes } = await ready();
    await unsubscribe(deps, messageId, { method: 'one-click', text: null });
    const [refusal] = (await acts()).filter(({ method }) => method === 'one-click');
    const kept = await opened.store.db.selectFrom('suppressions').select('created_at').executeTakeFirstOrThrow();
    expect(kept.created_at).toBe(refusal?.at);
    await save((await boxes()).map((box) => ({ ...box, wanted: box.channel === 'email' && box.topic === 'sales' })));
    expect(mayReceive(await acts(), 'email', 'sales', deps.clock.now())).toBe(true);
  });

  test('a STOP, what it takes and the text that brought it are of one instant', async () => {
    const { deps, acts } = await ready();
    await twilioWebhooks(deps).text('SM1', 'STOP');
    const taken = (await acts()).filter(({ method }) => method === 'keyword');
    const { received_at } = await opened.store.db.selectFrom('inbound_messages').select('received_at').executeTakeFirstOrThrow();
    const { created_at } = await opened.store.db.selectFrom('suppressions').select('created_at').executeTakeFirstOrThrow();
    expect(new Set([received_at, created_at, ...taken.map(({ at }) => at), ...taken.map(({ recordedAt }) => recordedAt)]).size).toBe(1);
    await twilioWebhooks(deps).text('SM2', 'START');
    expect(mayReceive(await acts(), 'sms', 'cart_reminder', deps.clock.now())).toBe(true);
  });
});
