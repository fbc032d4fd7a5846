import { sql } from 'kysely';
import { beforeEach, expect, test, vi } from 'vitest';
import { enrolDue } from '../../../src/app/broadcasts/enrol-recipients.js';
import { showBroadcast } from '../../../src/app/broadcasts/show-broadcasts.js';
import { startBroadcast } from '../../../src/app/broadcasts/start-broadcast.js';
import { takeBatchTurn } from '../../../src/app/broadcasts/take-batch-turn.js';
import { suppress } from '../../../src/app/consent/suppress-address.js';
import type { AppDeps } from '../../../src/app/deps.js';
import { pauseSending, resumeSending } from '../../../src/app/journeys/control-journeys.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import type { OutgoingEmail } from '../../../src/domain/messages/outgoing.js';
import { minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('the batches of a broadcast', (store) => {
  beforeEach(() => resetTables(store()));

  /** So many people who agreed to the newsletter; `over`: other deps. */
  async function audience(count: number, over: Partial<AppDeps> = {}): Promise<TurnDeps> {
    const deps = turnDeps(store(), over);
    await publishHead(store(), { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    const people = Array.from({ length: count }, (_, n) => n);
    for (let n = 0; n < count; n += 25) await take(deps, ...people.slice(n, n + 25).flatMap((one) => agrees(one)));
    return deps;
  }
  const agrees = (n: number, email = `person${n}@example.test`) => [
    identify({ email }, { userId: `user-${n}` }),
    track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId: `user-${n}` }),
  ];
  const users = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `user-${n}`);
  async function start(deps: TurnDeps, ids: readonly string[]): Promise<string> {
    const request = { name: 'Letter', template: 'newsletter', data: {}, startsAt: null, overMs: 0, deadline: null, priority: null };
    const started = await startBroadcast(deps, { ...request, to: { by: 'user', ids } }, null);
    if (started.kind !== 'started') throw new Error(JSON.stringify(started));
    await enrolDue(deps);
    return started.id;
  }
  const batches = () => store().db.selectFrom('broadcast_batches').selectAll().orderBy('first').execute();
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('id').execute();
  const messages = () => store().db.selectFrom('messages').selectAll().orderBy('id').execute();
  const turn = (deps: TurnDeps, broadcastId: string, first = 0) => takeBatchTurn(deps, { v: 1, broadcastId, first, opset });
  const sentTo = (deps: TurnDeps) => deps.providers.email.submitted.map(({ to }) => to.address);

  test('reach everyone once, by one turn of them all, and leave nothing to do', async () => {
    const deps = await audience(60);
    const id = await start(deps, users(60));
    expect(await batches()).toMatchObject([{ first: 0, until: 60 }]);
    expect(await turn(deps, id)).toEqual({ kind: 'finished', outcome: 'completed' });

    expect(new Set(sentTo(deps))).toEqual(new Set(users(60).map((user) => `${user.replace('user-', 'person')}@example.test`)));
    expect(sentTo(deps)).toHaveLength(60);
    expect(new Set((await entries()).map(({ state, outcome, poke_real }) => [state, outcome, poke_real].join()))).toEqual(
      new Set(['finished,completed,']),
    );
    expect(new Set((await messages()).map(({ state, attempts }) => `${state} ${attempts}`))).toEqual(new Set(['accepted 1']));
    expect(await batches()).toMatchObject([{ poke_real: null }]);
    await enrolDue(deps);
    expect(await showBroadcast(deps, id)).toMatchObject({ state: 'finished', progress: { sent: 60, waiting: 0 } });
  });

  test('count a letter for whoever shares the address, although both are in one batch', async () => {
    const deps = await audience(2);
    await take(deps, ...agrees(7, 'shared@example.test'), ...agrees(8, 'Shared@example.test'));
    const id = await start(deps, ['user-7', 'user-8', 'user-0']);
    await turn(deps, id);
    expect(
      sentTo(deps)
        .map((address) => address.toLowerCase())
        .toSorted(),
    ).toEqual(['person0@example.test', 'shared@example.test']);
    expect((await messages()).map(({ state, reason }) => `${state} ${reason}`).toSorted()).toEqual([
      'accepted null',
      'accepted null',
      'skipped duplicate',
    ]);
  });

  test('stop at once for a pause and for who opts out while others are written to', async () => {
    const deps = await audience(40);
    const id = await start(deps, users(40));
    let sent = 0;
    const submit = deps.providers.email.submit.bind(deps.providers.email);
    let left: string | null = null;
    Object.assign(deps.providers.email, {
      submit: async (mail: OutgoingEmail) => {
        sent += 1;
        if (sent === 5) {
          // Nobody of the groups to come.
          left = 'person39@example.test';
          await store().transaction((trx) =>
            suppress(deps, trx, {
              channel: 'email',
              address: 'person39@example.test',
              reason: 'unsubscribed',
              code: null,
              at: deps.clock.now(),
            }),
          );
          await pauseSending(deps, 'all');
        }
        return submit(mail);
      },
    });
    await turn(deps, id);
    const during = sentTo(deps).length;
    // What was committed before the pause, and what was made ready with it.
    expect(during).toBeLessThan(40);
    expect((await entries()).filter(({ activity }) => activity === 'held')).toHaveLength(40 - during);
    await resumeSending(deps, 'all');
    for (const entry of await entries()) if (entry.state !== 'finished') await takeTurn(deps, { v: 1, entryId: entry.id, opset }, 'inline');
    expect(sentTo(deps)).not.toContain(left);
    expect(sentTo(deps)).toHaveLength(39);
  });

  test('give whoever is not done a run of their own, and read for them as for everybody', async () => {
    const deps = await audience(4);
    deps.providers.email.answers.push(
      { kind: 'not-sent', code: 'smtp-451', retry: true },
      { kind: 'unknown', code: 'deadline' },
      { kind: 'not-sent', code: 'smtp-550', retry: false, suppress: true },
    );
    await take(deps, identify({ email: 'silent@example.test' }, { userId: 'silent' }));
    const id = await start(deps, [...users(4), 'silent']);
    await turn(deps, id);
    const all = await entries();
    expect(all.map(({ state }) => state).toSorted()).toEqual(['finished', 'finished', 'finished', 'open', 'open']);
    // No run of theirs is there, and the poke loop starts one when they are due.
    const open = all.filter(({ state }) => state === 'open');
    expect(open.map(({ run_started: started, poke_real: poke, due_at: due }) => [started, poke === due])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect((await messages()).map(({ state, reason }) => `${state} ${reason}`).toSorted()).toEqual([
      'accepted null',
      'reserved null',
      'reserved provider-rejected',
      'skipped no-consent',
      'skipped provider-rejected',
    ]);
    deps.clock.pass(minute);
    for (const { id } of open) await takeTurn(deps, { v: 1, entryId: id, opset }, 'queue');
    expect(await showBroadcast(deps, id)).toMatchObject({ progress: { sent: 3, waiting: 0 } });
  });

  test('go on where a process was killed: before a call, after it, and between two groups', async () => {
    const deps = await audience(30);
    const id = await start(deps, users(30));
    const submit = deps.providers.email.submit.bind(deps.providers.email);
    const never = new Promise<never>(() => {});
    let calls = 0;
    Object.assign(deps.providers.email, {
      // The ninth answer and all after it never come: the process is gone. Half of them have left.
      submit: async (mail: OutgoingEmail) => {
        calls += 1;
        if (calls > 8 && calls % 2 === 0) return never;
        const outcome = await submit(mail);
        return calls > 8 ? never : outcome;
      },
    });
    let isKilled = false;
    void turn({ ...deps, mayBeginSend: () => !isKilled }, id);
    await vi.waitFor(() => expect(calls).toBeGreaterThan(8), { timeout: 20_000, interval: 20 });
    isKilled = true;
    // What it had committed by then stays as it is; it begins nothing more.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const before = sentTo(deps).length;
    const after = { ...deps, providers: turnDeps(store()).providers };
    await sql`update messages set lease_real = 0 where state = 'submitting'`.execute(store().db);
    await takeBatchTurn(after, { v: 1, broadcastId: id, first: 0, opset });
    for (let look = 0; look < 3; look += 1) {
      deps.clock.pass(minute);
      for (const entry of await entries())
        if (entry.state !== 'finished') await takeTurn(after, { v: 1, entryId: entry.id, opset }, 'queue');
    }
    const times = new Map<string, number>();
    for (const to of [...sentTo(deps), ...after.providers.email.submitted.map(({ to }) => to.address)])
      times.set(to, (times.get(to) ?? 0) + 1);
    // Nobody is left out. Twice only who was at the provider when the process went.
    expect(times.size).toBe(30);
    const ambiguous = (await store().db.selectFrom('attempts').select('message_id').where('code', '=', 'lease-expired').execute()).length;
    expect([...times.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(ambiguous);
    expect(before).toBeGreaterThan(0);
    expect(new Set((await messages()).map(({ state }) => state))).toEqual(new Set(['accepted']));
  });

  test('wait while few are done: a broadcast enrols no further than its provider takes letters', async () => {
    const deps = await audience(1);
    await sql`insert into profiles (id, email, created_at, updated_at, traits, trait_times, last_instant)
      select 'p' || n, 'p' || n || '@example.test', 0, 0, '{}', '{}', 0 from generate_series(1, 1200) n`.execute(store().db);
    const request = { name: 'Letter', template: 'newsletter', data: {}, startsAt: null, overMs: 0, deadline: null, priority: null };
    await startBroadcast(deps, { ...request, to: { by: 'profile', ids: Array.from({ length: 1200 }, (_, n) => `p${n + 1}`) } }, null);
    await enrolDue(deps);
    expect((await batches()).map(({ first, until }) => until - first)).toEqual([250, 250, 250]);
    await enrolDue(deps);
    expect(await entries()).toHaveLength(750);
    const [first] = await batches();
    for (let more = true; more; ) more = (await turn(deps, first?.broadcast_id ?? '', 250)).kind !== 'finished';
    await enrolDue(deps);
    expect(await entries()).toHaveLength(1_000);
  });

  test('take few statements, however many they are', async () => {
    const texts: string[] = [];
    const deps = await audience(20, {});
    const id = await start(deps, users(20));
    const watched = {
      ...deps,
      store: {
        ...store(),
        transaction: ((work) => store().transaction((trx) => (texts.push('transaction'), work(trx)))) as TurnDeps['store']['transaction'],
      },
    };
    await turn(watched as TurnDeps, id);
    // Two groups: of ten, of ten; each a transaction that lets through and one or two that settle, and the end.
    expect(texts.length).toBeLessThanOrEqual(8);
  });
});
