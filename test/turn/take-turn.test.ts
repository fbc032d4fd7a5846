import { beforeEach, describe, expect, test } from 'vitest';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import { hour, minute } from '../../src/domain/time/instant.js';
import { applyEffects } from '../../src/simulator/memory/effects.js';
import { hear } from '../../src/simulator/memory/ingest.js';
import { readWorld } from '../../src/simulator/memory/read-world.js';
import { Tables } from '../../src/simulator/memory/tables.js';
import { foresee } from '../../src/turn/foresee.js';
import type { PreparedSend, TurnRequest } from '../../src/turn/request.js';
import { takeTurn } from '../../src/turn/take-turn.js';
import type { TurnWorld } from '../../src/turn/world.js';
import { shippedPolicies } from '../support/policies.js';
import { shop } from '../support/shop.js';
import { identify, noon, track } from '../support/shop-events.js';
import { cartJourney } from '../support/turns.js';

const policies = shippedPolicies();

describe('a turn that comes to a message', () => {
  let tables: Tables;
  let world: TurnWorld;
  let plan: PreparedSend;

  /** Ada filled a cart at noon; now her idle hour is over. */
  beforeEach(() => {
    tables = new Tables();
    const definition = cartJourney();
    tables.journeys.set(definition.id, { id: definition.id, version: 1, state: 'active', pausedAt: null, definition });
    let ids = 0;
    const needs = { secret: secretsOf('a-secret'), policies: { current: () => policies }, shop, newId: () => `id-${(ids += 1)}` };
    const events = [
      identify({ email: 'ada@example.test', phone: '+447700900123' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    ];
    for (const { event } of events) hear(tables, needs, event);
    world = see(noon + hour);
    plan = planFor(world);
  });

  const see = (at: number): TurnWorld => {
    const [id] = tables.entries.keys();
    if (id === undefined) throw new Error('Nothing is armed.');
    return readWorld(tables, { policies, shop, secret: secretsOf('a-secret') }, id, at);
  };
  const planFor = (seen: TurnWorld): PreparedSend => {
    const foreseen = foresee(seen);
    if (foreseen === null) throw new Error('No message is foreseen.');
    const { step, pending, messageId } = foreseen;
    const outgoing = {
      kind: 'email',
      messageId,
      from: { name: 'Shop', address: 'shop@example.test' },
      to: { name: null, address: 'ada@example.test' },
      replyTo: null,
      subject: 'Still there',
      html: '',
      text: '',
      unsubscribeUrl: null,
      listId: null,
    } as const;
    return {
      step: step.id,
      visit: pending.visit,
      messageId,
      channel: 'email',
      cartUpdatedAt: seen.cart?.updatedAt ?? null,
      seenAddress: seen.profile.email,
      address: { kind: 'ok', address: 'ada@example.test' },
      content: { kind: 'ready', outgoing, templateVersion: 1, contentHash: 'hash', links: null, atMostOnce: false },
      look: { kind: 'none' },
      text: null,
    };
  };
  const take = (request: Partial<TurnRequest> = {}, seen: TurnWorld = world) =>
    takeTurn(seen, { plan, isPlanFresh: true, settled: null, lane: 'send-here', mayBegin: true, ...request });
  const kinds = ({ effects }: ReturnType<typeof takeTurn>) => effects.map(({ kind }) => kind);

  test('begins an attempt, and says all that it does', () => {
    const taken = take();

    expect(taken.result).toMatchObject({ kind: 'submit', messageId: plan.messageId, n: 1 });
    expect(kinds(taken)).toEqual(['attempt', 'verdict', 'await', 'trace', 'entry', 'instant']);
  });

  test('is decided from its world alone: the same world, the same turn', () => {
    expect(take()).toEqual(take());
  });

  test.each([
    ['another cart', { cartUpdatedAt: 1 }],
    ['another address', { seenAddress: 'ada@old.example' }],
    ['another step', { step: 'second' as PreparedSend['step'] }],
    ['another visit', { visit: 2 }],
    ['another message', { messageId: 'other' as PreparedSend['messageId'] }],
  ])('made ready for %s, has it made ready again', (_what, change) => {
    expect(take({ plan: { ...plan, ...change } }).result).toEqual({ kind: 'again' });
  });

  test('made ready too long ago, has it made ready again', () => {
    expect(take({ isPlanFresh: false }).result).toEqual({ kind: 'again' });
  });

  test('hands over to the queue, where the channel asks for it', () => {
    expect(take({ lane: 'queue-first' }).result).toMatchObject({ kind: 'queued', channel: 'email' });
  });

  test('begins nothing while the process shuts down', () => {
    expect(take({ mayBegin: false }).result).toMatchObject({ kind: 'wait', until: noon + hour + 1000 });
  });

  test('waits while another has the message at the provider, and takes it for unclear when the lease is over', () => {
    applyEffects(tables, take().effects);

    expect(take({}, see(noon + hour + 1000)).result).toMatchObject({ kind: 'at-provider', leftMs: 34_000 });
    const later = take({}, see(noon + hour + minute));
    expect(later.effects[0]).toMatchObject({ kind: 'outcome', outcome: { kind: 'unknown', code: 'lease-expired' } });
  });

  test('keeps what an attempt came to, whatever the person’s data does to the rest of the turn', () => {
    applyEffects(tables, take().effects);
    const seen = see(noon + hour + 1000);
    const hostile: TurnWorld = {
      ...seen,
      profile: {
        ...seen.profile,
        get traits(): never {
          throw new RangeError('Invalid time zone specified: BST');
        },
      },
    };
    const settled = { messageId: plan.messageId, n: 1, outcome: { kind: 'accepted', providerId: 'p-1' }, usedAddress: null } as const;
    const taken = take({ settled }, hostile);

    expect(taken.result).toEqual({ kind: 'again' });
    expect(kinds(taken)).toEqual(['outcome', 'settle', 'trace']);
    expect(() => take({}, hostile), 'before a send it may fail').toThrow(RangeError);
  });

  test('keeps it alone where the rest of the turn has failed before, and goes on with the next turn', () => {
    applyEffects(tables, take().effects);
    const settled = { messageId: plan.messageId, n: 1, outcome: { kind: 'accepted', providerId: 'p-1' }, usedAddress: null } as const;
    const alone = take({ settled, isAlone: true }, see(noon + hour + 1000));

    expect(alone.result).toEqual({ kind: 'again' });
    expect(kinds(alone)).toEqual(['outcome', 'settle', 'trace']);
  });

  test('suppresses an address that the provider calls dead', () => {
    applyEffects(tables, take().effects);
    const outcome = { kind: 'not-sent', code: '550', retry: false, suppress: true } as const;
    const settled = { messageId: plan.messageId, n: 1, outcome, usedAddress: 'ada@example.test' };
    applyEffects(tables, take({ settled }, see(noon + hour + 1000)).effects);

    expect([...tables.suppressions.values()]).toEqual(['bounced']);
  });

  test('is nothing new while it waits: it only notes that somebody looked', () => {
    applyEffects(tables, take({ mayBegin: false }).effects);

    expect(kinds(take({}, see(noon + hour)))).toEqual(['looked']);
  });
});
