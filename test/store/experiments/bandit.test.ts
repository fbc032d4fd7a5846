import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { showExperiment } from '../../../src/app/experiments/show-experiments.js';
import { takeLooks } from '../../../src/app/experiments/take-looks.js';
import { experiments } from '../../../src/definitions/experiment/kind.js';
import { day } from '../../../src/domain/time/instant.js';
import { listDefinitionVersions } from '../../../src/store/definitions.js';
import { readLiveExperiment } from '../../../src/store/experiments.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { fillCrowds } from '../../support/experiments.js';
import { turn } from '../../support/reminded.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, take, turnDeps } from '../../support/turns.js';

const source = `experiment: trial
name: Which one?
arms: [{ id: none, weight: 34 }, { id: ten, weight: 33 }, { id: free, weight: 33 }]
control: none
metric: { of: orders, window: P6D }
plan: { people: 20000 }
bandit: {}
`;
const steps = '\n  - experiment: { run: trial, arms: [{ arm: none }, { arm: ten }, { arm: free }] }\n  - wait: { for: P1D }';

describeOnBothStores('a bandit', (store) => {
  test('moves its weights once a day by a version of its own, which draws who comes then', async () => {
    await resetTables(store());
    const deps = turnDeps(store());
    await publish(store(), definitionOf(trialJourney({ steps })));
    const published = await publishDefinition(deps, experiments, { source });
    expect(published.kind).toBe('published');
    const { definition } = (await readLiveExperiment(store().db, 'trial'))!;
    await fillCrowds(store(), { experiment: definition, from: noon, days: 1 }, [
      { arm: 'none', people: 1_000, ordered: 60 },
      { arm: 'ten', people: 1_000, ordered: 60 },
      { arm: 'free', people: 1_000, ordered: 160 },
    ]);
    deps.clock.set(noon + 8 * day);
    await takeLooks(deps);
    await takeLooks(deps);
    const [moved, first, ...more] = await listDefinitionVersions(store().db, 'experiment', 'trial', { before: null, limit: 9 });
    expect(more).toEqual([]);
    expect([first?.version, moved?.version, moved?.source]).toEqual([1, 2, source]);
    expect(moved?.note).toMatch(/^Weights of the day by the bandit: none 5\.\d\d %, ten 5\.\d\d %, free (89|90)\.\d\d %$/);
    // The same file again is what is in force: it does not set the weights back.
    expect(await publishDefinition(deps, experiments, { source })).toMatchObject({ kind: 'unchanged', version: 2 });

    // Who gets which arm is chance. Of two people no two arms have two, so what they bring is not compared.
    for (let n = 0; n < 2; n += 1) {
      await take(deps, identify({ email: `p${n}@example.test` }, { userId: `p${n}` }));
      await take(deps, track('Quiz Finished', {}, { userId: `p${n}`, occurredAt: deps.clock.now() }));
    }
    const open = await store().db.selectFrom('entries').select('id').execute();
    for (const { id } of open) await turn(deps, id);
    const { rows } = await sql<{
      version: number;
      n: number;
    }>`select version, count(*)::int as n from exposures group by 1 order by 1`.execute(store().db);
    expect(rows).toEqual([
      { version: 1, n: 3_000 },
      { version: 2, n: 2 },
    ]);

    deps.clock.set(noon + 14 * day);
    await takeLooks(deps);
    const result = await showExperiment(deps, 'trial');
    expect(result).toMatchObject({
      state: 'earning',
      light: 'amber',
      keeps: null,
      nextLook: null,
      decidedOn: null,
      intervals: 'once',
      split: { isBroken: false, versions: [{ version: 1 }, { version: 2 }] },
      effects: [{ arm: 'ten' }, { arm: 'free', value: 100 }],
    });
    expect(result?.sentence.en).toContain('More people get what brings more');
  });
});
