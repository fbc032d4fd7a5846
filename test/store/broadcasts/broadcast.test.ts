import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { checkBroadcast } from '../../../src/app/broadcasts/check-broadcast.js';
import { cancelBroadcast, pauseBroadcast, resumeBroadcast } from '../../../src/app/broadcasts/control-broadcasts.js';
import { enrolDue } from '../../../src/app/broadcasts/enrol-recipients.js';
import { showBroadcast } from '../../../src/app/broadcasts/show-broadcasts.js';
import { type BroadcastRequest, startBroadcast } from '../../../src/app/broadcasts/start-broadcast.js';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { LiveSegments } from '../../../src/app/segments/live-segments.js';
import { fillSegments } from '../../../src/app/segments/tend-segments.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { segments as segmentKind } from '../../../src/definitions/segment/kind.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a broadcast', (store) => {
  beforeEach(() => resetTables(store()));

  /** So many people who agreed to the newsletter, and a template for it. */
  async function audience(count: number): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await publishHead(store(), { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    for (let n = 0; n < count; n += 1) {
      await take(
        deps,
        identify({ email: `person${n}@example.test` }, { userId: `user-${n}` }),
        track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId: `user-${n}` }),
      );
    }
    return deps;
  }
  const users = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `user-${n}`);
  async function start(deps: TurnDeps, ids: readonly string[], more: Partial<BroadcastRequest> = {}) {
    const request = {
      name: 'December letter',
      template: 'newsletter',
      to: { by: 'user' as const, ids },
      data: { headline: 'Snow' },
      startsAt: null,
      overMs: 0,
      deadline: null,
      priority: null,
      ...more,
    };
    const started = await startBroadcast(deps, request, null);
    if (started.kind !== 'started') throw new Error(JSON.stringify(started));
    return started;
  }
  const entries = () => store().db.selectFrom('entries').selectAll().orderBy('due_at').orderBy('id').execute();
  async function turns(deps: TurnDeps): Promise<void> {
    for (const { id, state } of await entries()) if (state !== 'finished') await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
  }

  test('reaches everyone of the list once, whoever is named twice, and tells who is not known', async () => {
    const deps = await audience(3);
    const started = await start(deps, ['user-1', 'nobody', 'user-0', 'user-1', 'user-2']);
    expect(started).toMatchObject({ total: 3, unknown: ['nobody'] });

    await enrolDue(deps);
    await turns(deps);
    await enrolDue(deps);
    expect(deps.providers.email.submitted.map(({ to }) => to.address).sort()).toEqual([0, 1, 2].map((n) => `person${n}@example.test`));
    expect(await showBroadcast(deps, started.id)).toMatchObject({
      state: 'finished',
      finishedAt: noon,
      progress: { sent: 3, waiting: 0, toCome: 0, skipped: [], expectedEnd: null },
    });
    deps.clock.pass(4 * day);
    expect(await showBroadcast(deps, started.id)).toMatchObject({ progress: { sent: 3, delivered: 3, bounced: 0 } });
    const row = await store().db.selectFrom('messages').select(['origin', 'priority', 'class', 'topic']).executeTakeFirst();
    expect(row).toEqual({ origin: 'broadcast', priority: 20, class: 'broadcast', topic: 'newsletter' });
  });

  test('goes out at its pace, and after a pause goes on at the same pace', async () => {
    const deps = await audience(4);
    const { id } = await start(deps, users(4), { overMs: 4 * hour });
    await enrolDue(deps);
    expect((await entries()).map((entry) => entry.due_at)).toEqual([noon]);

    deps.clock.set(noon + hour);
    await enrolDue(deps);
    expect((await entries()).map((entry) => entry.due_at)).toEqual([noon, noon + hour]);
    expect(await showBroadcast(deps, id)).toMatchObject({ progress: { waiting: 2, toCome: 2, expectedEnd: noon + 3 * hour } });

    await turns(deps);
    await pauseBroadcast(deps, id);
    deps.clock.set(noon + 10 * hour);
    await enrolDue(deps);
    expect(await entries()).toHaveLength(2);
    await resumeBroadcast(deps, id);
    await enrolDue(deps);
    expect(await entries()).toHaveLength(2);
    deps.clock.set(noon + 11 * hour);
    await enrolDue(deps);
    expect((await entries()).flatMap((entry) => entry.due_at ?? [])).toEqual([noon + 11 * hour]);
  });

  test('goes on behind the last batch when the process is killed in the middle of one, and nobody gets it twice', async () => {
    const deps = await audience(120);
    const { id } = await start(deps, users(120));
    // The transaction of the second batch does not come to its commit.
    let batches = 0;
    const dying = {
      ...deps,
      store: {
        ...store(),
        transaction: ((work) =>
          store().transaction(async (trx) => {
            const result = await work(trx);
            if ((batches += 1) === 2) throw new Error('killed');
            return result;
          })) as TurnDeps['store']['transaction'],
      },
    };
    await expect(enrolDue(dying)).rejects.toThrow('killed');
    expect(await entries()).toHaveLength(50);

    // Two processes look at once after the restart.
    await Promise.all([enrolDue(deps), enrolDue(deps)]);
    await enrolDue(deps);
    expect(new Set((await entries()).map((entry) => entry.profile_id)).size).toBe(120);
    expect(await entries()).toHaveLength(120);
    expect(await showBroadcast(deps, id)).toMatchObject({ enrolled: 120, progress: { waiting: 120, toCome: 0, passedOver: 0 } });
  });

  test('says how quickly its letters leave since it began, and by that when it will be over', async () => {
    const deps = await audience(6);
    const { id } = await start(deps, users(6));
    await enrolDue(deps);
    for (const { id } of (await entries()).slice(0, 2)) await takeTurn(deps, { v: 1, entryId: id, opset }, 'inline');
    deps.clock.pass(minute);
    expect(await showBroadcast(deps, id)).toMatchObject({
      progress: { sent: 2, waiting: 4, perMinute: 2, expectedEnd: noon + 3 * minute },
    });
    deps.clock.pass(9 * minute);
    expect(await showBroadcast(deps, id)).toMatchObject({ progress: { perMinute: 0 } });
  });

  test('writes once to someone who turns out to be two recipients, before or after the first was written to', async () => {
    const deps = await audience(4);
    const { id } = await start(deps, users(4), { overMs: 4 * hour });
    await enrolDue(deps);
    await turns(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
    // The first recipient, who has it, is the third; the second and the fourth are one, and both have not fallen due.
    await take(deps, alias('user-0', 'user-2'), alias('user-1', 'user-3'));

    deps.clock.set(noon + 5 * hour);
    await enrolDue(deps);
    await turns(deps);
    await enrolDue(deps);
    expect(deps.providers.email.submitted).toHaveLength(2);
    expect(await showBroadcast(deps, id)).toMatchObject({ state: 'finished', progress: { sent: 2, passedOver: 2 } });
  });

  test('passes over who was erased, and tells who has not agreed', async () => {
    const deps = await audience(2);
    await take(deps, identify({ email: 'silent@example.test' }, { userId: 'silent' }));
    const { id } = await start(deps, [...users(2), 'silent']);
    const erased = await store().db.selectFrom('identities').select('profile_id').where('value', '=', 'user-0').executeTakeFirstOrThrow();
    await eraseProfile(deps, erased.profile_id);

    await enrolDue(deps);
    await turns(deps);
    await enrolDue(deps);
    expect(deps.providers.email.submitted.map(({ to }) => to.address)).toEqual(['person1@example.test']);
    expect(await showBroadcast(deps, id)).toMatchObject({
      state: 'finished',
      progress: { sent: 1, passedOver: 1, skipped: [{ reason: 'no-consent', count: 1 }] },
    });
  });

  test('is cancelled for all who wait, and stays so', async () => {
    const deps = await audience(3);
    const { id } = await start(deps, users(3), { overMs: 3 * hour });
    await enrolDue(deps);
    await turns(deps);
    deps.clock.set(noon + hour);
    await enrolDue(deps);

    expect(await cancelBroadcast(deps, id)).toEqual({ kind: 'done', state: 'cancelled' });
    await turns(deps);
    deps.clock.set(noon + 5 * hour);
    await enrolDue(deps);
    await turns(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect((await entries()).map(({ outcome, outcome_reason: reason }) => [outcome, reason])).toEqual([
      ['completed', 'completed'],
      ['exited', 'cancelled'],
    ]);
    expect(await resumeBroadcast(deps, id)).toMatchObject({ kind: 'refused' });
    expect(await cancelBroadcast(deps, id)).toMatchObject({ kind: 'unchanged' });
  });

  test('goes to who belongs to a segment, once everybody has been looked at; the dry run counts them', async () => {
    const segments = new LiveSegments();
    const deps = { ...(await audience(4)), segments };
    await take(deps, identify({ vip: true }, { userId: 'user-1' }), identify({ vip: true, city: 'Bath' }, { userId: 'user-3' }));
    const toSegment = (segment: string, traits = {}) => ({ by: 'everyone' as const, traits, segment });
    const letter = { name: 'x', template: 'newsletter', data: {}, startsAt: null, overMs: 0, deadline: null, priority: null };
    const request = (segment: string) => ({ ...letter, to: toSegment(segment) });
    const source = 'segment: vips\nname: Guests of honour\nwho: { trait: { name: vip, is: true } }\n';
    await publishDefinition(deps, segmentKind, { source });
    await segments.refresh(store().db);
    expect(await startBroadcast(deps, request('vip'), null)).toMatchObject({
      code: 'unknown-segment',
      reason: 'There is no segment vip in force. Did you mean vips?',
    });
    expect(await checkBroadcast(deps, request('vips'))).toMatchObject({ kind: 'refused', code: 'segment-filling' });
    await fillSegments(deps);
    await sql`update segment_fills set begins_real = 0`.execute(store().db);
    await fillSegments(deps);

    expect(await checkBroadcast(deps, request('vips'))).toMatchObject({ forecast: { total: 2, checked: 2, now: 2, not: [] } });
    expect(await checkBroadcast(deps, { ...request('vips'), to: toSegment('vips', { city: 'Bath' }) })).toMatchObject({
      forecast: { total: 1 },
    });
    const { id, total } = await start(deps, [], { to: toSegment('vips') });
    expect(total).toBe(2);
    await enrolDue(deps);
    await turns(deps);
    expect(await showBroadcast(deps, id)).toMatchObject({ progress: { sent: 2 } });
    const later = { occurredAt: noon + minute, receivedAt: noon + minute };
    await take(deps, identify({ vip: false }, { userId: 'user-1', ...later }), identify({ vip: false }, { userId: 'user-3', ...later }));
    expect(await startBroadcast(deps, request('vips'), null)).toMatchObject({
      code: 'no-recipients',
      reason: 'Nobody belongs to the segment vips now, so no broadcast was started.',
    });
  });

  test('takes everyone with a trait, gives up at its deadline, and refuses what cannot be', async () => {
    const deps = await audience(1);
    await take(
      deps,
      identify({ email: 'vip@example.test', vip: true }, { userId: 'vip' }),
      track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId: 'vip' }),
    );
    const { id, total } = await start(deps, [], { to: { by: 'everyone', traits: { vip: true } }, deadline: { kind: 'within', ms: hour } });
    expect(total).toBe(1);
    deps.clock.set(noon + hour + minute);
    await enrolDue(deps);
    await turns(deps);
    expect(deps.providers.email.submitted).toHaveLength(0);
    expect(await showBroadcast(deps, id)).toMatchObject({ progress: { sent: 0, skipped: [{ count: 1 }] } });

    await publishHead(store(), { id: 'order-confirmation' });
    const request: BroadcastRequest = {
      name: 'x',
      template: 'newsletter',
      to: { by: 'user', ids: ['nobody'] },
      data: {},
      startsAt: null,
      overMs: 0,
      deadline: null,
      priority: null,
    };
    expect(await startBroadcast(deps, request, null)).toMatchObject({ kind: 'refused', code: 'no-recipients' });
    expect(await startBroadcast(deps, { ...request, template: 'order-confirmation' }, null)).toMatchObject({ code: 'class-not-allowed' });
    expect(await startBroadcast(deps, { ...request, overMs: 3 * hour, deadline: { kind: 'at', at: noon + 2 * hour } }, null)).toMatchObject(
      {
        code: 'deadline-too-early',
      },
    );
    const past = { ...request, startsAt: deps.clock.now() - 2 * minute };
    expect(await startBroadcast(deps, past, null)).toMatchObject({ kind: 'refused', code: 'start-passed' });
    expect(await store().db.selectFrom('broadcasts').select('id').execute()).toHaveLength(1);
  });

  test('keeps data that the store would not take, mended, and finds nobody by such a trait', async () => {
    const deps = await audience(1);
    const { id } = await start(deps, users(1), { data: { headline: 'Sn\0ow\uD800' } });
    expect(await showBroadcast(deps, id)).toMatchObject({ data: { headline: 'Sn\uFFFDow\uFFFD' } });
    const odd = { name: 'x', template: 'newsletter', data: {}, startsAt: null, overMs: 0, deadline: null, priority: null } as const;
    const to = { by: 'everyone' as const, traits: { city: 'A\0' } };
    expect(await startBroadcast(deps, { ...odd, to }, null)).toMatchObject({ code: 'no-recipients' });
    expect(await checkBroadcast(deps, { ...odd, to })).toMatchObject({ kind: 'forecast', forecast: { total: 0 } });
  });

  test('that is only tried out knows its deadline: who would wait too long would not get it', async () => {
    const deps = await audience(1);
    const request = { name: 'x', template: 'newsletter', data: {}, startsAt: null, overMs: 0, priority: null, deadline: null } as const;
    const to = { by: 'user', ids: users(1) } as const;
    await start(deps, users(1));
    await enrolDue(deps);
    await turns(deps);
    expect(deps.providers.email.submitted).toHaveLength(1);

    deps.clock.pass(hour);
    const tried = async (deadline: BroadcastRequest['deadline']) => {
      const answer = await checkBroadcast(deps, { ...request, to, deadline });
      return answer.kind === 'forecast' ? { later: answer.forecast.later, not: answer.forecast.not } : answer;
    };
    const capped = [{ reason: 'frequency-cap', count: 1 }];
    expect(await tried({ kind: 'at', at: deps.clock.now() + hour })).toEqual({ later: [], not: capped });
    expect(await tried(null)).toEqual({ later: capped, not: [] });
  });

  test('is started once by a request that comes twice with one key', async () => {
    const deps = await audience(1);
    const request: BroadcastRequest = {
      name: 'x',
      template: 'newsletter',
      to: { by: 'user', ids: ['user-0'] },
      data: {},
      startsAt: null,
      overMs: 0,
      deadline: null,
      priority: null,
    };
    const [first, second] = [await startBroadcast(deps, request, 'k'), await startBroadcast(deps, request, 'k')];
    expect(second).toEqual({ ...first, isNew: false });
    expect(await startBroadcast(deps, { ...request, name: 'y' }, 'k')).toEqual({ kind: 'other-request' });

    // Asked for again when it could no longer be asked for: it was started, and that is the answer.
    const timed: BroadcastRequest = { ...request, startsAt: noon + minute, deadline: { kind: 'at', at: noon + hour } };
    const started = await startBroadcast(deps, timed, 'timed');
    deps.clock.pass(2 * hour);
    expect(await startBroadcast(deps, timed, 'timed')).toEqual({ ...started, isNew: false });
  });
});
