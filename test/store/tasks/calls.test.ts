import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CallDesk } from '../../../src/app/calls/make-calls.js';
import { retryGivenUp, showCalls, showReceiverKey } from '../../../src/app/calls/show-calls.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { hour } from '../../../src/domain/time/instant.js';
import { definitionOf, trialJourney } from '../../house/trials.js';
import { turn } from '../../support/reminded.js';
import { shop } from '../../support/shop.js';
import { identify, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take, turnDeps } from '../../support/turns.js';

const journey = definitionOf(
  trialJourney({
    steps: `
  - webhook: { id: desk, to: helpdesk, data: { plan: "{{ trigger.plan }}" }, timeout: PT1H, remember: [ticket_id], on_failure: { steps: [{ exit: { reason: no-answer } }] } }
  - notify: { id: tell, to: support, subject: "Ticket {{ heard.desk.ticket_id }}", text: "Plan {{ trigger.plan }}" }
  - hand_off: { id: call, to: support, reason: trouble, title: Look at it, hold_marketing: false, because: [ticket_id] }`,
  }),
);

interface Heard {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

describeOnBothStores('what a journey tells the shop', (store) => {
  let deps: TurnDeps;
  let desk: CallDesk;
  const heard: Heard[] = [];
  let answer: { status: number; text: string; afterMs: number };
  let stop: () => void;

  beforeEach(async () => {
    heard.length = 0;
    answer = { status: 200, text: '{"ticket_id":"T7"}', afterMs: 0 };
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
        setTimeout(() => response.writeHead(answer.status).end(answer.text), answer.afterMs);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
    await resetTables(store());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const receivers = { helpdesk: { kind: 'webhook', url }, support: { kind: 'email', address: 'support@shop.example' } } as const;
    deps = turnDeps(store(), { shop: { ...shop, receivers } });
    desk = new CallDesk(deps);
    await publish(store(), journey);
    await take(deps, identify({ email: 'ada@example.test' }));
  });
  afterEach(() => stop());

  const begin = () => take(deps, track('Quiz Finished', { plan: 'gold' }, { occurredAt: deps.clock.now() }));
  const entry = () => store().db.selectFrom('entries').select(['id', 'state', 'outcome_reason', 'data']).executeTakeFirstOrThrow();
  const turns = async () => void (await turn(deps, (await entry()).id));
  const calls = async () => (await showCalls(deps, {}, { limit: 10, cursor: null })).items;
  const round = async () => {
    await desk.round();
    await desk.settled();
  };
  const hasten = () => sql`update calls set next_real = real_now_ms() where next_real is not null`.execute(store().db);

  test('is written with the turn, told after it, signed, and its answer goes on with the journey', async () => {
    await begin();
    const statements = await countStatements(store(), turns);
    expect(statements.filter((text) => text.includes('into calls')).map((text) => text.includes('update entries'))).toEqual([true]);
    expect(heard).toEqual([]);
    await round();
    await round();

    expect(heard).toHaveLength(1);
    const [{ body, headers } = { body: '', headers: {} }] = heard;
    const [call] = await calls();
    expect(JSON.parse(body)).toMatchObject({
      type: 'journey.webhook',
      id: call?.id,
      data: { journey: 'trial', step: 'desk', userId: 'ada', values: { plan: 'gold' } },
    });
    const key = Buffer.from((showReceiverKey(deps, 'helpdesk') ?? '').replace('whsec_', ''), 'base64');
    const signed = createHmac('sha256', key)
      .update(`${call?.id}.${String(headers['webhook-timestamp'])}.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);

    await turns();
    expect(await entry()).toMatchObject({ state: 'finished', outcome_reason: 'completed' });
    // The team's mails are no messages to customers: nothing stands in the ledger.
    await round();
    expect(deps.providers.email.submitted.map(({ to, subject, text }) => [to.address, subject, text.includes('Plan gold')])).toEqual(
      expect.arrayContaining([
        ['support@shop.example', 'Ticket T7', true],
        ['support@shop.example', 'Task: Look at it', false],
      ]),
    );
    expect(await store().db.selectFrom('messages').selectAll().execute()).toEqual([]);
    expect((await calls()).map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  test('that is not taken is told again with the same id, and the journey goes on at its time', async () => {
    answer = { ...answer, status: 503, text: '' };
    await begin();
    await turns();
    await round();
    await round();
    expect(heard).toHaveLength(1);
    await hasten();
    await round();
    expect(new Set(heard.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(heard).toHaveLength(2);
    expect((await calls())[0]).toMatchObject({ state: 'waiting', attempts: 2, code: 'http-503' });

    deps.clock.pass(hour);
    await turns();
    expect(await entry()).toMatchObject({ state: 'finished', outcome_reason: 'no-answer' });
    // What comes too late is nobody's any more.
    answer = { ...answer, status: 200, text: '{"ticket_id":"late"}' };
    await hasten();
    await round();
    expect((await calls())[0]).toMatchObject({ state: 'done' });
  });

  test('that is refused is given up at once, and may be tried again by hand', async () => {
    answer = { ...answer, status: 404, text: '' };
    await begin();
    await turns();
    await round();
    await turns();

    expect(await entry()).toMatchObject({ outcome_reason: 'no-answer' });
    expect((await calls())[0]).toMatchObject({ state: 'failed', attempts: 1, code: 'http-404' });
    answer = { ...answer, status: 200 };
    expect(await retryGivenUp(deps, { receiver: 'helpdesk' })).toBe(1);
    await round();
    expect((await calls())[0]).toMatchObject({ state: 'done' });
  });

  test('is made by one process at a time', async () => {
    answer = { ...answer, afterMs: 200 };
    await begin();
    await turns();
    const other = new CallDesk(deps);
    await Promise.all([desk.round(), other.round()]);
    await desk.round();
    await Promise.all([desk.settled(), other.settled()]);

    expect(heard).toHaveLength(1);
  });

  test('waits for its receiver where shop.yaml has none of this name', async () => {
    await begin();
    await turns();
    await new CallDesk({ ...deps, shop }).round();
    await new Promise((done) => setTimeout(done, 100));

    expect((await calls())[0]).toMatchObject({ state: 'waiting', code: 'no-receiver' });
  });

  test('is not told any more of a person who was erased', async () => {
    await begin();
    await turns();
    await eraseProfile(deps, (await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow()).id);
    await round();

    expect(heard).toEqual([]);
    expect(await calls()).toEqual([]);
  });
});
