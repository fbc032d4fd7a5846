import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { decideExperiment } from '../../../src/app/experiments/decide-experiment.js';
import { showExperiment } from '../../../src/app/experiments/show-experiments.js';
import { takeLooks } from '../../../src/app/experiments/take-looks.js';
import { day } from '../../../src/domain/time/instant.js';
import { listActs } from '../../../src/store/experiment-looks.js';
import { readSums } from '../../../src/store/experiment-sums.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { experimentOf, fillCrowds, putExperimentInForce } from '../../support/experiments.js';
import { turn } from '../../support/reminded.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const experiment = experimentOf({
  metric: { kind: 'orders', windowMs: 7 * day, marginRate: 1 },
  plan: { people: 20_000, lookDays: [14, 21, 28, 35] },
  segments: ['loyal'],
  keptBack: 0,
});
const journey = definitionOf(
  trialJourney({ steps: '\n  - experiment: { run: trial, arms: [{ arm: none }, { arm: offer }] }\n  - wait: { for: P1D }' }),
);

describeOnBothStores('segments of an experiment', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publish(store(), journey);
    await putExperimentInForce(store(), { version: 1, definition: experiment });
  });

  const known = async (userId: string): Promise<string> => {
    await take(deps, identify({ email: `${userId}@example.test` }, { userId }));
    const { rows } = await sql<{ id: string }>`select profile_id as id from identities where value = ${userId}`.execute(store().db);
    return rows[0]?.id ?? '';
  };
  /** As a fill of the segment that is over leaves it. */
  const loyal = async (...ids: readonly string[]): Promise<void> => {
    await sql`insert into segment_fills (segment_id, version, started_at, begins_real, after_id, seen, finished_at)
      values ('loyal', 1, 0, 0, '', 0, 0) on conflict do nothing`.execute(store().db);
    for (const id of ids)
      await sql`insert into segment_members (segment_id, profile_id, version, since, because) values ('loyal', ${id}, 1, 0, '[]')`.execute(
        store().db,
      );
  };
  const enter = async (userId: string): Promise<void> => {
    await take(deps, track('Quiz Finished', {}, { userId, occurredAt: deps.clock.now() }));
    const open = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').execute();
    for (const { id } of open) await turn(deps, id);
  };
  const arms = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ text: string }>`select text from trace where text like 'Experiment%' order by seq`.execute(store().db);
    return rows.map(({ text }) => /arm (\w+)/.exec(text)?.[1] ?? text);
  };
  const clear = async (): Promise<void> => {
    await fillCrowds(store(), { experiment, from: noon, days: 7 }, [
      { arm: 'none', people: 2_000, ordered: 60, segment: 'others' },
      { arm: 'offer', people: 2_000, ordered: 260, segment: 'others' },
      { arm: 'none', people: 700, ordered: 160, segment: 'loyal' },
      { arm: 'offer', people: 700, ordered: 70, segment: 'loyal' },
    ]);
    deps.clock.set(noon + 14 * day);
  };

  test('are told down with the arm: the one that the person is in, the others, or nothing where it is not known', async () => {
    await known('ada');
    await enter('ada');
    await loyal(await known('bob'));
    await enter('bob');
    await known('eve');
    await enter('eve');
    const { rows } = await sql<{ segment: string | null }>`select segment from exposures order by seq`.execute(store().db);
    expect(rows.map(({ segment }) => segment)).toEqual([null, 'loyal', 'others']);
  });

  test('have sums that add up to those of all people, also where values are capped', async () => {
    await clear();
    await takeLooks(deps);
    const money = { ...experiment, metric: { ...experiment.metric, kind: 'revenue' as const } };
    await sql`update exposures set net = 9000000 where unit = 'loyal-none-0'`.execute(store().db);
    const sums = await readSums(store().db, money, deps.clock.now());
    expect(sums.segments?.map(({ segment }) => segment)).toEqual(['loyal', 'others']);
    for (const whole of sums.arms) {
      const parts = sums.segments?.flatMap(({ arms: all }) => all.filter(({ arm }) => arm === whole.arm)) ?? [];
      for (const name of ['people', 'sum', 'sumSquares', 'raw', 'ordered'] as const)
        expect(parts.reduce((sum, part) => sum + part[name], 0)).toBe(whole[name]);
    }
    expect(sums.entered).toEqual([
      { arm: 'none', version: 1, people: 2_700 },
      { arm: 'offer', version: 1, people: 2_700 },
    ]);
    expect((await readSums(store().db, { ...money, segments: undefined } as never, deps.clock.now())).arms).toEqual(
      expect.arrayContaining([...sums.arms]),
    );
  });

  test('get the arms that the rule found, once somebody carries that out, and give them back', async () => {
    await loyal(await known('bob'));
    await known('eve');
    await clear();
    expect(await decideExperiment(deps, 'trial', { arm: 'offer', bySegment: true, by: 'kim', reason: null })).toEqual({
      kind: 'other-arm',
      keeps: null,
    });
    await takeLooks(deps);
    expect(await showExperiment(deps, 'trial')).toMatchObject({
      state: 'winner',
      keeps: 'offer',
      segments: {
        segments: [
          { segment: 'loyal', arm: 'none', isOwn: true, people: 1_400, conversions: 230 },
          { segment: 'others', arm: 'offer', isOwn: false },
        ],
      },
    });
    const asked = { bySegment: true, by: 'kim', reason: null };
    expect(await decideExperiment(deps, 'trial', { ...asked, arm: 'none' })).toEqual({ kind: 'other-arm', keeps: 'offer' });
    const decided = await decideExperiment(deps, 'trial', { ...asked, arm: 'offer' });
    expect(decided).toMatchObject({ kind: 'decided', result: { acts: [{ arm: 'offer', segments: { loyal: 'none' } }] } });
    await enter('bob');
    await enter('eve');
    expect(await arms()).toEqual(['none', 'offer']);
    await decideExperiment(deps, 'trial', { arm: 'offer', by: 'kim', reason: null });
    deps.clock.pass(2 * day);
    await enter('bob');
    expect((await arms()).at(-1)).toBe('offer');
  });

  test('get them from the rule itself where the file says so', async () => {
    await putExperimentInForce(store(), { version: 2, definition: { ...experiment, decision: 'automatic' } });
    await clear();
    await takeLooks(deps);
    expect(await listActs(store().db, experiment, 9)).toMatchObject([{ madeBy: 'rule', arm: 'offer', segments: { loyal: 'none' } }]);
  });
});
