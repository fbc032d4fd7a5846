import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { settleOutcomes } from '../../src/app/experiments/settle-outcomes.js';
import { takeLooks } from '../../src/app/experiments/take-looks.js';
import { exportExperiment } from '../../src/cli/work/export-experiment.js';
import { day } from '../../src/domain/time/instant.js';
import { testApi } from '../support/api.js';
import { experimentOf, fillCrowds, putExperimentInForce } from '../support/experiments.js';
import { noon } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { cartJourney, publish, type TurnDeps, turnDeps } from '../support/turns.js';

const experiment = experimentOf({
  name: 'Does an offer help?',
  arms: [
    { id: 'none', name: 'No offer', weight: 0.45 },
    { id: 'offer', name: 'An <offer> & more', weight: 0.45, cost: 2 },
    { id: 'quiet', name: 'Nothing at all', weight: 0.1, holdoutOf: 'offer' },
  ],
  metric: { kind: 'margin', windowMs: 7 * day, marginRate: 0.4 },
  plan: { people: 4_000, lookDays: [14, 21, 28] },
});

describe('experiments in the API', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let deps: TurnDeps;
  let call: Awaited<ReturnType<typeof testApi>>['call'];
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = turnDeps(opened.store);
    await putExperimentInForce(opened.store, { version: 1, definition: experiment });
    ({ call } = await testApi(deps));
  });

  const people = async (): Promise<void> => {
    await fillCrowds(opened.store, { experiment, from: noon, days: 7 }, [
      { arm: 'none', people: 900, ordered: 90, total: 50 },
      { arm: 'offer', people: 900, ordered: 170, total: 50 },
      { arm: 'quiet', people: 200, ordered: 18, total: 50 },
    ]);
    await sql`update orders set net = 20 + length(order_id) + (ascii(right(order_id, 1)) % 7) * 31.37`.execute(opened.store.db);
    await sql`update orders set margin = 12.5 where order_id like '%3'`.execute(opened.store.db);
    await sql`update orders set discount = 5.55 where order_id like '%4'`.execute(opened.store.db);
  };
  const lookOn = async (days: number): Promise<void> => {
    deps.clock.set(noon + days * day);
    await takeLooks(deps);
  };

  test('show people, split and days left before the first planned look, and no effect', async () => {
    await people();
    await lookOn(9);
    const { status, body } = await call('GET', '/v1/experiments/trial/result');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'collecting',
      light: 'off',
      effects: null,
      hidden: 'before-first-look',
      nextLook: { number: 1, of: 3, daysLeft: 5 },
      arms: [
        { id: 'none', role: 'control', exposed: 900 },
        { id: 'offer', role: 'challenger', exposed: 900 },
        { id: 'quiet', role: 'holdout', exposed: 200 },
      ],
      split: { isBroken: false },
    });
    expect(JSON.stringify(body['picture'])).toContain('The effect is shown from the first planned look on.');
    expect((await call('GET', '/v1/experiment-results')).body).toMatchObject({
      items: [{ id: 'trial', state: 'collecting', light: 'off' }],
    });
    expect(await call('GET', '/v1/experiments/trial/exposures')).toMatchObject({ status: 409, body: { code: 'before-first-look' } });
  });

  test('write down who reveals the effect, and the rule reads on', async () => {
    await people();
    await lookOn(9);
    const revealed = await call('POST', '/v1/experiments/trial/reveals', { by: 'kim', reason: 'curious' });
    expect(revealed.body).toMatchObject({
      hidden: null,
      state: 'collecting',
      effects: [{ arm: 'offer' }, { arm: 'quiet', role: 'holdout' }],
    });
    const { body } = await call('GET', '/v1/experiments/trial/result');
    expect(body).toMatchObject({ effects: null, acts: [{ kind: 'reveal', madeBy: 'kim', reason: 'curious', arm: null }] });
    await lookOn(14);
    expect((await call('GET', '/v1/experiments/trial/result')).body).toMatchObject({ state: 'winner' });
  });

  test('show the winner in one sentence of each language, and the looks that were taken', async () => {
    await people();
    await lookOn(14);
    const { body } = await call('GET', '/v1/experiments/trial/result');
    expect(body).toMatchObject({
      state: 'winner',
      light: 'green',
      keeps: 'offer',
      nextLook: null,
      looks: [{ day: 14, look: 1, state: 'winner', codeVersion: 'analysis-1' }],
    });
    expect(JSON.stringify(body)).not.toMatch(/significan|signifikan/i);
    expect((body['sentence'] as { de: string }).de).toContain('bringt pro Person mehr');
  });

  test('carry a decision out, and take it back', async () => {
    await people();
    await lookOn(14);
    const decided = await call('POST', '/v1/experiments/trial/decisions', { arm: 'offer', by: 'kim' });
    expect(decided.body).toMatchObject({ acts: [{ kind: 'decide', arm: 'offer', madeBy: 'kim' }] });
    expect(await call('POST', '/v1/experiments/trial/decisions', { arm: null, by: 'kim' })).toMatchObject({ status: 200 });
    expect(await call('POST', '/v1/experiments/trial/decisions', { arm: null, by: 'kim' })).toMatchObject({ status: 409 });
    expect(await call('POST', '/v1/experiments/trial/decisions', { arm: 'ofer', by: 'kim' })).toMatchObject({
      status: 422,
      body: { detail: 'The experiment trial has no arm ofer. Its arms: none, offer, quiet.' },
    });
    expect(await call('GET', '/v1/experiments/none/result')).toMatchObject({ status: 404 });
  });

  test('say how long a test would take, by what people of a journey did', async () => {
    deps.clock.set(noon + 60 * day);
    expect(await call('GET', '/v1/experiments/trial/plan?journey=abandoned-cart')).toMatchObject({
      status: 409,
      body: { code: 'no-history' },
    });
    await people();
    const { id: journey } = cartJourney();
    await publish(opened.store, cartJourney());
    await sql`insert into entries (id, journey_id, profile_id, entry_key, state, activity, data, instruction, created_at, entered_at)
      select 'e-' || profile_id, ${journey}, profile_id, profile_id, 'finished', 'done', '{}', '{}', at, at from exposures`.execute(
      opened.store.db,
    );
    const { body } = await call('GET', `/v1/experiments/trial/plan?journey=${journey}&lift=0.2`);
    expect(body).toMatchObject({ isTooLong: true, history: { people: 2_000, weeks: 8 }, peoplePerWeek: 250 });
    expect(body['weeks']).toBeGreaterThan(8);
    expect(body['detectablePerThousand']).toBeGreaterThan(0);
  });

  test('say what messages brought, by the people who got none', async () => {
    expect((await call('GET', '/v1/holdouts')).body).toEqual({ items: [] });
    const holdout = { ...experiment, id: 'holdout:all', seed: '2026-q4', metric: { ...experiment.metric, windowMs: 30 * day } };
    await fillCrowds(opened.store, { experiment: holdout, from: noon, days: 7 }, [
      { arm: 'contacted', people: 1_900, ordered: 190, total: 50 },
      { arm: 'held-out', people: 100, ordered: 6, total: 50 },
    ]);
    deps.clock.set(noon + 60 * day);
    await settleOutcomes(deps);
    const { items } = (await call('GET', '/v1/holdouts')).body as { items: readonly Record<string, unknown>[] };
    expect(items).toMatchObject([{ of: 'all', season: '2026-q4', contacted: 1_900, heldOut: 100, perThousand: { value: 2_000 } }]);
  });

  test('say it by the month in which people came, beside what orders after a click would make of it', async () => {
    const holdout = { ...experiment, id: 'holdout:all', seed: '2026-q4', metric: { ...experiment.metric, windowMs: 30 * day } };
    const first = Date.UTC(2026, 10, 10, 12);
    for (const [name, from] of [
      ['first-', first],
      ['second-', first + 30 * day],
    ] as const)
      await fillCrowds(opened.store, { experiment: holdout, from, days: 1, name }, [
        { arm: 'contacted', people: 200, ordered: name === 'first-' ? 40 : 20, total: 50 },
        { arm: 'held-out', people: 100, ordered: 10, total: 50 },
      ]);
    // Everybody who ordered in the first month had clicked in something before; a machine clicked for the others, which counts for nothing.
    await opened.store.transaction(async (trx) => {
      // The messages themselves do not matter here.
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql`insert into interactions (message_id, profile_id, kind, verdict, at)
        select 'message', profile_id, 'click', case when profile_id like 'first-%' then 'human' else 'machine' end, ordered_at - 60000
        from orders where profile_id like '%contacted-%'`.execute(trx);
    });
    deps.clock.set(first + 70 * day);
    await settleOutcomes(deps);
    const { items } = (await call('GET', '/v1/holdouts')).body as { items: readonly Record<string, unknown>[] };
    expect(items).toMatchObject([
      {
        contacted: 400,
        heldOut: 200,
        months: [
          { month: '2027-01', contacted: 0, heldOut: 0, perThousand: null, attributedPerThousand: null },
          { month: '2026-12', contacted: 200, heldOut: 100, perThousand: { value: 0 }, attributedPerThousand: 0 },
          { month: '2026-11', contacted: 200, heldOut: 100, perThousand: { value: 5_000 }, attributedPerThousand: 10_000 },
        ],
      },
    ]);
  });

  test('export what a script of Python computes again to the same numbers', async () => {
    await people();
    await sql`update exposures set profile_id = 'none-0' where profile_id = 'offer-0'`.execute(opened.store.db);
    await sql`update exposures set profile_id = 'none-1' where profile_id = 'none-2'`.execute(opened.store.db);
    await lookOn(14);
    const folder = await mkdtemp(join(tmpdir(), 'sojourn-export-'));
    try {
      const get = async (path: string, query: Readonly<Record<string, unknown>> = {}) => {
        const asked = Object.entries(query)
          .map(([name, value]) => `${name}=${String(value)}`)
          .join('&');
        return (await call('GET', `${path}?${asked}`)).body;
      };
      await exportExperiment({ client: async () => ({ get }) } as never, 'trial', { to: folder });
      expect((await readFile(join(folder, 'exposures.csv'), 'utf8')).trim().split('\n')).toHaveLength(2_001);
      const { stdout } = await promisify(execFile)('python3', [join(folder, 'recompute.py')]);
      expect(stdout).toContain('All numbers agree.');
      expect(stdout).not.toContain('DIFFERS');
      expect(stdout).toContain('offer effect per 1,000');

      // It does notice.
      const rows = (await readFile(join(folder, 'exposures.csv'), 'utf8')).replace('offer-7,offer,', 'offer-7,none,');
      await writeFile(join(folder, 'exposures.csv'), rows);
      await expect(promisify(execFile)('python3', [join(folder, 'recompute.py')])).rejects.toMatchObject({ code: 1 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
