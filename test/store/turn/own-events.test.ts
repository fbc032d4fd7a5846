import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { showEvent } from '../../../src/app/ingest/show-event.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { hour } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const saysAll = trialJourney({
  steps: `
  - wait_until: { id: question, branches: [{ on: "event:Said Yes" }], timeout: P2D }
  - update_profile: { set: { plan: "{{ trigger.plan }}" } }
  - set_consent: { channel: sms, topic: cart_reminder, to: granted, because: heard.question, text: "Yes, text me" }
  - emit: { event: Became A Fan, properties: { plan: "{{ traits.plan }}" } }
  - split: { branches: [{ id: may, when: { consent: { channel: sms, topic: cart_reminder } }, steps: [{ exit: { reason: may } }] }] }`,
});
const fans = trialJourney({ trigger: '{ event: { name: "event:Became A Fan" } }', steps: '\n  - wait: { for: P1D }' }).replace(
  'journey: trial',
  'journey: fans',
);

describeOnBothStores('what steps say', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada finished the quiz at noon and says yes at once. */
  async function saidYes(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    for (const journey of [saysAll, fans]) await publish(store(), definitionOf(journey));
    await take(deps, identify({ email: 'ada@example.test', phone: '+447700900123' }), track('Quiz Finished', { plan: 'gold' }));
    await turn(deps);
    deps.clock.set(noon + hour);
    await take(deps, track('Said Yes', {}, { occurredAt: noon + hour, receivedAt: noon + hour }));
    return deps;
  }
  const entryOf = (journey: string) => store().db.selectFrom('entries').selectAll().where('journey_id', '=', journey).executeTakeFirst();
  const turn = async (deps: TurnDeps) => takeTurn(deps, { v: 1, entryId: (await entryOf('trial'))?.id ?? '', opset }, 'inline');
  const ownEvents = async () =>
    await store()
      .db.selectFrom('events')
      .select(['message_id', 'type', 'name', 'payload'])
      .where('source', '=', 'sojourn')
      .orderBy('seq')
      .execute();

  test('is kept, counts for the person, and begins what hears it, in one activity', async () => {
    const deps = await saidYes();

    expect(await turn(deps)).toMatchObject({ kind: 'finished' });

    expect(await entryOf('trial')).toMatchObject({ outcome: 'completed', outcome_reason: 'may' });
    const [traits, consent, event] = await ownEvents();
    expect(traits).toMatchObject({ type: 'identify', payload: { traits: { plan: 'gold' }, by: { journey: 'trial', depth: 1 } } });
    expect(event).toMatchObject({ type: 'track', name: 'Became A Fan', payload: { properties: { plan: 'gold' } } });
    const acts = await store().db.selectFrom('consents').selectAll().where('channel', '=', 'sms').execute();
    expect(acts).toMatchObject([
      {
        topic: 'cart_reminder',
        state: 'granted',
        method: 'journey',
        source: 'journey/trial/set-consent-1',
        text: 'Yes, text me',
        occurred_at: noon + hour,
        event_id: consent?.message_id,
      },
    ]);
    expect(acts[0]?.evidence).toMatch(/^event /);
    expect(await entryOf('fans')).toMatchObject({
      state: 'armed',
      trigger_event_id: event?.message_id,
      data: { depth: 1, trigger: { plan: 'gold' } },
    });
    expect(await showEvent(deps, event?.message_id ?? '')).toMatchObject({
      event: { effects: [{ sentence: 'event:Became A Fan armed an entry of fans.' }] },
    });
  });

  test('happens once, whoever takes the turn and how often', async () => {
    const deps = await saidYes();
    await Promise.all([turn(deps), turn(deps), turn(deps), turn(deps)]);
    await turn(deps);

    expect(await ownEvents()).toHaveLength(3);
    expect(await store().db.selectFrom('entries').select('id').where('journey_id', '=', 'fans').execute()).toHaveLength(1);
  });

  test('happens with its turn or not at all', async () => {
    const deps = await saidYes();
    const count = async () => Number((await sql<{ n: string }>`select count(*) as n from events`.execute(store().db)).rows[0]?.n);
    const before = await count();
    // The event cannot be told, so nothing of its turn stands.
    const fails = () => {
      throw new Error('No segment can be read.');
    };
    const broken = { ...deps, segments: { current: fails } } as unknown as TurnDeps;
    await expect(turn(broken)).rejects.toThrow();
    expect(await count()).toBe(before);
    expect((await entryOf('trial'))?.data).toMatchObject({ step: 'question' });

    await turn(deps);
    expect(await ownEvents()).toHaveLength(3);
  });

  test('costs a fixed number of statements', async () => {
    const deps = await saidYes();
    const statements = await countStatements(store(), () => turn(deps));
    // Four turns of which three say something; the last of these begins an entry.
    expect(statements.length).toBe(42);
  });
});
