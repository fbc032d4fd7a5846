import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { settleOutcomes } from '../../../src/app/experiments/settle-outcomes.js';
import { hashOf, storedLook, takeLooks } from '../../../src/app/experiments/take-looks.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { resultOf } from '../../../src/experiments/look.js';
import { listActs, listLooks, newestLook } from '../../../src/store/experiment-looks.js';
import { readSums } from '../../../src/store/experiment-sums.js';
import { type Crowd, experimentOf, fillCrowds, putExperimentInForce } from '../../support/experiments.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, turnDeps } from '../../support/turns.js';

const experiment = experimentOf({
  metric: { kind: 'orders', windowMs: 7 * day, marginRate: 1 },
  plan: { people: 20_000, lookDays: [14, 21, 28, 35] },
});

describeOnBothStores('looks at an experiment', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await putExperimentInForce(store(), { version: 1, definition: experiment });
  });

  const fill = (crowds: readonly Crowd[], name = '', of = experiment) =>
    fillCrowds(store(), { experiment: of, from: noon, days: 7, name }, crowds);
  const lookOn = async (days: number): Promise<void> => {
    deps.clock.set(noon + days * day);
    await takeLooks(deps);
  };
  const newest = async () => {
    const look = await newestLook(store().db, experiment);
    if (look === null) throw new Error('Nobody looked.');
    return look;
  };

  test('are taken once a day, and name nobody before the first planned one', async () => {
    await fill([
      { arm: 'none', people: 2_000, ordered: 100 },
      { arm: 'offer', people: 2_000, ordered: 400 },
    ]);
    await lookOn(6);
    await lookOn(6);
    expect(await listLooks(store().db, experiment, 9)).toMatchObject([{ day: 6, look: null, state: { kind: 'collecting' } }]);
  });

  test('name a winner at the planned look, with all that it is made of', async () => {
    await fill([
      { arm: 'none', people: 2_000, ordered: 100 },
      { arm: 'offer', people: 2_000, ordered: 220 },
    ]);
    await lookOn(14);
    const look = await newest();
    expect(look).toMatchObject({ day: 14, look: 1, state: { kind: 'winner', challenger: 0 }, inputs: { control: { ordered: 100 } } });
    expect(look.alphaSpent).toBeGreaterThan(0);
    // Its row alone gives the same result again.
    expect(resultOf(look.inputs).state).toEqual(look.state);
    expect(hashOf(look.inputs)).toBe(look.inputsHash);
    await expect(sql`update experiment_looks set day = 1`.execute(store().db)).rejects.toThrow('never changed');
  });

  test('keep the decision when refunds and late orders restate the numbers', async () => {
    await fill([
      { arm: 'none', people: 2_000, ordered: 100 },
      { arm: 'offer', people: 2_000, ordered: 220 },
    ]);
    await lookOn(14);
    await sql`update orders set status = 'refunded', net = 0, refunded = 1, qualifies = false where profile_id like 'offer-%'`.execute(
      store().db,
    );
    await sql`insert into orders (order_id, profile_id, status, total, ordered_at, updated_at, paid_at, net, refunded, discount, qualifies)
      values ('late', 'none-1998', 'paid', 9, ${noon + 7 * day}, 0, ${noon + 7 * day}, 9, 0, 0, true)`.execute(store().db);
    await lookOn(15);
    expect(await newest()).toMatchObject({
      day: 15,
      state: { kind: 'winner', day: 14 },
      inputs: { challengers: [{ ordered: 0, refunded: 220 }], control: { ordered: 101 } },
    });
    // The look of then says what it said.
    expect((await listLooks(store().db, experiment, 9)).at(-1)).toMatchObject({ day: 14, inputs: { challengers: [{ ordered: 220 }] } });
  });

  test('leave out who had two arms by a merge, and count them', async () => {
    await fill([
      { arm: 'none', people: 100, ordered: 10 },
      { arm: 'offer', people: 100, ordered: 20 },
    ]);
    await sql`update exposures set profile_id = 'none-0' where profile_id = 'offer-0'`.execute(store().db);
    await sql`update exposures set profile_id = 'none-1' where profile_id = 'none-2'`.execute(store().db);
    await lookOn(14);
    const { inputs } = await newest();
    expect(inputs).toMatchObject({ conflicted: 1, control: { people: 98 }, challengers: [{ people: 99 }] });
    expect(inputs.stretches).toEqual([{ observed: [98, 99], weights: [0.5, 0.5] }]);
  });

  test('expect people by the weights of the version that drew them', async () => {
    const changed = { ...experiment, arms: experiment.arms.map((arm) => ({ ...arm, weight: arm.id === 'none' ? 0.9 : 0.1 })) };
    await putExperimentInForce(store(), { version: 2, definition: changed });
    await fill([
      { arm: 'none', people: 2_000, ordered: 100 },
      { arm: 'offer', people: 2_000, ordered: 105 },
    ]);
    await fill(
      [
        { arm: 'none', people: 2_700, ordered: 135, version: 2 },
        { arm: 'offer', people: 300, ordered: 15, version: 2 },
      ],
      'second-',
    );
    await lookOn(14);
    const look = await newest();
    expect(look.splitP).toBe(1);
    expect(look.state.kind).toBe('look');
    expect(look.inputs.stretches).toHaveLength(2);
  });

  test('stop a harm on any day, and carry it out where the file says so', async () => {
    await putExperimentInForce(store(), { version: 2, definition: { ...experiment, decision: 'automatic' } });
    await fill([
      { arm: 'none', people: 2_000, ordered: 300 },
      { arm: 'offer', people: 2_000, ordered: 150 },
    ]);
    await lookOn(13);
    expect(await newest()).toMatchObject({ look: null, state: { kind: 'harm-stop' } });
    expect(await listActs(store().db, experiment, 9)).toMatchObject([{ kind: 'decide', arm: 'none', madeBy: 'rule' }]);
  });

  test('end without a difference with the cheapest arm', async () => {
    await fill([
      { arm: 'none', people: 2_000, ordered: 200 },
      { arm: 'offer', people: 2_000, ordered: 200 },
    ]);
    for (const days of [14, 21, 28, 35]) await lookOn(days);
    expect(await newest()).toMatchObject({ look: 4, state: { kind: 'inconclusive-cheapest', challenger: null }, alphaSpent: 0.04 });
  });

  test('cap a large order at the same value for all arms, and say what it was without', async () => {
    const money = { ...experiment, id: 'money', seed: 'money', metric: { kind: 'revenue', windowMs: 7 * day, marginRate: 1 } } as const;
    await fill(
      [
        { arm: 'none', people: 500, ordered: 100, total: 10 },
        { arm: 'offer', people: 500, ordered: 101, total: 10 },
      ],
      'm-',
      money,
    );
    await sql`update orders set net = 100000 where order_id = 'm-offer-0'`.execute(store().db);
    await settleOutcomes(deps);
    const { cap, arms } = await readSums(store().db, money, noon + 20 * day);
    expect(cap).toBe(10_000);
    expect(arms.find(({ arm }) => arm === 'offer')).toMatchObject({ sum: 1_010_000, raw: 101_000_000 });
  });

  test('make margin of what is known of an order, and of the rate where nothing is', async () => {
    const margin = { ...experiment, id: 'margin', seed: 'margin', metric: { kind: 'margin', windowMs: 7 * day, marginRate: 0.4 } } as const;
    await fill([{ arm: 'none', people: 2, ordered: 2, total: 90 }], 'r-', margin);
    // 100 before a discount of 10: 40 less 10. And one with a margin of its own.
    await sql`update orders set discount = 10 where order_id = 'r-none-0'`.execute(store().db);
    await sql`update orders set margin = 50 where order_id = 'r-none-1'`.execute(store().db);
    await settleOutcomes(deps);
    expect((await readSums(store().db, margin, noon + 20 * day)).arms).toMatchObject([{ raw: 80_000 }]);
  });
});

describe('a look that is kept', () => {
  test('is the same from the same inputs', () => {
    const inputs = {
      analysis: 'analysis-1',
      rules: {
        plannedAlpha: 0.04,
        anyDayAlpha: 0.01,
        lookDays: [14],
        plannedPeople: 10,
        leastDays: 7,
        leastConversions: 25,
        mostLoss: 0.005,
      },
      day: 3,
      before: { kind: 'collecting', looks: [], dropped: [] },
      control: {
        arm: 'none',
        people: 0,
        sum: 0,
        sumSquares: 0,
        raw: 0,
        ordered: 0,
        unsubscribed: 0,
        complained: 0,
        stopped: 0,
        refunded: 0,
        cost: 0,
      },
      challengers: [],
      holdouts: [],
      guardrails: [],
      cap: null,
      conflicted: 0,
      stretches: [],
      mostBefore: 0,
    } as const;
    const one = storedLook({ id: 'a', seed: 'a' }, 1, inputs, hour);
    expect(one).toEqual(storedLook({ id: 'a', seed: 'a' }, 1, { ...inputs }, hour));
    expect(one.inputsHash).not.toBe(hashOf({ ...inputs, day: 4 }));
  });
});
