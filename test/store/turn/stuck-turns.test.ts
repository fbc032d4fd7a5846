import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import type { AppDeps } from '../../../src/app/deps.js';
import { showEntry } from '../../../src/app/entries/show-entry.js';
import { settleExpiredAttempts } from '../../../src/app/messages/settle-expired-attempts.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { readNotices } from '../../../src/app/upkeep/read-notices.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { turnParts } from '../../../src/instance/health.js';
import { forgetPokes, listStuck, readPokeBacklog } from '../../../src/store/pokes.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const stuck = { kind: 'wait', wakeAtReal: null, summary: 'stuck' };

describeOnBothStores('a turn that fails', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada filled a cart an hour ago; `fault` is thrown while her message is made ready. */
  async function failing(fault: () => Error | null, overrides: Partial<AppDeps> = {}): Promise<TurnDeps> {
    const deps = turnDeps(store(), overrides);
    const render = deps.renderer.render.bind(deps.renderer);
    Object.assign(deps.renderer, {
      render: async (...of: Parameters<typeof render>) => {
        const thrown = fault();
        if (thrown !== null) throw thrown;
        return render(...of);
      },
    });
    await publish(store(), cartJourney());
    await take(
      deps,
      identify({ email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    return deps;
  }
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirstOrThrow();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entry()).id, opset }, 'inline');
  const odd = () => new RangeError('ada@example.test is odd');
  const parts = () => turnParts(store());

  test('three times in the same way is stuck: it waits, is told without personal data, and holds nothing', async () => {
    const alarms: string[] = [];
    const deps = await failing(odd);
    deps.metrics.alarm = (code) => alarms.push(code);

    await expect(turn(deps)).rejects.toThrow(RangeError);
    await expect(turn(deps)).rejects.toThrow(RangeError);
    expect(await readPokeBacklog(store().db)).toMatchObject({ stuck: 0 });
    expect(await parts()).not.toContainEqual(expect.objectContaining({ name: 'turns' }));
    expect(await turn(deps)).toEqual(stuck);
    expect(await turn(deps), 'a stuck one gives way at once').toEqual(stuck);

    expect(await readPokeBacklog(store().db)).toMatchObject({ stuck: 1, due: 0 });
    expect(await parts()).toContainEqual(expect.objectContaining({ name: 'turns', state: 'down', needed: false }));
    expect((await readNotices(deps, [])).map(({ code }) => code)).toContain('turns-stuck');
    const [listed] = await listStuck(store().db, 10);
    expect(listed?.fault).toMatch(/^RangeError, in .*stuck-turns\.test\.ts:\d+/);
    const story = await showEntry(deps, (await entry()).id);
    expect(story?.sentence).toMatch(/^Armed|^Stuck/);
    expect(story).toMatchObject({ fault: { times: 4 } });
    expect(story?.trace.filter(({ kind }) => kind === 'stuck')).toHaveLength(1);
    expect(alarms).toEqual(['turn-stuck']);
    expect(JSON.stringify([story, listed])).not.toContain('ada@example.test');
    const { poke_real } = await entry();
    expect((poke_real ?? 0) - Date.now(), 'tried again in an hour').toBeGreaterThan(hour / 2);
  });

  test('is counted as failed, and its verdicts only where they were committed', async () => {
    const deps = await failing(() => null);
    const counted: string[] = [];
    deps.metrics.turn = (result) => void counted.push(`turn ${result}`);
    deps.metrics.verdict = (kind) => void counted.push(`verdict ${kind}`);
    const cut: AppDeps['store']['transaction'] = (work) =>
      store().transaction(async (trx) => {
        await work(trx);
        throw new RangeError('cut off before the commit');
      });
    await expect(turn({ ...deps, store: { ...deps.store, transaction: cut } })).rejects.toThrow(RangeError);
    expect(counted).toEqual(['turn failed']);
    await turn(deps);
    expect(counted).toEqual(['turn failed', 'verdict send', 'turn wait']);
  });

  test('goes on when what was wrong is mended, and counts from the beginning', async () => {
    let broken = true;
    const deps = await failing(() => (broken ? odd() : null));
    await turn(deps).catch(() => undefined);
    await turn(deps).catch(() => undefined);
    expect(await turn(deps)).toEqual(stuck);
    broken = false;

    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + hour + day });
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await entry()).toMatchObject({ fault: null, fault_count: 0 });
    expect(await readPokeBacklog(store().db)).toMatchObject({ stuck: 0 });
  });

  test('is tried three times anew when somebody restarts it', async () => {
    const deps = await failing(odd);
    for (let n = 0; n < 3; n += 1) await turn(deps).catch(() => undefined);
    await forgetPokes(store().db, (await entry()).id as never, Date.now());

    expect(await readPokeBacklog(store().db)).toMatchObject({ stuck: 0 });
    await expect(turn(deps)).rejects.toThrow(RangeError);
  });

  test.each([
    ['in another way each time', [odd, () => new TypeError('x'), odd, () => new TypeError('x')]],
    ['for a store that is away', Array(4).fill(() => Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))],
    ['for a connection that was lost', Array(4).fill(() => new Error('Connection terminated unexpectedly'))],
    ['for a pool without a free connection', Array(4).fill(() => new Error('timeout exceeded when trying to connect'))],
    ['for a collision', Array(4).fill(() => Object.assign(new Error('x'), { code: '40P01' }))],
    ['for a server that shuts down', Array(4).fill(() => Object.assign(new Error('x'), { code: '57P01' }))],
    ['for a server without room', Array(4).fill(() => Object.assign(new Error('x'), { code: '53300' }))],
  ] as [string, (() => Error)[]][])('%s goes on being tried', async (_how, faults) => {
    const deps = await failing(() => faults.shift()?.() ?? null);

    for (let n = faults.length; n > 0; n -= 1) await expect(turn(deps)).rejects.toThrow(Error);
    expect(await readPokeBacklog(store().db)).toMatchObject({ stuck: 0 });
    expect(await turn(deps)).toMatchObject({ kind: 'wait', wakeAtReal: noon + hour + day });
  });

  test('after a send: what the provider answered is written at once, nothing is sent again, and no slot is held meanwhile', async () => {
    const deps = await failing(() => null);
    // Whatever is written with the outcome fails on what it is about, as text with a NUL does.
    await sql`create or replace function refuse_trace() returns trigger language plpgsql as $$ begin
      if new.kind = 'wait' then raise exception using errcode = '22021'; end if; return new; end $$`.execute(store().db);
    await sql`create trigger refuse_trace before insert on trace for each row execute function refuse_trace()`.execute(store().db);
    try {
      const startedAt = performance.now();
      for (let n = 0; n < 3; n += 1) await turn(deps).catch(() => undefined);

      expect(performance.now() - startedAt).toBeLessThan(8_000);
      expect(deps.providers.email.submitted).toHaveLength(1);
      expect(await store().db.selectFrom('messages').select(['state', 'attempts']).execute()).toEqual([{ state: 'accepted', attempts: 1 }]);
      expect(await turn(deps)).toEqual(stuck);
    } finally {
      await sql`drop trigger refuse_trace on trace`.execute(store().db);
    }
    expect(await turn(deps)).toMatchObject({ kind: 'wait' });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('keeps no promised slot and no message at the provider while it is stuck', async () => {
    const deps = await failing(() => null);
    deps.providers.email.answers = [{ kind: 'not-sent', code: '451', retry: true, suppress: false }];
    await turn(deps);
    expect(await store().db.selectFrom('messages').select('state').execute()).toEqual([{ state: 'reserved' }]);
    await sql`update entries set fault = 'x', fault_count = 2`.execute(store().db);
    Object.assign(deps.renderer, { render: () => Promise.reject(odd()) });
    deps.clock.pass(hour / 2);
    for (let n = 0; n < 3; n += 1) await turn(deps).catch(() => undefined);

    expect(await store().db.selectFrom('messages').select(['state', 'reason']).execute()).toEqual([{ state: 'released', reason: 'stuck' }]);

    // Its process died at the provider, and the turn that would tell so fails.
    await sql`update messages set state = 'submitting', lease_real = real_now_ms() - 1`.execute(store().db);
    expect(await settleExpiredAttempts(deps)).toBe(1);
  });
});
