import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { deal, dealDeps, finishesQuiz } from '../support/deal.js';
import { offerOf, putOfferInForce } from '../support/offers.js';
import { turn } from '../support/reminded.js';
import { noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publish, type TurnDeps, take } from '../support/turns.js';

describe('offers in the API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let deps: TurnDeps;
  let call: Awaited<ReturnType<typeof testApi>>['call'];
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = dealDeps(opened.store);
    await publish(opened.store, deal);
    ({ call } = await testApi(deps));
  });

  const giveTo = async (...people: readonly string[]): Promise<void> => {
    for (const one of people) {
      await take(deps, ...finishesQuiz(one));
      const open = await opened.store.db.selectFrom('entries').select('id').where('state', '<>', 'finished').execute();
      for (const { id } of open) await turn(deps, id);
    }
  };
  const orders = (userId: string, orderId: string, properties: Readonly<Record<string, unknown>>, event = 'Order Completed') =>
    take(deps, track(event, { order_id: orderId, total: 40, currency: 'GBP', ...properties }, { userId, occurredAt: deps.clock.now() }));
  const codes = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ code: string }>`select code from promises order by seq`.execute(opened.store.db);
    return rows.map(({ code }) => code);
  };
  const report = async () => ((await call('GET', '/v1/offer-reports')).body as { readonly items: readonly unknown[] }).items[0];

  test('take a list of codes, count what was there, and may be sent again', async () => {
    await putOfferInForce(opened.store, offerOf({ codes: { kind: 'imported', lowAt: 3 } }));
    await putOfferInForce(opened.store, offerOf({ id: 'other', codes: { kind: 'imported', lowAt: 0 } }));
    const send = (offer: string, ...list: readonly string[]) => call('POST', `/v1/offers/${offer}/codes`, { codes: list });
    expect(await send('other', 'THEIRS')).toMatchObject({ status: 200, body: { added: 1 } });
    const list = ['A-1', 'a-1', 'B 2', 'C-3', 'theirs', '  D-4 '];
    const none = { known: 0, ofOthers: 1, repeated: 1, unreadable: [2] };
    expect(await send('ten-percent', ...list)).toMatchObject({ status: 200, body: { added: 3, ...none } });
    expect(await send('ten-percent', ...list)).toMatchObject({ status: 200, body: { ...none, added: 0, known: 3 } });
    expect((await readNotices(deps, [])).filter(({ code }) => code === 'codes-low')).toEqual([
      { code: 'codes-low', sentence: 'The offer ten-percent has 3 codes left: sojourn offer import-codes ten-percent <file>.' },
    ]);
    await giveTo('ada');
    expect(await codes()).toEqual(['A-1']);
    expect(await report()).toMatchObject({ id: 'other', issued: 0, freeCodes: 1 });
  });

  test('take no codes for an offer that makes its own, or that is not there', async () => {
    await putOfferInForce(opened.store, offerOf());
    expect(await call('POST', '/v1/offers/ten-percent/codes', { codes: ['X-1'] })).toMatchObject({
      status: 409,
      body: { code: 'makes-codes' },
    });
    expect(await call('POST', '/v1/offers/nothing/codes', { codes: ['X-1'] })).toMatchObject({ status: 404 });
    expect(await call('GET', '/v1/promises/nobodys')).toMatchObject({ status: 404 });
  });

  test('tell by the orders what became of each code, whoever used it, whatever came late', async () => {
    await putOfferInForce(opened.store, offerOf());
    await giveTo('ada', 'bob', 'cid', 'dan');
    const [ofAda = '', ofBob = '', ofCid = ''] = await codes();
    await orders('ada', 'o-1', { coupon: ofAda.toLowerCase(), discount: 4 });
    // A friend of Bob, with a code of the shop beside it: nobody knows which of them gave how much.
    await orders('eve', 'o-2', { coupons: ['SPRING', ofBob], discount: 9 });
    await orders('cid', 'o-3', { coupon: ofCid, discount: 4, test: true });
    expect(await report()).toEqual({
      id: 'ten-percent',
      currency: 'GBP',
      issued: 4,
      shown: 4,
      open: 2,
      redeemed: 2,
      leaked: 1,
      expired: 0,
      void: 0,
      cost: 8,
      openCost: 8,
      freeCodes: 0,
    });
    const { body } = await call('GET', `/v1/promises/${ofBob.toLowerCase()}`);
    expect(body).toMatchObject({ code: ofBob, state: 'redeemed', isLeaked: true, uses: 1, cost: 4, benefit: { percent: 10 } });

    await orders('eve', 'o-2', {}, 'Order Cancelled');
    expect(await call('GET', `/v1/promises/${ofBob}`)).toMatchObject({ body: { state: 'open', isLeaked: false, cost: 0 } });
    deps.clock.pass(5 * day + hour);
    expect(await report()).toMatchObject({ open: 0, redeemed: 1, expired: 3, cost: 4, openCost: 0 });
    const { body: page } = await call('GET', '/v1/offers/ten-percent/promises?limit=2');
    expect(page).toMatchObject({ items: [{ state: 'expired' }, { state: 'expired' }], nextCursor: expect.any(String) });
  });

  test('take an unused code back that somebody did without, before their entry ended', async () => {
    await putOfferInForce(opened.store, offerOf());
    await giveTo('ada');
    const [code] = await codes();
    deps.clock.pass(hour);
    await orders('ada', 'o-1', {});
    expect(await call('GET', `/v1/promises/${code}`)).toMatchObject({ body: { state: 'open' } });
    await sql`update entries set state = 'finished', finished_at = ${noon + 2 * hour}::bigint`.execute(opened.store.db);
    expect(await call('GET', `/v1/promises/${code}`)).toMatchObject({ body: { state: 'void' } });
    await orders('ada', 'o-1', {}, 'Order Cancelled');
    expect(await call('GET', `/v1/promises/${code}`)).toMatchObject({ body: { state: 'open' } });
  });
});
