import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { emailInboundRoutes } from '../../src/api/routes/email-inbound.js';
import { startSmtpDoor } from '../../src/api/smtp-door.js';
import { showDeadLetters } from '../../src/app/dead-letters/list-dead-letters.js';
import { showBreakers } from '../../src/app/inbound/breakers.js';
import { writeReturnAddress } from '../../src/domain/messages/return-address.js';
import type { MessageId } from '../../src/domain/values/ids.js';
import { testApi } from '../support/api.js';
import { collect } from '../support/collect.js';
import { localDns, loops, signingProvider } from '../support/mail-back.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { cartJourney, publish, turnDeps } from '../support/turns.js';

/**
 * What mail that comes back may do: a bounce counts at its signed address, a complaint there or with the signature of a feedback loop that
 * was signed up for. From outside: over SMTP and over HTTP.
 */
const domain = 'in.shop.example';
const token = 'a-token-for-inbound';
const hotmail = signingProvider('hotmail.example');
const stranger = signingProvider('stranger.example');

describe('mail back to us', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  const closing: (() => unknown)[] = [];
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  async function instance() {
    const deps = {
      ...turnDeps(opened.store),
      bounceDomain: domain,
      feedbackLoops: loops('staff@hotmail.example'),
      resolveTxt: localDns([hotmail, stranger]),
    };
    await publish(opened.store, cartJourney());
    const door = await startSmtpDoor(deps, { host: '127.0.0.1', port: 0 });
    closing.push(() => door.close());
    const { server, call } = await testApi(deps, { plugins: [emailInboundRoutes(deps, token)] });
    closing.push(() => server.close());
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const bySmtp = async (to: string, raw: string): Promise<number> => {
      const transport = createTransport({ host: door.host, port: door.port, secure: false, ignoreTLS: true });
      try {
        await transport.sendMail({ envelope: { from: '', to: [to] }, raw });
        return 250;
      } catch (error) {
        return (error as { readonly responseCode?: number }).responseCode ?? 0;
      } finally {
        transport.close();
      }
    };
    const byHttp = async (to: string, raw: string): Promise<number> =>
      (
        await fetch(`${address}/webhooks/email/inbound?recipient=${encodeURIComponent(to)}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' },
          body: raw,
        })
      ).status;
    return { deps, door, call, doors: { smtp: bySmtp, http: byHttp } };
  }
  type Instance = Awaited<ReturnType<typeof instance>>;

  /** As ours are: 32 characters of base32. */
  const idOf = (n: number): MessageId => `${'m'.repeat(31)}${'abcdefghijklmnopqrstuvwxyz'[n]}` as MessageId;

  /** Mails of one journey, each to a person of its own. */
  async function mailsSent(deps: Instance['deps'], count: number): Promise<readonly MessageId[]> {
    const at = deps.clock.now();
    const ids = Array.from({ length: count }, (_, n) => idOf(n));
    for (const [n, id] of ids.entries()) {
      const profile = {
        id: `person-${n}`,
        email: `person${n}@example.com`,
        created_at: at,
        updated_at: at,
        merged_into: null,
        phone: null,
        erased_at: null,
      };
      await opened.store.db.insertInto('profiles').values(profile).execute();
      const content = JSON.stringify({ to: { address: profile.email } });
      await sql`insert into messages (id, origin, journey_id, version, step, visit, profile_id, channel, class, topic, priority, template, template_version, state,
          slot_at, deadline_at, content, content_hash, mailbox_provider, provider, submitted_at, accepted_at, created_at, updated_at)
        values (${id}, 'journey', 'cart', 1, 'first', 1, ${profile.id}, 'email', 'marketing', 'cart_reminder', 80, 'first', 1, 'accepted',
          ${at}, ${at}, ${content}::jsonb, 'hash', 'gmail', 'smtp', ${at}, ${at}, ${at}, ${at})`.execute(opened.store.db);
    }
    return ids;
  }

  const verp = (deps: Instance['deps'], messageId: MessageId): string =>
    writeReturnAddress(deps.secret, domain, { kind: 'bounce', messageId });
  const suppressed = async () =>
    (await opened.store.db.selectFrom('suppressions').select('reason').orderBy('reason').execute()).map(({ reason }) => reason);
  const tripped = async (deps: Instance['deps']) => (await showBreakers(deps)).map(({ scope }) => `${scope.kind}:${scope.id}`);
  const listed = async (deps: Instance['deps']) =>
    (await showDeadLetters(deps, { state: 'open' }, { limit: 50, cursor: null })).items.map(({ reason }) => reason);

  function report(from: string, type: string, fields: readonly string[], messageId: string): string {
    const returned = ['From: shop@shop.example', `Message-ID: <${messageId}@shop.example>`, 'Subject: Still there'];
    return [
      `From: ${from}`,
      `To: fbl@${domain}`,
      'Subject: report',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=${type}; boundary=bb`,
      '',
      '--bb',
      `Content-Type: message/${type}`,
      '',
      ...fields,
      '',
      '--bb',
      'Content-Type: text/rfc822-headers',
      '',
      ...returned,
      '',
      '--bb--',
      '',
    ].join('\r\n');
  }
  const complaint = (messageId: string, from = 'staff@hotmail.example') =>
    report(from, 'feedback-report', ['Feedback-Type: abuse', 'User-Agent: x/1', 'Version: 1'], messageId);
  const bounce = (messageId: string) =>
    report(
      'mailer-daemon@mx.example',
      'delivery-status',
      ['Reporting-MTA: dns; mx', '', 'Final-Recipient: rfc822; x@y.example', 'Action: failed', 'Status: 5.1.1'],
      messageId,
    );

  test.each(['smtp', 'http'] as const)(
    'complaints that nobody has signed suppress nobody and pause nothing, and are listed (%s)',
    async (over) => {
      const { deps, doors } = await instance();
      const ids = await mailsSent(deps, 8);
      for (const id of ids.slice(0, 4)) expect(await doors[over](`fbl@${domain}`, complaint(id))).toBeLessThan(300);
      for (const id of ids.slice(4))
        expect(await doors[over](`fbl@${domain}`, await stranger.sign(complaint(id, 'x@stranger.example')))).toBeLessThan(300);
      expect([await suppressed(), await tripped(deps)]).toEqual([[], []]);
      expect(new Set(await listed(deps))).toEqual(new Set(['complaint-not-verified']));
      expect(await listed(deps)).toHaveLength(8);
    },
  );

  test.each(['smtp', 'http'] as const)('what the provider has signed counts, and three people stop the journey (%s)', async (over) => {
    const { deps, doors } = await instance();
    const ids = await mailsSent(deps, 20);
    for (const id of ids.slice(0, 3)) expect(await doors[over](`fbl@${domain}`, await hotmail.sign(complaint(id)))).toBeLessThan(300);
    expect([await suppressed(), await tripped(deps)]).toEqual([
      ['complained', 'complained', 'complained'],
      ['journey:cart', 'provider:gmail'],
    ]);
    expect(await listed(deps)).toEqual([]);
  });

  test('a mail of ours that the provider gives back without a report is a complaint; from anybody else it is listed', async () => {
    const { deps, doors } = await instance();
    const [first = '', second = ''] = await mailsSent(deps, 2);
    const returned = (id: string, from: string) =>
      [
        `From: ${from}`,
        'Subject: complaint about message from 192.0.2.1',
        'MIME-Version: 1.0',
        'Content-Type: multipart/mixed; boundary=bb',
        '',
        '--bb',
        'Content-Type: message/rfc822',
        '',
        'From: shop@shop.example',
        `Message-ID: <${id}@shop.example>`,
        '',
        'Still there?',
        '--bb--',
        '',
      ].join('\r\n');
    expect(await doors.smtp(`fbl@${domain}`, returned(first, 'staff@hotmail.example'))).toBe(250);
    expect([await suppressed(), await listed(deps)]).toEqual([[], ['complaint-not-verified']]);
    expect(await doors.smtp(`fbl@${domain}`, await hotmail.sign(returned(second, 'staff@hotmail.example')))).toBe(250);
    expect(await suppressed()).toEqual(['complained']);
  });

  test('a bounce counts at its own signed address only', async () => {
    const { deps, doors } = await instance();
    const [mine, theirs] = (await mailsSent(deps, 2)) as [MessageId, MessageId];
    for (const over of ['smtp', 'http'] as const) expect(await doors[over](`fbl@${domain}`, bounce(theirs))).toBeLessThan(300);
    // Signed for another message; and the unsubscribe address of that very one, which stands in its header.
    expect(await doors.smtp(verp(deps, mine).replace(mine, theirs), bounce(theirs))).toBe(550);
    expect(await doors.smtp(writeReturnAddress(deps.secret, domain, { kind: 'unsubscribe', messageId: theirs }), bounce(theirs))).toBe(250);
    expect(await suppressed()).toEqual([]);
    expect(new Set(await listed(deps))).toEqual(new Set(['bounce-of-no-message']));

    // The mail that it gives back may say what it likes: its address says whose it is.
    expect(await doors.smtp(verp(deps, mine), bounce(theirs))).toBe(250);
    const states = await opened.store.db.selectFrom('messages').select(['id', 'state']).orderBy('created_at').orderBy('id').execute();
    expect(states).toEqual([
      { id: mine, state: 'bounced' },
      { id: theirs, state: 'accepted' },
    ]);
    expect(await suppressed()).toEqual(['bounced']);
  });

  test('a complaint at the signed address ends that person’s mail, moves no breaker, and an operator lifts it with a reason', async () => {
    const { deps, doors, call } = await instance();
    const ids = await mailsSent(deps, 20);
    for (const id of ids.slice(0, 4)) expect(await doors.smtp(verp(deps, id), complaint(id, 'eve@anywhere.example'))).toBe(250);
    expect([await suppressed(), await tripped(deps)]).toEqual([['complained', 'complained', 'complained', 'complained'], []]);

    expect(await call('DELETE', '/v1/profiles/person-0/suppressions/email', {})).toMatchObject({ status: 400 });
    expect(await call('DELETE', '/v1/profiles/person-0/suppressions/email', { reason: 'She called: she did not complain.' })).toMatchObject(
      {
        status: 200,
        body: { lifted: 'complained', stands: null },
      },
    );
    expect(await doors.smtp(verp(deps, ids[0] as MessageId), complaint(ids[0] ?? '', 'eve@anywhere.example'))).toBe(250);
    expect(await suppressed()).toHaveLength(3);
  });

  test('is told to come again where DNS is away: nothing is lost, nothing is believed', async () => {
    const { deps } = await instance();
    const away = { ...deps, resolveTxt: () => Promise.reject(Object.assign(new Error('away'), { code: 'ESERVFAIL' })) };
    const door = await startSmtpDoor(away, { host: '127.0.0.1', port: 0 });
    closing.push(() => door.close());
    const [id = ''] = await mailsSent(deps, 1);
    const transport = createTransport({ host: door.host, port: door.port, secure: false, ignoreTLS: true });
    await expect(
      transport.sendMail({ envelope: { from: '', to: [`fbl@${domain}`] }, raw: await hotmail.sign(complaint(id)) }),
    ).rejects.toMatchObject({
      responseCode: 451,
    });
    expect(await suppressed()).toEqual([]);
  });

  test('holds nothing of a mail once its time is over or it is too large, however much comes and from however many', async () => {
    const { deps } = await instance();
    const door = await startSmtpDoor(deps, { host: '127.0.0.1', port: 0 }, { mailsAtOnce: 8, mailMs: 150 });
    closing.push(() => door.close());
    const open = async () => {
      const socket = connect(door.port, '127.0.0.1');
      closing.push(() => socket.destroy());
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      const until = async (code: RegExp): Promise<void> => {
        for (let n = 0; n < 500 && !code.test(heard); n++) await sleep(20);
        expect(heard).toMatch(code);
        heard = '';
      };
      await until(/^220/);
      for (const line of ['EHLO mx.example', 'MAIL FROM:<>', `RCPT TO:<fbl@${domain}>`, 'DATA']) {
        socket.write(`${line}\r\n`);
        await until(line === 'DATA' ? /354/ : /250 /);
      }
      return { socket, until };
    };
    const sessions = await Promise.all(Array.from({ length: 8 }, open));
    await sleep(300);
    const before = held();
    let most = 0;
    const line = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(1000));
    const pour = async ({ socket }: (typeof sessions)[number], megabytes: number): Promise<void> => {
      for (let n = 0; n < megabytes; n++) {
        if (!socket.write(line)) await new Promise((resolve) => socket.once('drain', resolve));
        if (n % 4 === 0) most = Math.max(most, held() - before);
      }
      socket.write('\r\n.\r\n');
    };
    await Promise.all(sessions.map((one, index) => pour(one, index === 0 ? 40 : 9)));
    await Promise.all(sessions.map(({ until }) => until(/^451 4\.4\.2/)));
    // Kept, it would be 80 MB.
    expect(most).toBeLessThan(40 * 1024 * 1024);
  });
});

/** Bytes of buffers that something still holds. */
function held(): number {
  collect();
  return process.memoryUsage().arrayBuffers;
}
