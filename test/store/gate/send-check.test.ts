import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { pauseSending } from '../../../src/app/journeys/control-journeys.js';
import { checkSend, type SendCheck } from '../../../src/app/messages/check-send.js';
import { sendMessage } from '../../../src/app/messages/send-message.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publishHead } from '../../support/templates.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('a question to the gate', (store) => {
  beforeEach(() => resetTables(store()));

  async function ada(): Promise<TurnDeps> {
    const deps = turnDeps(store());
    await take(
      deps,
      identify({ email: 'ada@example.test', phone: '+447700900123', country: 'GB' }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
      track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
    );
    return deps;
  }
  const check = (more: Partial<SendCheck> = {}): SendCheck => ({
    to: { userId: 'ada' },
    channel: 'email',
    topic: 'cart_reminder',
    class: 'marketing',
    priority: null,
    at: null,
    ...more,
  });
  /** The size of every table: what a question must leave as it was. */
  async function rows(): Promise<unknown> {
    const { rows: tables } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' order by 1`.execute(store().db);
    const counts = [];
    for (const { name } of tables)
      counts.push(
        (
          await sql`select ${name} as name, md5(coalesce(string_agg(t::text, '|'), '')) as sum from ${sql.table(name)} t`.execute(
            store().db,
          )
        ).rows,
      );
    return counts;
  }

  test('is answered in the words of the gate, and leaves nothing behind', async () => {
    const deps = await ada();
    const before = await rows();
    const statements = await countStatements(store(), async () => {
      expect(await checkSend(deps, check())).toMatchObject({ kind: 'answer', decision: 'send', reason: null, until: null });
      expect(await checkSend(deps, check({ topic: 'sales', channel: 'sms' }))).toMatchObject({
        decision: 'skip',
        reason: 'no-consent',
        sentence: expect.stringContaining('no consent to sales by text'),
      });
    });
    expect(await rows()).toEqual(before);
    expect(statements.filter((text) => /insert|update|delete|for update|for share/i.test(text))).toEqual([]);
  });

  test('can be about a later instant, when a text may not leave', async () => {
    const deps = await ada();
    const night = Date.UTC(2026, 10, 24, 23);
    const answer = await checkSend(deps, check({ channel: 'sms', at: night }));
    expect(answer).toMatchObject({ decision: 'defer', reason: 'quiet-hours' });
    expect(answer.kind === 'answer' ? answer.until : 0).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 25, 8));

    expect(await checkSend(deps, check({ at: noon - hour }))).toMatchObject({ kind: 'refused', code: 'instant-passed' });
    expect(await checkSend(deps, check({ at: noon + 400 * day }))).toMatchObject({ kind: 'refused', code: 'instant-too-late' });
    expect(await checkSend(deps, check({ topic: 'cart_reminders' }))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('cart_reminder'),
    });
    expect(await checkSend(deps, check({ to: { userId: 'nobody' } }))).toEqual({ kind: 'unknown-profile' });
  });

  test('tells a pause as a wait without an end', async () => {
    const deps = await ada();
    await pauseSending(deps, 'email');
    expect(await checkSend(deps, check())).toMatchObject({ decision: 'defer', reason: 'paused', until: null });
    expect(await checkSend(deps, check({ channel: 'sms' }))).toMatchObject({ decision: 'send' });
  });

  test('says of caps what a turn that follows it does', async () => {
    const deps = await ada();
    await publish(store(), cartJourney());
    await take(deps, track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }));
    deps.clock.set(noon + hour);
    const turnOf = async () => {
      const entry = await store().db.selectFrom('entries').select('id').where('state', '<>', 'finished').executeTakeFirstOrThrow();
      return takeTurn(deps, { v: 1, entryId: entry.id, opset }, 'inline');
    };
    await turnOf();
    expect(deps.providers.email.submitted).toHaveLength(1);

    // The gap after a marketing email: a second one of the same priority would wait, and a receipt would not.
    deps.clock.pass(minute);
    const answer = await checkSend(deps, check({ priority: 80 }));
    expect(answer).toMatchObject({ decision: 'defer', reason: 'frequency-cap' });
    await publishHead(store(), { id: 'order-confirmation' });
    expect(await checkSend(deps, check({ class: 'transactional', topic: 'orders' }))).toMatchObject({ decision: 'send' });
    const request = { to: { userId: 'ada' }, template: 'order-confirmation', data: {}, topic: null, priority: null, deadline: null };
    expect(await sendMessage(deps, request, 'k')).toMatchObject({ verdict: { decision: 'send' } });

    const until = answer.kind === 'answer' ? (answer.until ?? 0) : 0;
    await publish(store(), {
      ...cartJourney(),
      id: 'second' as never,
      exits: [],
      steps: { first: send('first', null, { deadlineMs: 3 * day }) },
      trigger: { kind: 'event', event: 'product.viewed', where: null },
      entry: { ...cartJourney().entry, key: { kind: 'profile' }, filters: [] },
    });
    await take(deps, track('Product Viewed', { product_id: 'p9' }, { occurredAt: deps.clock.now(), receivedAt: deps.clock.now() }));
    const second = await store().db.selectFrom('entries').select('id').where('journey_id', '=', 'second').executeTakeFirstOrThrow();
    await takeTurn(deps, { v: 1, entryId: second.id, opset }, 'inline');
    const [message] = await store().db.selectFrom('messages').select(['state', 'slot_at']).where('journey_id', '=', 'second').execute();
    expect(message).toEqual({ state: 'reserved', slot_at: until });
  });
});
