import { type Kysely, sql } from 'kysely';
import { beforeEach, expect, test, vi } from 'vitest';
import { turn } from '../support/reminded.js';
import { alias, identify, track } from '../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../support/turns.js';
import { up } from './trial-migration.js';
import { definitionOf, trialJourney } from './trials.js';

// What a line in each of these lists would do: a step that asks for an effect, the effect, a condition, and the knowledge that it needs.
vi.mock(import('../../src/journey/steps/index.js'), async (original) => {
  const { stepKinds } = await original();
  const { reward } = await import('./trial-step.js');
  return { stepKinds: { ...stepKinds, reward } };
});
vi.mock(import('../../src/step-effects/index.js'), async (original) => {
  const { stepEffects } = await original();
  const { pointsGiven } = await import('./trial-effect.js');
  return { stepEffects: { ...stepEffects, points_given: pointsGiven } };
});
vi.mock(import('../../src/journey/conditions/index.js'), async (original) => {
  const { conditionKinds } = await original();
  const { points } = await import('./trial-condition.js');
  return { conditionKinds: { ...conditionKinds, points } };
});
vi.mock(import('../../src/knowledge/index.js'), async (original) => {
  const { knowledgeSources } = await original();
  const { pointsKnown } = await import('./trial-knowledge.js');
  return { knowledgeSources: { ...knowledgeSources, points: pointsKnown } };
});
vi.mock(import('../../src/store/person-tables.js'), async (original) => {
  const module = await original();
  const { trialPoints } = await import('./trial-effect.js');
  Object.assign(module.personTables, { trial_points: trialPoints });
  return module;
});

const journey = definitionOf(
  trialJourney({
    filters: '[{ points: { less_than: 12 } }]',
    steps: `
  - reward: { points: 6 }
  - wait: { for: PT1H }
  - split: { branches: [{ when: { points: { at_least: 10 } }, steps: [{ exit: { reason: rich } }] }] }`,
  }),
);

describeOnBothStores('a kind of step and of condition with data of its own, on the real store', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await sql`drop table if exists trial_points`.execute(store().db);
    await resetTables(store());
    await up(store().db as unknown as Kysely<never>);
    deps = turnDeps(store());
    await publish(store(), journey);
    await take(deps, identify({ email: 'ada@example.test' }));
  });

  const quiz = () => take(deps, track('Quiz Finished', {}));
  const entries = () =>
    store().db.selectFrom('entries').select(['id', 'state', 'outcome', 'outcome_reason']).orderBy('created_at').orderBy('id').execute();
  const open = async () => (await entries()).flatMap(({ id, state }) => (state === 'finished' ? [] : [id]));
  const turns = async () => {
    for (const id of await open()) await turn(deps, id);
  };
  const points = async () =>
    (
      await sql<{ n: number; sum: number }>`select count(*)::int as n, coalesce(sum(points), 0)::int as sum from trial_points`.execute(
        store().db,
      )
    ).rows[0];

  test('are written with the turn, once, and cost no statement', async () => {
    await quiz();
    const [id = ''] = await open();
    const statements = await countStatements(store(), () => turn(deps, id));
    expect(await points()).toEqual({ n: 1, sum: 6 });

    // A turn that is taken again does nothing twice.
    await turns();
    expect(await points()).toEqual({ n: 1, sum: 6 });
    // It is a part of the one statement that writes the turn.
    expect(statements.filter((text) => text.includes('into trial_points')).map((text) => text.includes('update entries'))).toEqual([true]);
  });

  test('are judged by what the store knows at each turn', async () => {
    for (let visit = 0; visit < 3; visit += 1) {
      await quiz();
      await turns();
      deps.clock.pass(3_600_000);
      await turns();
    }

    expect((await entries()).map(({ outcome_reason }) => outcome_reason)).toEqual(['completed', 'rich', 'too-few-points']);
    expect(await points()).toEqual({ n: 2, sum: 12 });
  });

  test('go with their person in a merge', async () => {
    await quiz();
    await turns();
    await take(deps, identify({ city: 'Paris' }, { userId: 'other' }));
    await take(deps, alias('ada', 'other'));
    const { rows } = await sql<{
      email: string | null;
    }>`select p.email from trial_points t join profiles p on p.id = t.profile_id and p.merged_into is null`.execute(store().db);

    expect(rows).toEqual([{ email: 'ada@example.test' }]);
  });
});
