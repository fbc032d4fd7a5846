import { beforeEach, expect, test, vi } from 'vitest';
import type { AppDeps } from '../../../src/app/deps.js';
import { recordReceipt } from '../../../src/app/inbound/record-receipt.js';
import { ChannelSlots } from '../../../src/app/messages/channel-slots.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { suppressionKey } from '../../../src/domain/consent/suppression.js';
import { type Channel, channelKind } from '../../../src/domain/messages/channel.js';
import type { ChannelKind } from '../../../src/domain/messages/channel-kind.js';
import type { OutgoingSms } from '../../../src/domain/messages/outgoing.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { insertSuppression } from '../../../src/store/suppressions.js';
import { opset } from '../../../workflows/contract.js';
import { shippedPolicies } from '../../support/policies.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, ScriptedProvider, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

// The one line that adds a channel.
vi.mock('../../../src/channels/list.js', async (original) => {
  const [list, { push }] = await Promise.all([
    original<{ readonly channelKinds: readonly ChannelKind[] }>(),
    import('../../support/push-channel.js'),
  ]);
  return { channelKinds: [...list.channelKinds, push] };
});

const channel = 'push' as Channel;
const token = 'device-of-ada';
const phone = '+447700900123';
const policies = shippedPolicies();

/** One cap for the channel alone: one message a day. */
const onePush = {
  ...policies.caps.rules[0]!,
  id: 'push-1d',
  channels: [channel],
  topics: null,
  limit: 1,
  window: { type: 'rolling', ms: day },
  headroom: [],
} as (typeof policies.caps.rules)[number];

/** Closed from 20:00 to 08:00 everywhere, for this channel alone. */
const nights = {
  ...policies.quietHours.jurisdictions.find(({ country }) => country === null)!,
  id: 'push-nights',
  channel,
  hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name) => [name, { opens: 480, closes: 1200 }])),
};

describeOnBothStores('a channel that a folder and a line add', (store) => {
  let provider = new ScriptedProvider<OutgoingSms>();
  beforeEach(async () => {
    provider = new ScriptedProvider<OutgoingSms>();
    await resetTables(store());
  });

  const journey = (next: string | null = null) =>
    cartJourney({
      steps: Object.fromEntries(
        [send('first', next, { channel }), send('second', null, { channel, deadlineMs: 2 * day })].map((step) => [step.id, step]),
      ),
    });

  async function abandonedCart(
    traits: Readonly<Record<string, unknown>>,
    { granted = true, using = policies, next = null }: { granted?: boolean; using?: typeof policies; next?: string | null } = {},
  ): Promise<TurnDeps> {
    const usual = turnDeps(store());
    const deps = turnDeps(store(), {
      policies: { current: () => using },
      providers: { ...usual.providers, push: provider } as unknown as AppDeps['providers'],
      slots: { ...usual.slots, push: new ChannelSlots({ size: 5, inlineLimit: 50 }) } as AppDeps['slots'],
      renderer: {
        render: async () => ({
          kind: channel as 'sms',
          body: 'Still there',
          segments: 1,
          encoding: 'GSM-7',
          locale: 'en',
          contentHash: 'hash',
          templateVersion: 1,
          atMostOnce: false,
        }),
      },
    });
    await publish(store(), journey(next));
    await take(
      deps,
      identify({ phone, timezone: 'Europe/London', country: 'GB', ...traits }),
      ...(granted ? [track('Consent Granted', { channel, topic: 'cart_reminder', method: 'form', source: 'test' })] : []),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    return deps;
  }
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entry()).id, opset }, 'inline');
  const messages = () => store().db.selectFrom('messages').selectAll().orderBy('created_at').orderBy('step').execute();
  const suppress = (deps: TurnDeps, of: Channel, address: string) =>
    deps.store.transaction((trx) =>
      insertSuppression(trx, { ...suppressionKey(deps.secret, of, address), reason: 'complained', detail: null, at: noon }),
    );

  test('sends to its own address, never to the phone’s, within the statements of a turn', async () => {
    const deps = await abandonedCart({ push_token: token });
    const used = await countStatements(store(), () => turn(deps));

    expect(provider.submitted).toMatchObject([{ kind: channel, to: token, body: 'Still there' }]);
    expect(deps.providers.sms.submitted).toEqual([]);
    expect(await messages()).toMatchObject([{ channel, state: 'accepted' }]);
    expect(used.length).toBeLessThanOrEqual(13);
  });

  test('reaches nobody who has a phone alone', async () => {
    await turn(await abandonedCart({}));

    expect(provider.submitted).toEqual([]);
    expect(await messages()).toMatchObject([{ channel, state: 'skipped', reason: 'unreachable' }]);
  });

  test('asks for consent of its own', async () => {
    const deps = await abandonedCart({ push_token: token }, { granted: false });
    await take(deps, track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }));
    await turn(deps);

    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'no-consent' }]);
  });

  test('is suppressed by its own kind: the phone’s refusal says nothing of it, and its own does', async () => {
    const deps = await abandonedCart({ push_token: token }, { next: 'second' });
    await suppress(deps, 'sms', phone);
    const keys = [suppressionKey(deps.secret, channel, phone), suppressionKey(deps.secret, 'sms', phone)].map(({ hash }) => hash);
    expect(new Set(keys).size).toBe(2);
    await turn(deps);
    expect(provider.submitted).not.toEqual([]);

    await resetTables(store());
    provider.submitted.length = 0;
    const other = await abandonedCart({ push_token: token });
    await suppress(other, channel, token);
    await turn(other);
    expect(provider.submitted).toEqual([]);
    expect(await messages()).toMatchObject([{ state: 'skipped', reason: 'suppressed' }]);
  });

  test('keeps its caps: the next is reserved for when there is room, and leaves then', async () => {
    const capped = { ...policies, caps: { ...policies.caps, rules: [onePush] } };
    const deps = await abandonedCart({ push_token: token }, { using: capped, next: 'second' });
    await turn(deps);

    expect(await messages()).toMatchObject([
      { step: 'first', state: 'accepted' },
      { step: 'second', state: 'reserved', reason: 'frequency-cap', slot_at: noon + hour + day },
    ]);
    deps.clock.set(noon + hour + day);
    await turn(deps);
    expect(provider.submitted).toHaveLength(2);
  });

  test('keeps quiet hours where the policy has some for it, and none otherwise', async () => {
    const night = noon + 11 * hour;
    const atNight = async (using: typeof policies) => {
      await resetTables(store());
      const deps = await abandonedCart({ push_token: token }, { using });
      deps.clock.set(night);
      await take(
        deps,
        track('Product Added', { cart_id: 'c1', product_id: 'p2', name: 'Tin', price: 3, currency: 'GBP' }, { occurredAt: night }),
      );
      deps.clock.set(night + hour);
      await turn(deps);
      return (await messages()).map(({ state, reason }) => [state, reason]);
    };

    expect(await atNight(policies)).toEqual([['accepted', null]]);
    const quiet = { ...policies, quietHours: { ...policies.quietHours, jurisdictions: [...policies.quietHours.jurisdictions, nights] } };
    expect(await atNight(quiet)).toEqual([['skipped', 'quiet-hours']]);
  });

  test('goes out once more when no answer came, as it says', async () => {
    const deps = await abandonedCart({ push_token: token });
    provider.answers = [{ kind: 'unknown', code: 'no-answer' }];
    await turn(deps);
    deps.clock.pass(60_000);
    await turn(deps);

    expect(provider.submitted).toHaveLength(2);
    expect(await messages()).toMatchObject([{ state: 'accepted', attempts: 2 }]);
  });

  test('takes receipts, and what they say of the address', async () => {
    const deps = await abandonedCart({ push_token: token });
    await turn(deps);
    const { id } = (await messages())[0]!;
    const told = (status: string) =>
      recordReceipt(deps, id, { provider: 'push-service', providerId: 'p-1', status, code: null, to: token });

    expect(await told('delivered')).toBe('recorded');
    expect(await messages()).toMatchObject([{ state: 'delivered' }]);
    expect(await told('gone')).toBe('recorded');
    const { hash } = suppressionKey(deps.secret, channel, token);
    expect(await store().db.selectFrom('suppressions').select(['channel', 'hash', 'reason']).execute()).toEqual([
      { channel, hash, reason: 'invalid-address' },
    ]);
  });

  test('its address stays suppressed when the person is erased', async () => {
    const deps = await abandonedCart({ push_token: token });
    await eraseProfile(deps, (await entry()).profile_id);

    const kept = await store().db.selectFrom('suppressions').select('hash').where('channel', '=', channel).execute();
    expect(kept.map(({ hash }) => hash)).toContain(suppressionKey(deps.secret, channel, token).hash);
  });
});

describeOnBothStores('a stored message of a channel that this build lacks', (store) => {
  beforeEach(() => resetTables(store()));

  test('makes no turn throw: nobody is reached by it', async () => {
    const fax = 'fax' as Channel;
    const deps = turnDeps(store());
    await publish(store(), cartJourney({ steps: { first: send('first', null, { channel: fax }) } as never }));
    await take(
      deps,
      identify({ email: 'ada@example.test', phone }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();

    expect(await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline')).toMatchObject({ kind: 'finished' });
    expect(deps.providers.email.submitted).toEqual([]);
    expect(channelKind(fax).words.one).toBe('message by fax');
  });
});
