import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { recordAnswers } from '../../../src/app/answers/record-answers.js';
import { resealAnswers } from '../../../src/app/answers/reseal-answers.js';
import { showAnswers } from '../../../src/app/answers/show-answers.js';
import { carryOver } from '../../../src/app/consent/carry-over-suppressions.js';
import { retryDeadLetter } from '../../../src/app/dead-letters/retry-dead-letter.js';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { removeExpiredValues } from '../../../src/app/fields/tend-fields.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { exportProfile } from '../../../src/app/people/export-profile.js';
import { showProfile } from '../../../src/app/people/show-profile.js';
import { LiveSegments } from '../../../src/app/segments/live-segments.js';
import { fillSegments, reviewDuePeople } from '../../../src/app/segments/tend-segments.js';
import { readNotices } from '../../../src/app/upkeep/read-notices.js';
import { segments as segmentKind } from '../../../src/definitions/segment/kind.js';
import type { Fields } from '../../../src/domain/answers/field.js';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { tablesOfPeople } from '../../../src/store/person-tables.js';
import { shippedFields } from '../../support/fields.js';
import { readSchema, tablesOf, textOf } from '../../support/planted.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, type TurnDeps, turnDeps } from '../../support/turns.js';

const fields: Fields = await shippedFields();
const consent = { text: 'You may keep my allergies to leave gifts out.', method: 'form' };
const answered = (properties: Record<string, unknown>, at = noon, userId = 'ada') =>
  track('Question Answered', properties, { userId, occurredAt: at, receivedAt: at });

describeOnBothStores('answers', (store) => {
  let deps: TurnDeps;
  let segments: LiveSegments;
  beforeEach(async () => {
    await resetTables(store());
    segments = new LiveSegments();
    deps = turnDeps(store(), { segments, fields: { current: () => fields } });
    deps.clock.set(noon);
  });

  const tell = (...events: readonly IncomingEvent[]) => {
    deps.clock.set(Math.max(deps.clock.now(), ...events.map(({ event }) => event.receivedAt)));
    return ingestEvents(deps, events, []);
  };
  const personOf = async (userId = 'ada') =>
    (await store().db.selectFrom('identities').select('profile_id').where('value', '=', userId).executeTakeFirstOrThrow()).profile_id;
  const current = async (userId = 'ada') => {
    const all = (await showAnswers(deps, await personOf(userId), ['admin'])) ?? [];
    return Object.fromEntries(all.flatMap(({ name, value, isCurrent }) => (isCurrent ? [[name, value]] : [])));
  };
  const dump = async () => textOf(store(), [...tablesOf(await readSchema(store())).keys()]);

  test('are kept with where, why and until when; the newest counts whatever the order of arrival, and the history stays', async () => {
    const said = [
      answered({ field: 'style', value: 'modern', source: 'quiz', quiz: 'gifts', version: 2 }, noon + hour),
      answered({ field: 'style', value: 'classic' }, noon),
      answered({ answers: { shops_for: 'family', occasions: ['birthday', 'wedding'] } }, noon + 2),
    ];
    for (const event of [...said, ...said]) await tell(event);

    expect(await current()).toEqual({ style: 'modern', shops_for: 'family', occasions: ['birthday', 'wedding'] });
    const all = await showAnswers(deps, await personOf(), ['admin']);
    expect(all?.filter(({ name }) => name === 'style')).toMatchObject([
      {
        value: 'modern',
        source: 'quiz',
        quiz: 'gifts',
        version: 2,
        purpose: 'Picks gifts in the style that the person likes.',
        answeredAt: noon + hour,
        expiresAt: noon + hour + 365 * day,
      },
      { value: 'classic', source: 'event', isCurrent: false },
    ]);
    const { rows } = await sql`select name, properties from facts where name = 'answer.given' order by seq limit 1`.execute(store().db);
    expect(rows).toEqual([{ name: 'answer.given', properties: { quiz: 'gifts', version: 2, field: 'style', source: 'quiz' } }]);
  });

  test('are unknown from the instant at which they are too old, which segments find out by themselves', async () => {
    const source = 'segment: family\nname: Family\nwho: { answer: { name: shops_for, is: family } }\n';
    await publishDefinition(deps, segmentKind, { source });
    await segments.refresh(store().db);
    await fillSegments(deps);
    const members = async () => (await sql`select 1 from segment_members`.execute(store().db)).rows.length;
    await tell(answered({ field: 'shops_for', value: 'family' }));
    expect(await members()).toBe(1);

    deps.clock.set(noon + 180 * day - 1);
    expect(await reviewDuePeople(deps)).toBe(0);
    deps.clock.set(noon + 180 * day);
    expect(await reviewDuePeople(deps)).toBe(1);
    expect(await members()).toBe(0);
    expect(await current()).toEqual({});
  });

  test('beat what was inferred, in a turn that costs no statement more', async () => {
    const journey = cartJourney({
      entry: {
        ...cartJourney().entry,
        filters: [{ reason: 'not-modern', condition: { kind: 'trait', name: 'style', comparison: { op: 'is', value: 'modern' } } }],
      },
    });
    await publish(store(), journey);
    await tell(identify({ email: 'ada@example.test', style: 'playful' }), answered({ field: 'style', value: 'modern' }));
    await tell(track('Product Added', { cart_id: 'c', product_id: 'p', price: 3, quantity: 1 }));
    deps.clock.pass(hour);
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const statements = await countStatements(store(), () => turn(deps, id));
    expect((await store().db.selectFrom('entries').select(['state', 'outcome_reason']).execute())[0]).toMatchObject({ state: 'open' });
    expect(statements.filter((text) => text.includes('from answers')).every((text) => text.includes('entry_inputs'))).toBe(true);
  });

  test('to special fields need a consent, and no table, letter or fact has them in clear', async () => {
    const secretly = 'PLANTED-nuts';
    await tell(
      identify({ email: 'ada@example.test', Allergies: [secretly] }),
      answered({ field: 'allergies', value: [secretly] }),
      answered({ answers: { allergies: [secretly], style: 'modern' }, consent }, noon + 1),
      track('Custom Thing', { form: { allergies: secretly } }),
    );
    expect(await current()).toEqual({ allergies: [secretly], style: 'modern' });
    expect(await dump()).not.toContain('PLANTED');

    const letters = await store().db.selectFrom('dead_letters').select(['id', 'reason', 'detail']).execute();
    expect(letters).toMatchObject([{ reason: 'answer-not-readable', detail: expect.stringContaining('with a consent of its own') }]);
    expect(await retryDeadLetter(deps, letters[0]?.id ?? '')).toMatchObject({ kind: 'failed' });
    expect(await dump()).not.toContain('PLANTED');

    const hidden = await showAnswers(deps, await personOf(), ['read']);
    expect(hidden?.find(({ name }) => name === 'allergies')).toMatchObject({ value: null, isHidden: true, isCurrent: true });
    const copy = JSON.stringify(await exportProfile(deps, await personOf()));
    expect(copy).toContain(secretly);
    expect(copy).toContain(consent.text);
  });

  test('to special fields are read by conditions, also after the secret changed', async () => {
    const journey = cartJourney({
      entry: {
        ...cartJourney().entry,
        filters: [{ reason: 'no-nuts', condition: { kind: 'answer', name: 'allergies', comparison: { op: 'contains', value: 'nuts' } } }],
      },
    });
    await publish(store(), journey);
    await tell(
      identify({ email: 'ada@example.test' }),
      answered({ field: 'allergies', value: ['nuts'], consent }),
      track('Product Added', { cart_id: 'c', product_id: 'p', price: 3, quantity: 1 }),
    );
    deps.clock.pass(hour);
    const { id } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    await turn({ ...deps, secret: secretsOf('another', 'a-secret-for-tests') }, id);
    expect((await store().db.selectFrom('entries').select('state').execute())[0]).toEqual({ state: 'open' });
  });

  test('to special fields are encrypted again under the secret that signs, when it is carried over', async () => {
    await tell(answered({ field: 'allergies', value: ['nuts'], consent }));
    const next = { ...deps, secret: secretsOf('another', 'a-secret-for-tests') };
    await carryOver(next);
    const only = { ...deps, secret: secretsOf('another') };
    expect((await showAnswers(only, await personOf(), ['admin']))?.[0]).toMatchObject({ value: ['nuts'], isCurrent: true });
    expect(await resealAnswers(next)).toBe(0);
  });

  test('that are taken back count as unknown; of a special field the earlier ones go', async () => {
    await tell(answered({ answers: { allergies: ['nuts'], style: 'modern' }, consent }));
    await tell(answered({ answers: { allergies: null, style: null } }, noon + 1));
    expect(await current()).toEqual({});
    const { rows } = await sql`select name, value from answers order by name, answered_at`.execute(store().db);
    expect(rows).toEqual([
      { name: 'allergies', value: null },
      { name: 'style', value: 'modern' },
      { name: 'style', value: null },
    ]);
  });

  test('of two people who become one are one history, and the newest of each field counts', async () => {
    await tell(
      identify({ email: 'ada@example.test' }),
      identify({ email: 'eve@example.test' }, { userId: 'eve' }),
      answered({ answers: { style: 'modern', budget: 20 } }, noon + 5),
      answered({ answers: { style: 'classic', shops_for: 'self' } }, noon + 7, 'eve'),
    );
    await tell(alias('ada', 'eve', { occurredAt: noon + 9, receivedAt: noon + 9 }));
    expect(await current('eve')).toEqual({ style: 'classic', budget: 20, shops_for: 'self' });
  });

  test('are taken by the API with the same rules, and journeys hear of them', async () => {
    await tell(identify({ email: 'ada@example.test' }));
    const id = await personOf();
    expect(await recordAnswers(deps, id, { answers: { style: 'natural' }, source: 'support' })).toEqual({ kind: 'recorded' });
    expect(await recordAnswers(deps, id, { answers: { allergies: ['nuts'] }, source: 'support' })).toMatchObject({ kind: 'refused' });
    expect(await recordAnswers(deps, id, { answers: { allergies: ['PLANTED'] }, source: 'support', consent })).toEqual({
      kind: 'recorded',
    });
    expect(await recordAnswers(deps, 'nobody', { answers: { style: 'natural' }, source: 'support' })).toEqual({ kind: 'unknown-profile' });
    expect(await current()).toEqual({ style: 'natural', allergies: ['PLANTED'] });
    expect(await dump()).not.toContain('PLANTED');
    const { rows } = await sql`select properties ->> 'field' as field from facts where name = 'answer.given' order by seq`.execute(
      store().db,
    );
    expect(rows).toEqual([{ field: 'style' }, { field: 'allergies' }]);
  });

  test('are removed when their time is over, wherever they stand, with a record and no more of the person', async () => {
    await tell(
      identify({ email: 'ada@example.test', budget: 'PLANTED-trait', plan: 'gold' }),
      answered({ answers: { budget: 'PLANTED-old', style: 'PLANTED-style' } }),
      answered({ field: 'budget', value: 'PLANTED-single' }, noon + 1),
    );
    await tell(answered({ field: 'budget', value: 50 }, noon + 300 * day));
    deps.clock.set(noon + 365 * day - 1);
    expect(await removeExpiredValues(deps)).toBe(0);
    deps.clock.set(noon + 365 * day + 1);
    expect(await removeExpiredValues(deps)).toBe(1);
    expect(await removeExpiredValues(deps)).toBe(0);

    const left = await dump();
    for (const gone of ['PLANTED-old', 'PLANTED-single', 'PLANTED-trait']) expect(left).not.toContain(gone);
    expect(left).toContain('PLANTED-style');
    expect(await current()).toEqual({ budget: 50 });
    const [act] = await store().db.selectFrom('audit_log').select(['act', 'subject', 'profile_ids', 'actor_kind']).execute();
    expect(act).toEqual({ act: 'field.remove-old', subject: 'budget', profile_ids: [await personOf()], actor_kind: 'system' });
    // An older statement that comes late does not bring it back.
    await tell(identify({ budget: 'PLANTED-late' }, { occurredAt: noon - 1, receivedAt: noon + 366 * day }));
    expect((await showProfile(deps, await personOf()))?.traits).toEqual({ email: 'ada@example.test', plan: 'gold' });
  });

  test('and traits that seem wrong are flagged with what was meant, and stay as they were given', async () => {
    await tell(identify({ email: 'ada@gmial.com' }), answered({ answers: { budget: -4, style: 'modren' } }));
    const shown = await showProfile(deps, await personOf());
    expect(shown?.traits['email']).toBe('ada@gmial.com');
    expect(shown?.flags).toEqual([
      { kind: 'trait', field: 'email', given: 'ada@gmial.com', code: 'mail-domain', suggestion: 'ada@gmail.com' },
      { kind: 'answer', field: 'budget', given: '-4', code: 'out-of-range', suggestion: 'from 1 to 5000' },
      { kind: 'answer', field: 'style', given: 'modren', code: 'not-a-choice', suggestion: 'modern' },
    ]);
    const notice = async () => (await readNotices(deps, [])).find(({ code }) => code === 'flagged-values')?.sentence;
    expect(await notice()).toContain('One person has a value that seems wrong');

    await tell(
      identify({ email: 'ada@gmail.com' }, { occurredAt: noon + 1, receivedAt: noon + 1 }),
      answered({ answers: { budget: 4, style: null } }, noon + 2),
    );
    expect((await showProfile(deps, await personOf()))?.flags).toEqual([]);
    expect(await notice()).toBeUndefined();
  });

  test('go with their person: after an erasure no table of people has one', async () => {
    await tell(
      identify({ email: 'ada@example.test' }),
      answered({ answers: { style: 'PLANTED-style', mood: 'PLANTED-mood', allergies: ['PLANTED-nuts'] }, purpose: 'PLANTED-why', consent }),
    );
    const id = await personOf();
    expect(JSON.stringify(await exportProfile(deps, id))).toContain('PLANTED-mood');
    await eraseProfile(deps, id);
    expect(
      await textOf(
        store(),
        tablesOfPeople().map(([table]) => table),
      ),
    ).not.toContain('PLANTED');
    expect((await sql`select 1 from answers`.execute(store().db)).rows).toEqual([]);
  });
});
