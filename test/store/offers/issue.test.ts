import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { importCodes } from '../../../src/app/offers/import-codes.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { deal, dealDeps, finishesQuiz } from '../../support/deal.js';
import { offerOf, putOfferInForce } from '../../support/offers.js';
import { turn } from '../../support/reminded.js';
import { alias, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take } from '../../support/turns.js';

describeOnBothStores('codes that people are given', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = dealDeps(store());
    await publish(store(), deal);
  });

  const open = async () =>
    (await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').orderBy('id').execute()).map(({ id }) => id);
  const turns = async (): Promise<void> => {
    for (const id of await open()) await turn(deps, id);
  };
  const promises = () =>
    store()
      .db.selectFrom('promises')
      .select(['code', 'profile_id', 'entry_id', 'shown_in', 'issued_at', 'expires_at'])
      .orderBy('seq')
      .execute();
  const mails = (): readonly string[] => deps.providers.email.submitted.map(({ text }) => text);
  const lines = async (): Promise<string> =>
    (await sql<{ text: string }>`select text from trace order by seq`.execute(store().db)).rows.map(({ text }) => text).join('\n');

  test('are written with the turn, once, before the message that shows them is made', async () => {
    await putOfferInForce(store(), offerOf());
    await take(deps, ...finishesQuiz('ada'));
    await turns();
    const [promise] = await promises();
    expect(promise?.code).toMatch(/^WREN-[CDFGHJKMNPQRTVWXY34679]{10}$/);
    expect(mails()).toEqual([`Your code: ${promise?.code}`]);
    await turns();
    deps.clock.pass(day);
    await turns();
    expect(mails()).toEqual([`Your code: ${promise?.code}`, `Your code: ${promise?.code}`]);
    expect(await promises()).toHaveLength(1);
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from messages m join promises p on p.seq = m.promise_id
      where m.accepted_at is not null`.execute(store().db);
    expect(rows).toEqual([{ n: 2 }]);
  });

  test('cost one statement beside those of the turn', async () => {
    await putOfferInForce(store(), offerOf());
    await take(deps, ...finishesQuiz('ada'));
    const [id = ''] = await open();
    const statements = await countStatements(store(), () => turn(deps, id));
    expect(statements.filter((text) => text.includes('into promises'))).toHaveLength(1);
  });

  test('come from the shop’s list, the oldest first, and the step waits when there is none', async () => {
    await putOfferInForce(store(), offerOf({ codes: { kind: 'imported', lowAt: 1 } }));
    await take(deps, ...finishesQuiz('ada'));
    await turns();
    expect(mails()).toEqual([]);
    expect(await lines()).toContain('Offer ten-percent: no imported code is left: waits up to 2 days for more.');
    await sql`insert into offer_codes (code_key, code, offer) values ('b-1', 'B-1', 'ten-percent'), ('a-2', 'A-2', 'ten-percent')`.execute(
      store().db,
    );
    await turns();
    expect(mails()).toEqual([]);
    deps.clock.pass(hour);
    await turns();
    expect(mails()).toEqual(['Your code: B-1']);
  });

  test('are given to those who wait as soon as there are some, to those who began first, and no more are woken', async () => {
    await putOfferInForce(store(), offerOf({ codes: { kind: 'imported', lowAt: 1 } }));
    for (const name of ['ada', 'bob', 'cyd']) {
      await take(deps, ...finishesQuiz(name));
      await turns();
    }
    const awake = () =>
      store()
        .db.selectFrom('entries')
        .select('id')
        .where('due_at', '<=', deps.clock.now())
        .where('state', '=', 'open')
        .orderBy('id')
        .execute();
    expect(await awake()).toEqual([]);
    expect(await importCodes(deps, 'ten-percent', ['B-1', 'B-1', 'A-2'])).toMatchObject({ kind: 'imported', added: 2 });
    const [first, second] = await open();
    expect(await awake()).toEqual([{ id: first }, { id: second }]);
    await turns();
    expect(mails()).toEqual(['Your code: B-1', 'Your code: A-2']);
    // What is there already wakes nobody.
    await importCodes(deps, 'ten-percent', ['B-1']);
    expect(await awake()).toEqual([]);
  });

  test('are not given where a limit is reached', async () => {
    await putOfferInForce(store(), offerOf({ limits: [{ per: 'day', codes: 1, cost: null }] }));
    await take(deps, ...finishesQuiz('ada'), ...finishesQuiz('bob'));
    await turns();
    expect(await promises()).toHaveLength(1);
    expect(await lines()).toContain('no code is given, since the limit of day:2026-11-24 is reached (budget)');
  });

  test('are not shown any more once somebody used them, in any case of letters, until that order is cancelled', async () => {
    await putOfferInForce(store(), offerOf());
    await take(deps, ...finishesQuiz('ada'));
    await turns();
    const code = (await promises())[0]?.code.toLowerCase() ?? '';
    const order = (event: string) =>
      take(deps, track(event, { order_id: 'o-1', total: 40, currency: 'GBP', discount: 4, coupon: code }, { userId: 'bob' }));
    await order('Order Completed');
    deps.clock.pass(day);
    await turns();
    expect(mails()).toHaveLength(1);
    expect(await lines()).toContain('no content (there is no code to show)');
    await order('Order Cancelled');
    deps.clock.pass(hour);
    await turns();
    expect(mails()).toHaveLength(2);
  });

  test('of two people who become one are both theirs: the next entry shows one of them, and gives no third', async () => {
    await putOfferInForce(store(), offerOf());
    await take(deps, ...finishesQuiz('ada'), ...finishesQuiz('bob'));
    await turns();
    const [ofAda, ofBob] = await promises();
    await take(deps, alias('bob', 'ada'));
    const merged = await promises();
    expect(new Set(merged.map(({ profile_id }) => profile_id)).size).toBe(1);
    expect(merged.map(({ code }) => code)).toEqual([ofAda?.code, ofBob?.code]);
    deps.clock.pass(2 * day);
    await turns();
    await turns();
    await take(deps, track('Quiz Finished', {}, { userId: 'bob', occurredAt: deps.clock.now() }));
    await turns();
    const [entry] = await open();
    const shown = await promises();
    expect(shown).toHaveLength(2);
    expect(shown.flatMap(({ shown_in }) => shown_in)).toEqual([entry]);
  });
});
