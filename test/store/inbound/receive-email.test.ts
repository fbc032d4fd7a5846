import { connect } from 'node:net';
import fastify from 'fastify';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emailInboundRoutes } from '../../../src/api/routes/email-inbound.js';
import { startSmtpDoor } from '../../../src/api/smtp-door.js';
import { receiveEmail } from '../../../src/app/inbound/receive-email.js';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { suppressionHash } from '../../../src/domain/consent/suppression.js';
import type { Secrets } from '../../../src/domain/keys/secrets.js';
import { writeReturnAddress } from '../../../src/domain/messages/return-address.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { MessageId } from '../../../src/domain/values/ids.js';
import { opset } from '../../../workflows/contract.js';
import { noFeedbackLoops } from '../../support/mail-back.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, take, turnDeps, waitStep } from '../../support/turns.js';

const domain = 'in.shop.example';
const closers: (() => Promise<unknown>)[] = [];

interface Block {
  readonly to?: string;
  readonly action?: string;
  readonly status: string;
  readonly diagnostic?: string;
}

/** A delivery status notification; `returned` is the header of the mail that comes back with it. */
function notification(blocks: readonly Block[], returned = ''): string {
  return report(
    'delivery-status',
    [
      'Reporting-MTA: dns; mx.example.com',
      ...blocks.flatMap(({ to = 'ada@example.com', action = 'failed', status, diagnostic }) => [
        '',
        `Final-Recipient: rfc822; ${to}`,
        `Action: ${action}`,
        `Status: ${status}`,
        ...(diagnostic ? [`Diagnostic-Code: smtp; ${diagnostic}`] : []),
      ]),
    ],
    returned,
  );
}

function complaint(returned: string, type = 'abuse', ...more: readonly string[]): string {
  return report('feedback-report', [`Feedback-Type: ${type}`, 'User-Agent: Test/1', 'Version: 0.1', ...more], returned);
}

function report(type: string, lines: readonly string[], returned: string): string {
  return [
    'From: <mailer-daemon@mx.example.com>',
    'Subject: report',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type}; boundary=bb`,
    '',
    '--bb',
    `Content-Type: message/${type}`,
    '',
    ...lines,
    '',
    '--bb',
    'Content-Type: text/rfc822-headers',
    '',
    returned,
    '',
    '--bb--',
    '',
  ].join('\r\n');
}

describeOnBothStores('a mail that comes back', (store) => {
  beforeEach(() => resetTables(store()));
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** Ada filled a cart, and the reminder was taken by the mail server. */
  async function mailSent(alarms: string[] = []) {
    const base = turnDeps(store());
    const deps = {
      ...base,
      ...noFeedbackLoops,
      bounceDomain: domain,
      metrics: { ...base.metrics, alarm: (code: string) => void alarms.push(code) },
    };
    const steps = [send('first', 'wait'), waitStep('wait', 'second', 26 * hour), send('second', null)];
    await publish(store(), cartJourney({ steps: Object.fromEntries(steps.map((step) => [step.id, step])) }));
    await take(
      deps,
      identify({ email: 'Ada@Example.com' }),
      track('Consent Granted', { channel: 'email', topic: 'cart_reminder', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    const { id: entryId } = await store().db.selectFrom('entries').select('id').executeTakeFirstOrThrow();
    const turn = () => takeTurn(deps, { v: 1, entryId, opset }, 'inline');
    await turn();
    const { id } = await store().db.selectFrom('messages').select('id').executeTakeFirstOrThrow();
    const returnTo = (kind: 'bounce' | 'unsubscribe' = 'bounce') =>
      writeReturnAddress(deps.secret, domain, { kind, messageId: id as MessageId });
    const receive = (raw: string, recipients: readonly string[] = [returnTo()]) =>
      receiveEmail(deps, { raw: Buffer.from(raw), recipients });
    return { deps, id, turn, returnTo, receive };
  }
  const messages = () =>
    store().db.selectFrom('messages').select(['step', 'state', 'reason', 'mailbox_provider']).orderBy('created_at').execute();
  const suppressions = async (deps: { readonly secret: Secrets }) => {
    const rows = await store().db.selectFrom('suppressions').select(['channel', 'hash', 'reason', 'detail']).execute();
    return rows.map(({ hash, ...row }) => ({ ...row, isAda: hash === suppressionHash(deps.secret, 'email', 'ada@example.com') }));
  };
  const facts = async () =>
    (await store().db.selectFrom('facts').select('name').where('name', 'like', 'message.%').execute()).map(({ name }) => name);
  const letters = () => store().db.selectFrom('dead_letters').select(['source', 'reason', 'resolved_at']).orderBy('id').execute();

  test('as a hard bounce suppresses the address at once, and the next mail does not leave', async () => {
    const { deps, turn, receive } = await mailSent();
    const dsn = notification([{ status: '5.1.1', diagnostic: '550 5.1.1 no such user' }]);
    expect(await receive(dsn)).toEqual({ kind: 'bounce', messages: 1 });
    expect(await receive(dsn)).toEqual({ kind: 'bounce', messages: 1 });

    expect(await suppressions(deps)).toEqual([{ channel: 'email', reason: 'bounced', detail: '5.1.1', isAda: true }]);
    expect(await facts()).toEqual(['message.bounced']);
    deps.clock.pass(27 * hour);
    await turn();
    expect(await messages()).toMatchObject([
      { step: 'first', state: 'bounced' },
      { step: 'second', state: 'skipped', reason: 'suppressed' },
    ]);
    expect(deps.providers.email.submitted).toHaveLength(1);
  });

  test.each<[string, Block[], string, string[]]>([
    ['failed with 4.0.0: soft', [{ status: '4.0.0' }], 'bounced', ['message.bounced']],
    ['a delay, which is no bounce', [{ status: '4.4.1', action: 'delayed' }], 'accepted', []],
    ['a refusal by policy: never the person', [{ status: '5.7.26' }], 'bounced', ['message.bounced']],
    ['final and unexplained: not the first time', [{ status: '5.0.0' }], 'bounced', ['message.bounced']],
    [
      'another recipient failed, ours is delayed',
      [
        { to: 'eve@example.com', status: '5.1.1' },
        { status: '4.4.1', action: 'delayed' },
      ],
      'accepted',
      [],
    ],
    [
      'passed on to two others, of which one may have it',
      [
        { to: 'x@example.org', status: '5.1.1' },
        { to: 'y@example.org', status: '2.0.0', action: 'relayed' },
      ],
      'accepted',
      [],
    ],
  ])('suppresses nobody: %s', async (_what, blocks, state, told) => {
    const { deps, receive } = await mailSent();
    await receive(notification(blocks));
    expect(await messages()).toMatchObject([{ state }]);
    expect([await facts(), await suppressions(deps)]).toEqual([told, []]);
  });

  test('is a complaint at its signed address: who has the mail may say so for that address', async () => {
    const { deps, returnTo, receive } = await mailSent();
    for (const to of [returnTo(), `fbl@${domain}`])
      expect(await receive(complaint('Subject: x', 'abuse', `Original-Mail-From: <${returnTo()}>`), [to])).toEqual({
        kind: 'complaint',
        messages: 1,
      });
    expect(await suppressions(deps)).toEqual([{ channel: 'email', reason: 'complained', detail: 'feedback-abuse', isAda: true }]);
    expect([await facts(), await messages()]).toMatchObject([['message.complained'], [{ state: 'accepted' }]]);
  });

  test('to the unsubscribe address ends marketing by email', async () => {
    const { receive, returnTo } = await mailSent();
    expect(await receive('Subject: unsubscribe\r\n\r\n', [returnTo('unsubscribe')])).toEqual({ kind: 'unsubscribe', messages: 1 });
    const consents = await store()
      .db.selectFrom('consents')
      .select(['topic', 'state'])
      .where('state', 'in', ['denied', 'withdrawn'])
      .execute();
    expect(consents).toMatchObject([{ topic: 'marketing' }]);
  });

  test('to the unsubscribe address ends it too where a program wrote it by itself', async () => {
    const { receive, returnTo } = await mailSent();
    const raw = 'Auto-Submitted: auto-generated\r\nSubject: unsubscribe\r\n\r\n';
    expect(await receive(raw, [returnTo('unsubscribe')])).toEqual({ kind: 'unsubscribe', messages: 1 });
    expect(await letters()).toEqual([]);
  });

  test('is kept once where it tells of no message of ours; an absence note needs nobody', async () => {
    const { receive, deps } = await mailSent();
    const cases: [string, readonly string[], string][] = [
      [notification([{ status: '5.1.1' }]), [`fbl@${domain}`], 'bounce-of-no-message'],
      [complaint('Subject: x'), [`fbl@${domain}`], 'complaint-not-verified'],
      ['Subject: hello\r\n\r\nIs anybody there?', [`b+x@${domain}`], 'not-for-us'],
      [complaint('Subject: x', 'auth-failure'), [`fbl@${domain}`], 'auth-failure'],
    ];
    for (const [raw, recipients, reason] of cases)
      for (const _again of [1, 2]) expect(await receive(raw, recipients)).toEqual({ kind: 'kept', reason });
    expect(await receive('Auto-Submitted: auto-replied\r\n\r\nI am away.')).toEqual({ kind: 'kept', reason: 'auto-reply' });

    const kept = await letters();
    expect(kept.map(({ reason, resolved_at }) => [reason, resolved_at !== null])).toEqual([
      ...cases.map(([, , reason]) => [reason, false]),
      ['auto-reply', true],
    ]);
    expect(await suppressions(deps)).toEqual([]);
  });

  /** Messages to Ada that came back like this, at these days; the last one through the door. */
  async function bouncedAt(days: readonly number[], status: string, deliveredAt: number | null = null) {
    const sent = await mailSent();
    const row = await store().db.selectFrom('messages').selectAll().executeTakeFirstOrThrow();
    const content = JSON.stringify(row.content);
    const at = (n: number): number => noon + hour + n * day;
    const values = (id: string, state: string, when: number) => ({
      ...row,
      id,
      entry_id: null,
      state,
      content,
      links: null,
      recommended: null,
      submitted_at: when,
      accepted_at: when,
      created_at: when,
    });
    await store().db.updateTable('messages').set({ state: 'bounced' }).execute();
    for (const [index, n] of days.entries()) {
      const id = `m${index}`;
      await store()
        .db.insertInto('messages')
        .values(values(id, 'accepted', at(n)))
        .execute();
      sent.deps.clock.set(at(n));
      const to = writeReturnAddress(sent.deps.secret, domain, { kind: 'bounce', messageId: id as MessageId });
      if (n === deliveredAt) sent.deps.clock.pass(0);
      else await sent.receive(notification([{ status }]), [to]);
    }
    return suppressions(sent.deps);
  }

  test.each<[string, number[], string, number | null, boolean]>([
    ['five soft bounces over fifteen days', [0, 4, 8, 12, 15], '4.2.2', null, true],
    ['four of them', [0, 5, 10, 15], '4.2.2', null, false],
    ['five within a week', [0, 1, 2, 3, 4], '4.2.2', null, false],
    ['six over fifteen days with a delivery among them', [0, 3, 6, 9, 12, 15], '4.2.2', 6, false],
    ['two unexplained ones within thirty days', [0, 29], '5.0.0', null, true],
    ['two unexplained ones further apart', [0, 31], '5.0.0', null, false],
    ['any number of refusals by policy', [0, 4, 8, 12, 16], '5.7.1', null, false],
  ])('%s: suppressed or not', async (_what, days, status, deliveredAt, isSuppressed) => {
    expect(await bouncedAt(days, status, deliveredAt)).toHaveLength(isSuppressed ? 1 : 0);
  });

  test('counts as a refusal on the line does: an unexplained one and a bounce within thirty days are two', async () => {
    const { deps, turn, receive } = await mailSent();
    await receive(notification([{ status: '5.0.0' }]));
    expect(await suppressions(deps)).toEqual([]);
    deps.clock.pass(27 * hour);
    deps.providers.email.answers.push({ kind: 'not-sent', code: 'smtp-550', retry: false, bounce: 'hard-unconfirmed' });
    await turn();

    expect(await messages()).toMatchObject([{ state: 'bounced' }, { state: 'skipped', reason: 'provider-rejected' }]);
    expect(await suppressions(deps)).toEqual([{ channel: 'email', reason: 'bounced', detail: 'smtp-550', isAda: true }]);
  });

  test.each([
    ['5.7.26', 'not-authenticated'],
    ['5.7.515', 'not-authenticated'],
    ['5.7.1', 'refused-by-policy'],
  ])('as a refusal by policy (%s), on the line or later, pages an operator once', async (code, alarm) => {
    for (const when of ['on the line', 'later']) {
      await resetTables(store());
      const alarms: string[] = [];
      const { deps, turn, receive } = await mailSent(alarms);
      if (when === 'later') for (const _again of [1, 2]) await receive(notification([{ status: code }]));
      else {
        deps.clock.pass(27 * hour);
        deps.providers.email.answers.push({ kind: 'not-sent', code: `smtp-550-${code}`, retry: false, bounce: 'policy' });
        await turn();
      }
      expect([when, alarms, await suppressions(deps)]).toEqual([when, [alarm], []]);
    }
  });

  test('comes over SMTP: stored when it is answered, for our addresses only', async () => {
    const { deps, returnTo } = await mailSent();
    const door = await startSmtpDoor(deps, { host: '127.0.0.1', port: 0 });
    closers.push(() => door.close());
    const deliver = (to: string, raw: string) =>
      createTransport({ host: door.host, port: door.port, secure: false, ignoreTLS: true }).sendMail({
        envelope: { from: '', to: [to] },
        raw,
      });

    await deliver(returnTo().toUpperCase(), notification([{ status: '5.1.1' }]));
    expect(await suppressions(deps)).toMatchObject([{ reason: 'bounced' }]);
    for (const to of ['ada@example.com', `hello@${domain}`, returnTo().replace('@', 'a@')])
      await expect(deliver(to, 'Subject: x\r\n\r\n')).rejects.toMatchObject({ responseCode: 550 });
  });

  test('is refused for now over SMTP when it cannot be stored', async () => {
    const { deps, returnTo } = await mailSent();
    const broken = { ...deps, store: { ...deps.store, transaction: () => Promise.reject(new Error('away')) } };
    const door = await startSmtpDoor(broken, { host: '127.0.0.1', port: 0 });
    closers.push(() => door.close());
    const answers = await dialogue(door.port, [
      'EHLO x',
      'MAIL FROM:<>',
      `RCPT TO:<${returnTo()}>`,
      'DATA',
      `${notification([{ status: '5.1.1' }])}\r\n.`,
    ]);
    expect(answers.at(-1)).toMatch(/^451 /);
  });

  test('comes over HTTP with a token or an API key, and no other way', async () => {
    const { deps, returnTo } = await mailSent();
    const server = fastify();
    void server.register(emailInboundRoutes(deps, 'a-token-for-inbound'));
    closers.push(() => server.close());
    const post = (authorization: string | null, payload: string) =>
      server.inject({
        method: 'POST',
        url: `/webhooks/email/inbound?recipient=${encodeURIComponent(returnTo())}`,
        headers: { 'content-type': 'message/rfc822', ...(authorization === null ? {} : { authorization }) },
        payload,
      });
    const dsn = notification([{ status: '5.1.1' }]);
    for (const wrong of [null, 'Bearer nonsense', `Basic ${btoa('mail:nonsense')}`])
      expect((await post(wrong, dsn)).statusCode).not.toBe(200);
    expect(await suppressions(deps)).toEqual([]);
    expect((await post('Bearer a-token-for-inbound', '')).statusCode).not.toBe(200);

    const taken = await post(`Basic ${btoa('mail:a-token-for-inbound')}`, dsn);
    expect([taken.statusCode, taken.json()]).toEqual([200, { kind: 'bounce', messages: 1 }]);
    expect(await suppressions(deps)).toMatchObject([{ reason: 'bounced' }]);
  });
});

/** Says each line when the one before was answered. */
function dialogue(port: number, lines: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const answers: string[] = [];
    const rest = [...lines];
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      const last = chunk.toString().trimEnd().split('\r\n').at(-1) ?? '';
      if (last[3] === '-') return;
      answers.push(last);
      const next = rest.shift();
      if (next !== undefined) return void socket.write(`${next}\r\n`);
      socket.end();
      resolve(answers);
    });
  });
}
