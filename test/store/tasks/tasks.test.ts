import { beforeEach, expect, test } from 'vitest';
import { holdMarketing, releaseMarketing } from '../../../src/app/holds/hold-marketing.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { exportProfile } from '../../../src/app/people/export-profile.js';
import { closeTask } from '../../../src/app/tasks/close-task.js';
import { assignTask, showTasks } from '../../../src/app/tasks/show-tasks.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const journey = definitionOf(
  trialJourney({
    steps: `
  - hand_off: { id: call, reason: low-rating, title: Call the customer, priority: high, due: P1D, because: [rating] }
  - send: { id: news, channel: email, template: thanks, deadline: P30D }`,
  }),
);

describeOnBothStores('what a journey hands over', (store) => {
  let deps: TurnDeps;
  let wakes = 0;
  beforeEach(async () => {
    await resetTables(store());
    wakes = 0;
    deps = turnDeps(store(), { notifyRelay: () => void (wakes += 1) });
    await publish(store(), journey);
    await known('ada');
  });

  const known = (userId: string) =>
    take(
      deps,
      identify({ email: `${userId}@example.test` }, { userId }),
      track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId }),
    );
  const begin = async (userId = 'ada'): Promise<void> => {
    await take(deps, track('Quiz Finished', { rating: 2, order_id: 'o1' }, { userId, occurredAt: deps.clock.now() }));
    await turns();
  };
  const open = async () =>
    (await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').orderBy('id').execute()).map(({ id }) => id);
  const turns = async (): Promise<void> => {
    for (const id of await open()) await turn(deps, id);
  };
  const tasks = async () => (await showTasks(deps, {}, { limit: 10, cursor: null })).items;
  const only = async () => (await tasks())[0]!;
  const message = () => store().db.selectFrom('messages').select(['state', 'reason', 'slot_at']).executeTakeFirst();
  const personOf = async (userId: string): Promise<string> =>
    (await store().db.selectFrom('identities').select('profile_id').where('value', '=', userId).executeTakeFirstOrThrow()).profile_id;

  test('is a task with its hold, once, in the statement that writes the turn', async () => {
    await take(deps, track('Quiz Finished', { rating: 2, order_id: 'o1' }));
    const [id = ''] = await open();
    const statements = await countStatements(store(), () => turn(deps, id));
    await turn(deps, id);

    expect(await tasks()).toMatchObject([
      {
        reason: 'low-rating',
        priority: 'high',
        orderId: 'o1',
        because: { rating: 2 },
        dueAt: deps.clock.now() + day,
        step: 'call',
        entryId: id,
      },
    ]);
    const writing = statements.filter((text) => text.includes('into tasks') || text.includes('into holds'));
    expect(writing.map((text) => ['into tasks', 'into holds', 'update entries'].every((part) => text.includes(part)))).toEqual([true]);
    expect(await message()).toMatchObject({ state: 'reserved', reason: 'on-hold' });
  });

  test('lets marketing go on when somebody closes it, at once, and only the first time', async () => {
    await begin();
    const { id } = await only();
    deps.clock.pass(hour);
    wakes = 0;

    expect(await closeTask(deps, id, { by: 'key:k1', note: 'Sent another.' })).toMatchObject({
      kind: 'closed',
      task: { closedBy: 'key:k1' },
    });
    expect(await closeTask(deps, id, { by: 'key:k2', note: null })).toMatchObject({ kind: 'was-closed', task: { closedBy: 'key:k1' } });
    expect(await closeTask(deps, 'task_none', { by: 'key:k1', note: null })).toEqual({ kind: 'unknown' });
    expect(wakes).toBe(1);
    const poked = await store().db.selectFrom('entries').select('poke_real').executeTakeFirstOrThrow();
    expect(poked.poke_real).not.toBeNull();
    await turns();
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect(await message()).toMatchObject({ state: 'accepted' });
    const facts = await store().db.selectFrom('facts').select(['name', 'properties']).where('name', '=', 'task.closed').execute();
    expect(facts).toMatchObject([{ properties: { task_id: id, reason: 'low-rating', journey: 'trial', step: 'call', order_id: 'o1' } }]);
  });

  test('goes by its time where nobody closes it', async () => {
    await begin();
    deps.clock.pass(14 * day);
    await turns();

    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('can be given to somebody, and is found by them', async () => {
    await begin();
    await assignTask(deps, (await only()).id, 'kim');

    expect((await showTasks(deps, { assignee: 'kim', state: 'open' }, { limit: 10, cursor: null })).items).toHaveLength(1);
    expect((await showTasks(deps, { state: 'closed' }, { limit: 10, cursor: null })).items).toEqual([]);
  });

  test('goes with its person in a merge, and is in their copy', async () => {
    await begin();
    await known('eve');
    await take(deps, alias('eve', 'ada'));
    const person = await personOf('eve');

    expect((await only()).profileId).toBe(person);
    expect(await exportProfile(deps, person)).toMatchObject({ tasks: [{ reason: 'low-rating', because: { rating: 2 } }], holds: [{}] });
    await eraseProfile(deps, person);
    expect(await only()).toMatchObject({ because: {}, orderId: null, note: null, closedBy: 'erasure' });
    expect(await store().db.selectFrom('holds').selectAll().execute()).toEqual([]);
  });

  test('a person of the team may hold marketing, and let it go on', async () => {
    const person = await personOf('ada');
    const asked = { reason: 'complaint', forMs: 7 * day, untilTicketCloses: false, by: 'key:k1' };
    expect(await holdMarketing(deps, person, asked)).toMatchObject({
      reason: 'complaint',
      endsWith: 'time',
      until: deps.clock.now() + 7 * day,
    });
    await begin();
    await closeTask(deps, (await only()).id, { by: 'key:k1', note: null });
    await turns();
    // The task's own hold is over; that of the team is not.
    expect(deps.providers.email.submitted).toHaveLength(0);

    wakes = 0;
    expect(await releaseMarketing(deps, person, { holdId: null, by: 'key:k2' })).toBe(1);
    expect(await releaseMarketing(deps, person, { holdId: null, by: 'key:k2' })).toBe(0);
    expect(wakes).toBe(1);
    await turns();
    expect(deps.providers.email.submitted).toHaveLength(1);
    const kept = await store().db.selectFrom('holds').select(['made_by', 'released_by']).where('reason', '=', 'complaint').execute();
    expect(kept).toEqual([{ made_by: 'key:k1', released_by: 'key:k2' }]);
  });

  test('a hold until a ticket is closed ends with it', async () => {
    const person = await personOf('ada');
    await holdMarketing(deps, person, { reason: 'complaint', forMs: 7 * day, untilTicketCloses: true, by: 'key:k1' });
    await take(deps, track('Ticket Opened', { ticket_id: 't1' }, { occurredAt: deps.clock.now() }));
    await begin();
    await closeTask(deps, (await only()).id, { by: 'key:k1', note: null });
    deps.clock.pass(hour);
    await turns();
    expect(deps.providers.email.submitted).toHaveLength(0);
    await take(deps, track('Ticket Closed', { ticket_id: 't1' }, { occurredAt: deps.clock.now() }));
    await turns();

    expect(deps.providers.email.submitted).toHaveLength(1);
  });
});
