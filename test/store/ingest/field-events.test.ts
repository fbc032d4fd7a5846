import { beforeEach, describe, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { ourselves } from '../../../src/domain/keys/speaker.js';
import { hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { readSegmentEvent, type SegmentRequest } from '../../support/segment.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, turnDeps } from '../../support/turns.js';

/** Events as clients in the field send them, from the door to the turn. */
describeOnBothStores('what clients in the field send', (store) => {
  beforeEach(() => resetTables(store()));

  let count = 0;
  const send = async (deps: TurnDeps, raw: Record<string, unknown>, more: Partial<SegmentRequest> = {}) => {
    const speakerOf = () => ({ speaker: ourselves, note: null });
    const request: SegmentRequest = { origin: 'live', receivedAt: deps.clock.now(), rate: 1, sentAt: undefined, speakerOf, ...more };
    const reading = readSegmentEvent({ messageId: `field-${++count}`, type: 'track', ...raw }, null, request);
    return reading.kind === 'event' ? ingestEvents(deps, [reading.incoming], []) : ingestEvents(deps, [], [reading.rejected]);
  };

  async function abandoned(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await publish(store(), cartJourney());
    await send(deps, { type: 'identify', userId: 'ada', traits: { email: 'ada@example.test' } });
    await send(deps, { userId: 'ada', event: 'Consent Granted', properties: { channel: 'email', method: 'form', source: 'test' } });
    const line = { product_id: 'mug', name: 'Mug', price: 30, currency: 'GBP' };
    await send(deps, { userId: 'ada', event: 'Product Added', properties: { ...line, cart_id: 'cart-1' } });
    deps.clock.set(noon + hour - minute);
    return deps;
  }

  const turnAtDue = async (deps: TurnDeps) => {
    deps.clock.set(noon + hour);
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
    return deps.providers.email.submitted.length;
  };

  test('the reminder goes out where nothing stands against it', async () => {
    expect(await turnAtDue(await abandoned())).toBe(1);
  });

  test.each([
    ['a total with a sign', { total: '€30.00' }],
    ['a total with thousands', { total: '1,299.00' }],
    ['a currency sign', { total: '30,00', currency: '£' }],
    ['a large total', { total: 1.5e9, currency: 'VND' }],
    ['an object for a total', { total: { gross: 'x' } }],
    ['products as text', { products: '[{"sku":"mug","quantity":"1 pc"}]' }],
    ['products with numbers for keys', { products: { 0: { sku: 'mug', image_url: `data:image/png;base64,${'A'.repeat(4000)}` } } }],
    ['products of nothing', { products: [null, 'mug', 7] }],
    ['a number that is an object', { order_id: {} }],
  ])('an order with %s ends the series', async (_what, ornament) => {
    const deps = await abandoned();
    expect(await send(deps, { userId: 'ada', event: 'Order Completed ', properties: { cart_id: 'cart-1', ...ornament } })).toMatchObject({
      stored: 1,
    });
    expect(await turnAtDue(deps)).toBe(0);
  });

  test.each([
    ['in January 1970', 0],
    ['in seconds', noon / 1000 + 60],
    ['no instant at all', 'yesterday'],
    ['before the cart, by a clock eight hours slow', noon - 8 * hour],
    ['a day and more in the future', noon + 48 * hour],
    ['as RFC 2822', 'Tue, 24 Nov 2026 12:30:00 +0000'],
  ])('an order that names the cart ends the series whatever its time stamp: %s', async (_what, timestamp) => {
    const deps = await abandoned();
    await send(deps, { userId: 'ada', event: 'Order Completed', timestamp, properties: { order_id: 'o-1', cart_id: 'cart-1', total: 30 } });
    expect(await turnAtDue(deps)).toBe(0);
  });

  test.each([
    ['Consent Revoked', { channel: 'Email' }],
    ['Consent Revoked ', { channel: 'all', topic: 'Marketing' }],
    ['consent_denied', {}],
    ['Consent Denied', { channel: ['EMAIL'], source: {}, expires_at: '' }],
    ['Consent Revoked', { channel: 'email', topic: 'no such topic here!' }],
    ['Consent Revoked', { channel: 'email', topic: 'promotions' }],
  ])('%j with %j is heeded', async (event, properties) => {
    const deps = await abandoned();
    await send(deps, { userId: 'ada', event, properties });
    expect(await turnAtDue(deps)).toBe(0);
  });

  describe('ids that name nobody', () => {
    test.each([
      'undefined',
      'null',
      'NaN',
      'None',
      0,
      'guest',
      'anonymous',
      false,
      '{{user.id}}',
      '(not set)',
      '00000000-0000-0000-0000-000000000000',
    ])('two browsers that identify as %j stay two people', async (userId) => {
      const deps = turnDeps(store());
      for (const name of ['ada', 'bea'])
        await send(deps, { type: 'identify', userId, anonymousId: `browser-${name}`, traits: { email: `${name}@example.test` } });
      const profiles = await store().db.selectFrom('profiles').select('email').where('merged_into', 'is', null).orderBy('email').execute();
      expect(profiles.map(({ email }) => email)).toEqual(['ada@example.test', 'bea@example.test']);
      expect(await store().db.selectFrom('identities').select('kind').where('kind', '=', 'user').execute()).toEqual([]);
    });
  });
});
