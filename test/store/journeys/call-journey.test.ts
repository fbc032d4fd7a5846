import { beforeEach, expect, test } from 'vitest';
import { callJourney } from '../../../src/app/journeys/call-journey.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { opset } from '../../../workflows/contract.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { identify } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const called = trialJourney({
  trigger: '{ api: {} }',
  filters: '[{ reason: not-gold, event_property: { path: plan, is: gold } }]',
  steps: '\n  - wait: { for: P1D }',
});

describeOnBothStores('a call of a journey', (store) => {
  let deps: TurnDeps;
  beforeEach(async () => {
    await resetTables(store());
    deps = turnDeps(store());
    await publish(store(), definitionOf(called));
    await take(deps, identify({ email: 'ada@example.test' }));
  });
  const person = async () => (await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow()).id;
  const entry = () => store().db.selectFrom('entries').selectAll().executeTakeFirst();

  test('begins an entry by its rules, with what was said', async () => {
    const to = { profileId: await person() };

    const result = await callJourney(deps, 'trial', { to, properties: { plan: 'gold' } });
    expect(result).toMatchObject({ kind: 'called', entryId: (await entry())?.id, sentence: 'journey.called armed an entry of trial.' });
    await takeTurn(deps, { v: 1, entryId: (await entry())?.id ?? '', opset }, 'inline');
    expect(await entry()).toMatchObject({ state: 'open', data: { trigger: { plan: 'gold', journey: 'trial' } } });

    // Called again, it goes on.
    expect(await callJourney(deps, 'trial', { to, properties: {} })).toMatchObject({ kind: 'called', entryId: (await entry())?.id });
    expect(await store().db.selectFrom('entries').select('id').execute()).toHaveLength(1);
  });

  test('does not enter who does not meet its filters', async () => {
    await callJourney(deps, 'trial', { to: { profileId: await person() }, properties: { plan: 'silver' } });
    await takeTurn(deps, { v: 1, entryId: (await entry())?.id ?? '', opset }, 'inline');
    expect(await entry()).toMatchObject({ outcome: 'not-entered', outcome_reason: 'not-gold' });
  });

  test('with a key happens once: the same request gets the same answer, another one is refused', async () => {
    const call = { to: { profileId: await person() }, properties: { plan: 'gold' } };
    const [first, again] = await Promise.all([callJourney(deps, 'trial', call, 'k-1'), callJourney(deps, 'trial', call, 'k-1')]);
    expect(first).toMatchObject({ kind: 'called', entryId: (await entry())?.id });
    expect(again).toEqual(first);
    // Also when the journey is not there any more.
    await store().db.updateTable('journeys').set({ state: 'archived' }).execute();
    expect(await callJourney(deps, 'trial', call, 'k-1')).toEqual(first);
    expect(await callJourney(deps, 'trial', { ...call, properties: { plan: 'silver' } }, 'k-1')).toEqual({ kind: 'other-request' });
    const told = await store().db.selectFrom('facts').select('seq').where('name', '=', 'journey.called').execute();
    expect(told).toHaveLength(1);
  });

  test('needs a journey that is begun by calls, and a person', async () => {
    const to = { profileId: await person() };
    expect(await callJourney(deps, 'nowhere', { to, properties: {} })).toEqual({ kind: 'unknown-journey' });
    expect(await callJourney(deps, 'trial', { to: { userId: 'nobody' }, properties: {} })).toEqual({ kind: 'unknown-profile' });
    await publish(store(), definitionOf(trialJourney({}).replace('journey: trial', 'journey: other')));
    expect(await callJourney(deps, 'other', { to, properties: {} })).toMatchObject({ kind: 'refused' });
  });
});
