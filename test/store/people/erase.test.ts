import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { confirmConsent, tendConsents } from '../../../src/app/consent/double-opt-in.js';
import { unsubscribe } from '../../../src/app/consent/unsubscribe.js';
import { publishDefinition } from '../../../src/app/definitions/publish-definition.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { showProfile } from '../../../src/app/people/show-profile.js';
import { LiveSegments } from '../../../src/app/segments/live-segments.js';
import { segments as segmentKind } from '../../../src/definitions/segment/kind.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import { readLink } from '../../../src/domain/keys/link-token.js';
import { hour } from '../../../src/domain/time/instant.js';
import { keepLetter } from '../../../src/store/dead-letters.js';
import { readConsents } from '../../../src/store/profiles-read.js';
import { shippedFields } from '../../support/fields.js';
import { reminded, turn } from '../../support/reminded.js';
import { alias, identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { take } from '../../support/turns.js';

describeOnBothStores('an erase', (store) => {
  beforeEach(() => resetTables(store()));

  /** Every table as text, to look for what should be gone. */
  async function everything(): Promise<string> {
    const tables = await sql<{
      name: string;
    }>`select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'`.execute(store().db);
    const texts = [];
    for (const { name } of tables.rows) texts.push(JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(store().db)).rows));
    return texts.join('\n');
  }

  test('leaves no address, name, id, order number or cart in any table', async () => {
    const { deps, profileId } = await reminded(store());
    await take(
      deps,
      track('Product Added', { cart_id: 'canary-cart', product_id: 'p2', name: 'Canary Tray', price: 5, currency: 'GBP' }),
      track('Order Completed', { order_id: 'canary-order', total: 12, currency: 'GBP' }),
    );
    await store()
      .db.insertInto('dead_letters')
      .values({
        id: 'd1',
        source: 'segment',
        reason: 'x',
        detail: 'x',
        payload: JSON.stringify({ userId: 'ada', event: 'canary-letter' }),
        received_at: noon,
        retried_at: null,
        resolved_at: null,
      })
      .execute();

    for (const payload of [{ mail: 'To: <Ada@Example.Test>, nobody knows why' }, { mail: 'canary words', profileId }])
      await keepLetter(store().db, {
        id: `d-${Object.keys(payload).length}`,
        source: 'email',
        reason: 'x',
        detail: 'x',
        payload,
        digest: payload.mail,
        receivedAt: noon,
        resolvedAt: null,
      });

    expect(await eraseProfile(deps, profileId)).toMatchObject({ kind: 'erased', profileId });
    const left = (await everything()).toLowerCase();
    for (const canary of ['ada@example.test', '447700900123', '"ada"', 'canary', '"mug"']) expect(left).not.toContain(canary);
  });

  test('leaves nothing of what a shop knows of a person: orders to tickets, products looked at and waited for, answers, quizzes, segments', async () => {
    const fields = await shippedFields();
    const segments = new LiveSegments();
    const { deps: made, profileId, messageId } = await reminded(store());
    const deps = { ...made, segments, fields: { current: () => fields } };
    const source = 'segment: classic\nname: Classic\nwho: { answer: { name: style, is: PLANTED-style } }\n';
    await publishDefinition(deps, segmentKind, { source });
    await segments.refresh(store().db);
    const products = [{ product_id: 'PLANTED-product', variant: 'PLANTED-variant', name: 'PLANTED-name', price: 9, quantity: 1 }];
    const order = { order_id: 'PLANTED-order', products, coupon: 'PLANTED-coupon', total: 9, currency: 'GBP', cart_id: 'PLANTED-cart' };
    const consent = { text: 'PLANTED-words', method: 'PLANTED-method' };
    await take(
      deps,
      identify({ email: 'ada@example.test', mood: 'PLANTED-trait' }),
      track('Product Viewed', { product_id: 'PLANTED-viewed', name: 'PLANTED-viewed' }),
      track('Item Subscribed', { product_id: 'PLANTED-waited', for: 'back_in_stock' }),
      track('Order Completed', order),
      track('Order Updated', { ...order, note: 'PLANTED-note' }),
      track('Shipment Created', {
        order_id: 'PLANTED-order',
        shipment_id: 'PLANTED-shipment',
        tracking_url: 'https://x.example/PLANTED-url',
      }),
      track('Shipment Delivered', { order_id: 'PLANTED-order', shipment_id: 'PLANTED-shipment' }),
      track('Return Opened', { order_id: 'PLANTED-order', return_id: 'PLANTED-return', products }),
      track('Order Refunded', { order_id: 'PLANTED-order', refund_id: 'PLANTED-refund', products }),
      track('Ticket Opened', { ticket_id: 'PLANTED-ticket', subject: 'PLANTED-subject', order_id: 'PLANTED-order' }),
      track('Feedback Submitted', { order_id: 'PLANTED-order', rating: 2, comment: 'PLANTED-comment', feedback_id: 'PLANTED-feedback' }),
      track('Product Reviewed', {
        product_id: 'PLANTED-product',
        rating: 5,
        review_body: 'PLANTED-review',
        review_id: 'PLANTED-review-id',
      }),
      track('Question Answered', { answers: { style: 'PLANTED-style', mood: 'PLANTED-mood' }, purpose: 'PLANTED-purpose' }),
      track('Question Answered', { field: 'allergies', value: ['PLANTED-allergy'], consent }),
    );
    const run = { profile_id: profileId, quiz: 'gifts', version: 1, given: JSON.stringify({ who: ['PLANTED-given'] }) };
    await store()
      .db.insertInto('quiz_runs')
      .values({ ...run, started_at: noon, updated_at: noon, completed_at: null })
      .execute();
    const click = {
      profile_id: profileId,
      message_id: messageId,
      quiz: 'gifts',
      question: 'who',
      answer: 'PLANTED-click',
      verdict: 'pending',
    };
    await store()
      .db.insertInto('one_clicks')
      .values({ ...click, reason: null, at: noon })
      .execute();

    // The segment's own words are no person's.
    const found = async () => new Set((await everything()).replaceAll(source, '').match(/PLANTED-[a-z-]*[a-z]/g) ?? []);
    const before = await found();
    for (const kind of [
      'trait',
      'viewed',
      'waited',
      'order',
      'coupon',
      'shipment',
      'url',
      'return',
      'refund',
      'ticket',
      'comment',
      'review',
    ])
      expect(before).toContain(`PLANTED-${kind}`);
    for (const kind of ['style', 'mood', 'purpose', 'words', 'given', 'click']) expect(before).toContain(`PLANTED-${kind}`);
    // It was encrypted from the first.
    expect(before).not.toContain('PLANTED-allergy');
    expect((await store().db.selectFrom('segment_members').select('segment_id').execute()).length).toBe(1);

    expect(await eraseProfile(deps, profileId)).toMatchObject({ kind: 'erased' });
    await store().db.deleteFrom('definition_versions').execute();
    expect([...(await found())]).toEqual([]);
    expect(await store().db.selectFrom('segment_members').select('segment_id').execute()).toEqual([]);
  });

  test('reaches letters by every id and address in any text, names of events, and words of consents', async () => {
    const { deps, profileId } = await reminded(store());
    await take(
      deps,
      identify({ email: 'ada@example.test' }, { anonymousId: 'browser-of-hers' }),
      alias('browser-of-hers', 'ada'),
      track('ada@example.test saw a page', {}, { messageId: 'named' }),
      track('Consent Granted', {
        channel: 'email',
        topic: 'sales',
        method: 'form',
        text: 'I, Ada Lovelace-Canary, agree',
        source: 'canary',
      }),
    );
    const letters: Readonly<Record<string, unknown>> = {
      'a body with the address': '{"event": "x", "to": "Ada@Example.test", "broken',
      'a body with a short id': '{"userId" : "ada", "broken',
      'an event with the browser': { context: { device: { id: 'browser-of-hers' } } },
      'an event with the number': { properties: { call: '+44 7700 900-123' } },
      'a mail from somebody else': { mail: 'From: adam@example.test' },
      'another who is called so': { userId: 'adam', properties: { text: 'ada' } },
    };
    for (const [id, payload] of Object.entries(letters))
      await store()
        .db.insertInto('dead_letters')
        .values({
          id,
          source: 'segment',
          reason: 'x',
          detail: 'x',
          payload: JSON.stringify(payload),
          received_at: noon,
          retried_at: null,
          resolved_at: null,
        })
        .execute();

    await eraseProfile(deps, profileId);
    const left = await store().db.selectFrom('dead_letters').select('id').orderBy('id').execute();
    expect(left.map(({ id }) => id)).toEqual(['a mail from somebody else', 'another who is called so']);
    const events = await store().db.selectFrom('events').select(['name', 'matched']).where('message_id', '=', 'named').execute();
    expect(events).toEqual([{ name: null, matched: [] }]);
    const facts = await store().db.selectFrom('facts').select('name').execute();
    expect(facts.filter(({ name }) => /ada/.test(name))).toEqual([]);
    expect((await readConsents(store().db, profileId)).find(({ topic }) => topic === 'sales')).toMatchObject({ state: 'granted' });
    const said = await store().db.selectFrom('consents').select(['text', 'text_hash']).where('topic', '=', 'sales').execute();
    expect(said).toEqual([{ text: null, text_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(await everything()).not.toContain('Lovelace-Canary');
  });

  test('makes open entries leave before their next message', async () => {
    const { deps, profileId, entryId } = await reminded(store());

    await eraseProfile(deps, profileId);
    expect(await turn(deps, entryId)).toMatchObject({ kind: 'finished' });
    expect(await store().db.selectFrom('entries').select(['outcome', 'outcome_reason']).executeTakeFirst()).toEqual({
      outcome: 'exited',
      outcome_reason: 'erased',
    });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test('keeps the addresses suppressed by a keyed hash, and the worth of the orders', async () => {
    const { deps, profileId } = await reminded(store());
    await take(deps, track('Order Completed', { order_id: 'o1', total: 12, currency: 'GBP' }));

    await eraseProfile(deps, profileId);
    const kept = await store().db.selectFrom('suppressions').select(['channel', 'hash', 'reason']).orderBy('channel').execute();
    expect(kept).toEqual([
      { channel: 'email', hash: suppressionHash(deps.secret, 'email', 'ada@example.test'), reason: 'erased' },
      { channel: 'sms', hash: suppressionHash(deps.secret, 'sms', '+447700900123'), reason: 'erased' },
    ]);
    expect(await store().db.selectFrom('orders').select(['total', 'currency']).execute()).toEqual([{ total: 12, currency: 'GBP' }]);
  });

  test('takes what was merged into the profile with it, and frees the ids', async () => {
    const { deps, profileId } = await reminded(store());
    await take(deps, identify({ email: 'ada@canary.test' }, { anonymousId: 'canary-browser' }), alias('canary-browser', 'ada'));

    await eraseProfile(deps, profileId);
    expect((await everything()).toLowerCase()).not.toContain('canary');
    await take(deps, identify({ plan: 'new' }, { occurredAt: noon + 2 * hour, receivedAt: noon + 2 * hour }));
    const fresh = await store().db.selectFrom('identities').select('profile_id').where('value', '=', 'ada').executeTakeFirstOrThrow();
    expect(fresh.profile_id).not.toBe(profileId);
  });

  test('keeps every address that the person had suppressed, and none that somebody else has by now', async () => {
    const { deps, profileId } = await reminded(store());
    const later = (minutes: number) => ({ occurredAt: noon + hour + minutes * 60_000, receivedAt: noon + hour + minutes * 60_000 });
    await take(deps, identify({ email: 'Countess@example.test' }, later(1)));
    await take(deps, identify({ email: 'lovelace@example.test', phone: '+447700900124' }, later(2)));
    await take(deps, identify({ email: 'browser@example.test' }, { anonymousId: 'her-browser', ...later(3) }));
    await take(deps, alias('her-browser', 'ada', later(4)));
    await take(deps, identify({ email: 'countess@example.test' }, { userId: 'another-countess', ...later(5) }));

    await eraseProfile(deps, profileId);
    const kept = await store().db.selectFrom('suppressions').select(['channel', 'hash']).where('reason', '=', 'erased').execute();
    const addresses = ['ada@example.test', 'lovelace@example.test', 'browser@example.test'];
    const numbers = ['+447700900123', '+447700900124'];
    expect(new Set(kept.map(({ hash }) => hash))).toEqual(
      new Set([
        ...addresses.map((address) => suppressionHash(deps.secret, 'email', address)),
        ...numbers.map((number) => suppressionHash(deps.secret, 'sms', number)),
      ]),
    );
  });

  test('keeps that marketing was refused, beside the hash, and who it was not', async () => {
    const { deps, messageId, profileId } = await reminded(store());
    deps.clock.set(noon + 2 * hour);
    await unsubscribe(deps, messageId, { method: 'one-click', text: null });
    await eraseProfile(deps, profileId);

    const kept = store().db.selectFrom('suppressions').select(['channel', 'detail']).where('reason', '=', 'erased').orderBy('channel');
    expect(await kept.execute()).toEqual([
      { channel: 'email', detail: 'withdrawn 2026-11-24T14:00:00.000Z' },
      { channel: 'sms', detail: null },
    ]);
    expect(await readConsents(store().db, profileId)).toMatchObject([
      { state: 'granted', ip: null, sourceUrl: null },
      { state: 'granted', ip: null, sourceUrl: null },
      { state: 'withdrawn', method: 'one-click', at: noon + 2 * hour },
    ]);
  });

  test('is not undone by the next import, only by the person’s own confirmed act', async () => {
    const { deps, profileId } = await reminded(store());
    await eraseProfile(deps, profileId);
    const later = { occurredAt: noon + 2 * hour, receivedAt: noon + 2 * hour, origin: 'import' as const };
    await take(
      deps,
      identify({ email: 'Ada@example.test' }, later),
      track('Consent Granted', { channel: 'email', method: 'import', evidence: 'crm/1' }, later),
    );
    const again = await store().db.selectFrom('identities').select('profile_id').where('value', '=', 'ada').executeTakeFirstOrThrow();
    expect(await showProfile(deps, again.profile_id)).toMatchObject({
      suppressions: [{ channel: 'email', reason: 'erased' }],
    });

    deps.clock.set(noon + 3 * hour);
    await publishHead(store(), { id: 'double-opt-in', class: 'transactional', topic: 'consent' });
    const live = { occurredAt: noon + 3 * hour, receivedAt: noon + 3 * hour };
    await take(deps, track('Consent Granted', { channel: 'email', topic: 'sales', method: 'form', double_opt_in: true }, live));
    await tendConsents(deps);
    const { data } = await store()
      .db.selectFrom('entries')
      .select('data')
      .where('journey_id', '=', 'message.double-opt-in')
      .executeTakeFirstOrThrow();
    const link = readLink(deps.secret, String((data['trigger'] as { readonly confirmUrl: string }).confirmUrl.split('/d/')[1]));
    await confirmConsent(deps, link?.id ?? '', {});
    expect(await showProfile(deps, again.profile_id)).toMatchObject({ suppressions: [] });
  });

  test('is done once', async () => {
    const { deps, profileId } = await reminded(store());
    await eraseProfile(deps, profileId);
    expect(await eraseProfile(deps, profileId)).toEqual({ kind: 'erased-already' });
    expect(await eraseProfile(deps, 'nobody')).toEqual({ kind: 'unknown' });
  });
});
