import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { showExperiment } from '../../../src/app/experiments/show-experiments.js';
import { takeLooks } from '../../../src/app/experiments/take-looks.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { type Crowd, experimentOf, fillCrowds, putExperimentInForce } from '../../support/experiments.js';
import { alias, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

const experiment = experimentOf({
  metric: { kind: 'orders', windowMs: 7 * day, marginRate: 1 },
  plan: { people: 20_000, lookDays: [14, 21, 28, 35] },
});

/** What happens to an experiment, and what somebody who reads it sees of it. All of it by events, as a shop's client sends them. */
describeOnBothStores('somebody who reads an experiment sees', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await putExperimentInForce(store(), { version: 1, definition: experiment });
  });

  /** Users of the ids of their profiles. */
  const fill = async (crowds: readonly Crowd[], name = ''): Promise<void> => {
    await fillCrowds(store(), { experiment, from: noon, days: 7, name }, crowds);
    await sql`insert into identities (kind, value, profile_id, created_at) select 'user', id, id, 0 from profiles on conflict do nothing`.execute(
      store().db,
    );
  };
  const lookOn = async (days: number): Promise<void> => {
    deps.clock.set(noon + days * day);
    await takeLooks(deps);
  };
  const seen = async () => {
    const result = await showExperiment(deps, 'trial');
    if (result === null) throw new Error('It is not in force.');
    return result;
  };
  const happens = (name: string, properties: Record<string, unknown>, userId: string, occurredAt = deps.clock.now()) =>
    take(deps, track(name, properties, { userId, occurredAt, receivedAt: deps.clock.now() }));
  const clear = [
    { arm: 'none', people: 2_000, ordered: 100 },
    { arm: 'offer', people: 2_000, ordered: 220 },
  ];
  const alike = [
    { arm: 'none', people: 2_000, ordered: 100 },
    { arm: 'offer', people: 2_000, ordered: 105 },
  ];

  test('a refund after the decision: the numbers of today, those of then, and the decision', async () => {
    await fill(clear);
    await lookOn(14);
    expect(await seen()).toMatchObject({ state: 'winner', effects: [{ value: 60 }], decidedOn: { day: 14, effects: [{ value: 60 }] } });
    const { rows } = await sql<{ id: string; person: string }>`select order_id as id, profile_id as person from orders
      where profile_id like 'offer-%' order by order_id limit 20`.execute(store().db);
    for (const { id, person } of rows) await happens('Order Cancelled', { order_id: id }, person);
    await lookOn(15);
    expect(await seen()).toMatchObject({
      state: 'winner',
      keeps: 'offer',
      effects: [{ value: 50 }],
      decidedOn: { day: 14, effects: [{ value: 60 }] },
      looks: [
        { day: 15, inputs: { challengers: [{ ordered: 200 }] } },
        { day: 14, inputs: { challengers: [{ ordered: 220 }] } },
      ],
    });
  });

  test('a late order, which counts from when it was paid', async () => {
    await fill(clear);
    await lookOn(14);
    // The ids of this crowd that did not order.
    const { rows } = await sql<{ person: string; at: number }>`select profile_id as person, at from exposures x where arm = 'none'
      and not exists (select from orders o where o.profile_id = x.profile_id) order by seq limit 10`.execute(store().db);
    for (const { person, at } of rows) {
      const late = { order_id: `late-${person}`, total: 9, currency: deps.shop.currency };
      await take(
        deps,
        track('Order Completed', late, { userId: person, occurredAt: Number(at) + hour, receivedAt: deps.clock.now(), origin: 'import' }),
      );
    }
    await lookOn(15);
    expect(await seen()).toMatchObject({
      state: 'winner',
      effects: [{ value: 55 }],
      decidedOn: { effects: [{ value: 60 }] },
      looks: [{ inputs: { control: { ordered: 110 } } }, {}],
    });
  });

  test('a merge of two arms: who had both is left out, and counted', async () => {
    await fill(alike);
    await lookOn(14);
    expect(await seen()).toMatchObject({ state: 'look', conflicted: 0, arms: [{ complete: 2_000 }, { complete: 2_000 }] });
    await take(deps, alias('none-5', 'offer-5'));
    expect(await seen()).toMatchObject({
      state: 'look',
      conflicted: 1,
      arms: [
        { exposed: 1_999, complete: 1_999 },
        { exposed: 1_999, complete: 1_999 },
      ],
      split: { isBroken: false },
    });
  });

  test('a changed weight: people by the weights that drew them, and a sound split', async () => {
    await fill(alike);
    const changed = { ...experiment, arms: experiment.arms.map((arm) => ({ ...arm, weight: arm.id === 'none' ? 0.9 : 0.1 })) };
    await putExperimentInForce(store(), { version: 2, definition: changed });
    await fill(
      [
        { arm: 'none', people: 2_700, ordered: 135, version: 2 },
        { arm: 'offer', people: 300, ordered: 15, version: 2 },
      ],
      'second-',
    );
    await lookOn(14);
    const [half, most, few] = [0.5, 0.9, 0.1];
    expect(await seen()).toMatchObject({
      state: 'look',
      split: {
        isBroken: false,
        versions: [
          {
            version: 1,
            arms: [
              { id: 'none', weight: half, people: 2_000 },
              { id: 'offer', weight: half, people: 2_000 },
            ],
          },
          {
            version: 2,
            arms: [
              { id: 'none', weight: most, people: 2_700 },
              { id: 'offer', weight: few, people: 300 },
            ],
          },
        ],
      },
    });
  });

  test('a broken split, as by a bug that loses 3 % of one arm: no effect, and the state invalid', async () => {
    const big = { people: 60_000, ordered: 3_000 };
    await fillCrowds(store(), { experiment, from: noon, days: 7, isSettled: true }, [
      { arm: 'none', ...big },
      { arm: 'offer', people: big.people * 0.97, ordered: 3_600 },
    ]);
    await lookOn(14);
    const result = await seen();
    expect(result).toMatchObject({
      state: 'invalid',
      light: 'red',
      keeps: null,
      effects: null,
      hidden: 'broken-split',
      decidedOn: null,
      split: { isBroken: true },
    });
    expect(result.sentence.en).toContain('did not come to the arms in the shares that were set');
    expect(result.picture.de).toContain('Es steht keine Wirkung hier');
  });
});
