import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { decideExperiment } from '../../../src/app/experiments/decide-experiment.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { LiveExperiment } from '../../../src/journey/experiment.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { experimentOf, putExperimentInForce } from '../../support/experiments.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const steps = `
  - experiment:
      run: trial
      arms:
        - arm: offer
          steps: [{ send: { id: deal, channel: email, template: deal } }]
        - arm: none
          steps: [{ send: { id: hello, channel: email, template: hello } }]
  - wait: { for: P1D }`;
const journey = definitionOf(trialJourney({ steps }));
const plain = definitionOf(trialJourney({ steps: '\n  - send: { id: hello, channel: email, template: hello }\n  - wait: { for: P1D }' }));

const only = (arm: 'none' | 'offer' | 'quiet', version: number, id = 'trial'): LiveExperiment => ({
  version,
  definition: experimentOf({
    id,
    arms: (['none', 'offer', 'quiet'] as const).map((one) => ({
      id: one,
      weight: one === arm ? 1 : 0,
      ...(one === 'quiet' ? { holdoutOf: 'offer' } : {}),
    })),
  }),
});

describeOnBothStores('arms that people have', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publish(store(), journey);
    for (const who of ['ada', 'bob']) await known(who);
  });

  const known = (userId: string) =>
    take(
      deps,
      identify({ email: `${userId}@example.test` }, { userId }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { userId }),
    );
  const enter = async (userId: string): Promise<void> => {
    await take(deps, track('Quiz Finished', {}, { userId, occurredAt: deps.clock.now() }));
    await turns();
  };
  const turns = async (): Promise<void> => {
    const open = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').orderBy('id').execute();
    for (const { id } of open) await turn(deps, id);
  };
  const told = async () =>
    (await sql<{ unit: string; arm: string; version: number }>`select unit, arm, version from exposures order by seq`.execute(store().db))
      .rows;
  const arms = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ text: string }>`select text from trace where text like 'Experiment%' order by seq`.execute(store().db);
    return rows.map(({ text }) => /arm (\w+)/.exec(text)?.[1] ?? text);
  };

  test('are told down with the turn, once, in its one statement', async () => {
    await putExperimentInForce(store(), only('offer', 1));
    await take(deps, track('Quiz Finished', {}));
    const [{ id } = { id: '' }] = await store().db.selectFrom('entries').select('id').execute();
    const statements = await countStatements(store(), () => turn(deps, id));
    expect(statements.filter((text) => text.includes('into exposures')).map((text) => text.includes('update entries'))).toEqual([true]);
    await turns();
    expect(await told()).toMatchObject([{ arm: 'offer', version: 1 }]);
  });

  test('cost a turn no statement beside those of a journey without an experiment', async () => {
    await putExperimentInForce(store(), only('none', 1));
    const count = async (): Promise<number> => {
      await take(deps, track('Quiz Finished', {}, { occurredAt: deps.clock.now() }));
      const [{ id } = { id: '' }] = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').execute();
      return (await countStatements(store(), () => turn(deps, id))).length;
    };
    const withExperiment = await count();
    await resetTables(store());
    await publish(store(), plain);
    await known('ada');
    expect(withExperiment).toBe(await count());
  });

  test('stay in the next entry, whatever the weights and the version say by then', async () => {
    await putExperimentInForce(store(), only('offer', 1));
    await enter('ada');
    deps.clock.pass(2 * day);
    await turns();
    await putExperimentInForce(store(), only('none', 2));
    await enter('ada');
    await enter('bob');
    expect(await arms()).toEqual(['offer', 'offer', 'none']);
    expect(await told()).toMatchObject([
      { arm: 'offer', version: 1 },
      { arm: 'none', version: 2 },
    ]);
  });

  test('stay with another process, and after an alias', async () => {
    await putExperimentInForce(store(), only('offer', 1));
    await take(deps, track('Quiz Finished', {}, { userId: null, anonymousId: 'visitor' }));
    await turns();
    await putExperimentInForce(store(), only('none', 2));
    deps = Object.assign(turnDeps(store()), { clock: deps.clock });
    await take(deps, identify({ email: 'eve@example.test' }, { userId: 'eve', anonymousId: 'visitor' }));
    deps.clock.pass(2 * day);
    await turns();
    await enter('eve');
    expect(await arms()).toEqual(['offer', 'offer']);
    expect(await told()).toHaveLength(1);
  });

  test('are both kept when two people with two arms become one, who goes on with the earlier one', async () => {
    await putExperimentInForce(store(), only('offer', 1));
    await enter('ada');
    deps.clock.pass(hour);
    await putExperimentInForce(store(), only('none', 2));
    await enter('bob');
    await take(deps, alias('ada', 'bob'));
    deps.clock.pass(2 * day);
    await turns();
    await enter('ada');
    expect((await arms()).at(-1)).toBe('offer');
    const { rows } = await sql<{ arm: string; person: string }>`select arm, profile_id as person from exposures`.execute(store().db);
    expect(new Set(rows.map(({ person }) => person)).size).toBe(1);
    expect(rows.map(({ arm }) => arm).toSorted()).toEqual(['none', 'offer']);
  });

  test('a holdout gets the verdicts that it would have had, and no message', async () => {
    await putExperimentInForce(store(), only('quiet', 1));
    await enter('ada');
    expect(deps.providers.email.submitted).toEqual([]);
    const { rows } = await sql<{ decision: string; detail: { readonly instead: unknown } }>`select decision, detail from verdicts`.execute(
      store().db,
    );
    expect(rows).toMatchObject([{ decision: 'withhold', detail: { instead: { kind: 'send' } } }]);
    expect(await told()).toMatchObject([{ arm: 'quiet' }]);
    const states = await store().db.selectFrom('messages').select(['state', 'step']).execute();
    expect(states).toEqual([{ state: 'withheld', step: 'deal' }]);
  });

  test('are told down also for who may not be written to', async () => {
    await putExperimentInForce(store(), only('offer', 1));
    await take(deps, track('Consent Revoked', { channel: 'email', method: 'form', source: 'test' }));
    await enter('ada');
    expect(deps.providers.email.submitted).toEqual([]);
    expect(await told()).toHaveLength(1);
  });

  test('are one arm for everybody once a decision is carried out, and what they were when it is taken back', async () => {
    const definition = { ...only('offer', 1).definition, keptBack: 0 };
    await putExperimentInForce(store(), { version: 1, definition });
    await enter('ada');
    await decideExperiment(deps, 'trial', { arm: 'none', by: 'kim', reason: null });
    deps.clock.pass(2 * day);
    await turns();
    await enter('ada');
    await enter('bob');
    expect(await told()).toHaveLength(1);
    await decideExperiment(deps, 'trial', { arm: null, by: 'kim', reason: null });
    deps.clock.pass(2 * day);
    await turns();
    await enter('bob');
    expect(await arms()).toEqual(['offer', 'none', 'none', 'offer']);
    expect(await told()).toHaveLength(2);
  });

  test('keep a share of people with the control for four weeks after a decision', async () => {
    const definition = { ...only('offer', 1).definition, keptBack: 1 };
    await putExperimentInForce(store(), { version: 1, definition });
    await decideExperiment(deps, 'trial', { arm: 'offer', by: 'kim', reason: null });
    await enter('ada');
    deps.clock.pass(29 * day);
    await turns();
    await enter('ada');
    expect(await arms()).toEqual(['none', 'offer']);
    expect(await told()).toEqual([]);
  });

  test('nobody has one where the experiment is out of force', async () => {
    await enter('ada');
    expect(await told()).toEqual([]);
    expect(await arms()).toEqual(['Experiment trial: takes no part, since it is not in force.']);
  });
});
