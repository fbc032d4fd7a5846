import { beforeEach, expect, test } from 'vitest';
import { holdMarketing, releaseMarketing } from '../../../src/app/holds/hold-marketing.js';
import { sendAgain } from '../../../src/app/messages/send-again.js';
import { day, minute } from '../../../src/domain/time/instant.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { turn } from '../../support/reminded.js';
import { identify, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a message that support sends again', (store) => {
  let deps: TurnDeps;
  let id: string;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publish(store(), definitionOf(trialJourney({})));
    await take(
      deps,
      identify({ email: 'ada@example.test' }),
      track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }),
      track('Quiz Finished', {}),
    );
    for (const entry of await store().db.selectFrom('entries').select('id').execute()) await turn(deps, entry.id);
    id = (await store().db.selectFrom('messages').select('id').executeTakeFirstOrThrow()).id;
    deps.clock.pass(8 * day);
  });

  const again = () => sendAgain(deps, id);
  const sent = () => deps.providers.email.submitted;
  const rows = () => store().db.selectFrom('messages').select(['id', 'state', 'reason', 'origin', 'class']).orderBy('created_at').execute();

  test('has its words, goes to the present address, and is a row of its own', async () => {
    await take(deps, identify({ email: 'new@example.test' }, { occurredAt: deps.clock.now() }));
    await take(
      deps,
      track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { occurredAt: deps.clock.now() }),
    );
    const result = await again();

    expect(result).toMatchObject({ kind: 'sent' });
    expect(sent().map(({ to }) => to.address)).toEqual(['ada@example.test', 'new@example.test']);
    expect(sent()[1]?.html).toBe(sent()[0]?.html);
    expect(await rows()).toMatchObject([
      { state: 'accepted', origin: 'journey' },
      { state: 'accepted', origin: 'api', class: 'marketing' },
    ]);
  });

  test('leaves once, where somebody clicks twice', async () => {
    const results = await Promise.all([again(), again()]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['refused', 'sent']);
    expect(sent()).toHaveLength(2);
    deps.clock.pass(day + 11 * minute);
    expect((await again()).kind).toBe('sent');
  });

  test('leaves once, also where the clicks are on both sides of ten minutes of the clock', async () => {
    deps.clock.pass(10 * minute - (deps.clock.now() % (10 * minute)) - minute);
    expect((await again()).kind).toBe('sent');
    deps.clock.pass(2 * minute);
    expect(await again()).toMatchObject({ kind: 'refused', code: 'sent-again-already' });
    expect(sent()).toHaveLength(2);
  });

  test('passes the whole gate', async () => {
    await take(
      deps,
      track('Consent Revoked', { channel: 'email', topic: 'marketing', method: 'form', source: 'test' }, { occurredAt: deps.clock.now() }),
    );
    expect(await again()).toMatchObject({ kind: 'refused' });
    expect(sent()).toHaveLength(1);
    expect((await rows())[1]).toMatchObject({ state: 'skipped' });
  });

  test('waits for nothing: marketing on hold is refused, with the reason', async () => {
    const { profile_id: person } = await store().db.selectFrom('messages').select('profile_id').executeTakeFirstOrThrow();
    await holdMarketing(deps, person, { reason: 'complaint', forMs: day, untilTicketCloses: false, by: 'key:k1' });
    expect(await again()).toMatchObject({ kind: 'refused', code: 'on-hold', reason: expect.stringContaining('on hold') });
    await releaseMarketing(deps, person, { holdId: null, by: 'key:k1' });
    expect(await again()).toMatchObject({ kind: 'sent' });
  });

  test('is none where there is no such message, or it never left', async () => {
    expect(await sendAgain(deps, 'none')).toEqual({ kind: 'unknown' });
    await store().db.updateTable('messages').set({ content: null }).execute();
    expect(await again()).toMatchObject({ kind: 'refused', code: 'no-content' });
  });

  test('says what the provider refused', async () => {
    deps.providers.email.answers = [{ kind: 'not-sent', code: '451', retry: true }];
    expect(await again()).toMatchObject({ kind: 'refused', code: 'provider-rejected' });
    expect((await rows())[1]).toMatchObject({ state: 'skipped', reason: 'provider-rejected' });
  });
});
