import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createSmtpProvider, type SmtpProvider, type SmtpSettings } from '../../src/channels/email/providers/smtp.js';
import type { OutgoingEmail } from '../../src/domain/messages/outgoing.js';
import { type Mailbox, startMailbox } from '../../src/embedded/mailbox/mailbox.js';
import { verifyDkim } from '../support/dkim.js';
import { bare, providerContract } from './provider-contract.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const email = (id: string, overrides: Partial<OutgoingEmail> = {}): OutgoingEmail => ({
  kind: 'email',
  messageId: id,
  from: { name: 'Fern & Fable', address: 'hello@shop.example' },
  to: { name: 'Ada Lovelace', address: 'ada@example.com' },
  replyTo: 'help@shop.example',
  subject: 'Your basket – 20 % off',
  html: '<p>Zoë’s basket</p>',
  text: 'Zoë’s basket\n.\nA line that begins with a dot',
  unsubscribeUrl: `https://news.shop.example/u/${'t'.repeat(90)}`,
  listId: 'cart-reminder.shop.example',
  ...overrides,
});

async function open(settings: Partial<SmtpSettings> = {}) {
  const mailbox = await startMailbox({ smtpPort: 0, httpPort: 0 });
  const provider = createSmtpProvider({ url: mailbox.smtpUrl, dkim: null, ...settings });
  closers.push(
    () => mailbox.close(),
    () => provider.close(),
  );
  return { mailbox, provider };
}

/** RFC 8058, section 4: both fields, and exactly one HTTPS address among the others. */
function isOneClick(list: string, post: string | null): boolean {
  const addresses = [...list.matchAll(/<([^>]+)>/g)].map(([, address]) => new URL(address ?? ''));
  return post === 'List-Unsubscribe=One-Click' && addresses.filter(({ protocol }) => protocol === 'https:').length === 1;
}

async function get(mailbox: Mailbox, path: string) {
  const response = await fetch(mailbox.url + path);
  expect(response.status).toBe(200);
  return response;
}

async function onlyMail(mailbox: Mailbox): Promise<{ raw: string; message: Record<string, unknown> }> {
  const list = (await (await get(mailbox, '/api/v1/messages')).json()) as { messages: { ID: string }[] };
  expect(list.messages).toHaveLength(1);
  const path = `/api/v1/message/${list.messages[0]?.ID}`;
  return {
    raw: await (await get(mailbox, `${path}/raw`)).text(),
    message: (await (await get(mailbox, path)).json()) as Record<string, unknown>,
  };
}

providerContract('SMTP', async () => {
  const { mailbox, provider } = await open();
  return {
    provider,
    message: (id) => email(id),
    arrivals: async (id) => {
      const found = (await (await get(mailbox, `/api/v1/search?query=message-id:${id}@shop.example`)).json()) as { messages_count: number };
      return found.messages_count;
    },
    misbehave: async (chaos) => {
      const response = await fetch(`${mailbox.url}/chaos`, { method: 'PUT', body: JSON.stringify(chaos) });
      expect(response.status).toBe(200);
    },
  };
});

describe('the mail itself', () => {
  test('carries its id, both list headers unfolded, and both parts', async () => {
    const { mailbox, provider } = await open();
    await provider.submit(email('id1'), { deadlineMs: 5000 });
    const { raw, message } = await onlyMail(mailbox);

    const url = `https://news.shop.example/u/${'t'.repeat(90)}`;
    expect(raw).toContain(`\r\nList-Unsubscribe: <${url}>\r\n`);
    expect(raw).toContain('\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n');
    expect(raw).toMatch(/^List-ID: <cart-reminder\.shop\.example>\r$/m);
    expect(message).toMatchObject({
      MessageID: 'id1@shop.example',
      ReturnPath: 'bounce+id1@shop.example',
      From: { Name: 'Fern & Fable', Address: 'hello@shop.example' },
      To: [{ Name: 'Ada Lovelace', Address: 'ada@example.com' }],
      Bcc: [],
      ReplyTo: [{ Name: '', Address: 'help@shop.example' }],
      Subject: 'Your basket – 20 % off',
      ListUnsubscribe: { Links: [url], HeaderPost: 'List-Unsubscribe=One-Click' },
    });
    expect((message['Text'] as string).trimEnd()).toBe('Zoë’s basket\n.\nA line that begins with a dot');
    expect((message['HTML'] as string).trimEnd()).toBe('<p>Zoë’s basket</p>');
  });

  test('names itself in its return path, in a way to unsubscribe by mail, and for the statistics of mailbox providers', async () => {
    const { mailbox, provider } = await open({
      returns: { bounce: (id) => `b+${id}.sig@in.shop.example`, unsubscribe: (id) => `unsub+${id}.sig@in.shop.example` },
    });
    await provider.submit(email('id1', { feedbackId: 'cart-1:fern:marketing:shop' }), { deadlineMs: 5000 });
    const { raw, message } = await onlyMail(mailbox);

    expect(message).toMatchObject({
      ReturnPath: 'b+id1.sig@in.shop.example',
      ListUnsubscribe: {
        Links: [`https://news.shop.example/u/${'t'.repeat(90)}`, 'mailto:unsub+id1.sig@in.shop.example?subject=unsubscribe'],
      },
    });
    expect(raw).toContain('\r\nFeedback-ID: cart-1:fern:marketing:shop\r\n');
  });

  test('is one-click by the rule of the vectors, with and without a way by mail', async () => {
    const { headers } = JSON.parse(readFileSync('test/vectors/unsubscribe.json', 'utf8')) as {
      readonly headers: readonly { readonly list_unsubscribe: string; readonly post: string | null; readonly one_click: boolean }[];
    };
    for (const { list_unsubscribe: list, post, one_click } of headers) expect([list, isOneClick(list, post)]).toEqual([list, one_click]);

    for (const returns of [
      null,
      { bounce: (id: string) => `b+${id}@in.shop.example`, unsubscribe: (id: string) => `unsub+${id}@in.shop.example` },
    ]) {
      const { mailbox, provider } = await open(returns === null ? {} : { returns });
      await provider.submit(email('id1'), { deadlineMs: 5000 });
      const { raw } = await onlyMail(mailbox);
      const field = (name: string) => new RegExp(`^${name}: (.*)\\r$`, 'm').exec(raw)?.[1] ?? null;
      expect(isOneClick(field('List-Unsubscribe') ?? '', field('List-Unsubscribe-Post'))).toBe(true);
    }
  });

  test('has no list headers when it is transactional', async () => {
    const { mailbox, provider } = await open();
    await provider.submit(email('id1', { unsubscribeUrl: null, listId: null }), { deadlineMs: 5000 });
    expect((await onlyMail(mailbox)).raw).not.toMatch(/^List-/im);
  });

  test('is signed over both List-Unsubscribe fields, and the signature holds', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { mailbox, provider } = await open({ dkim: { domain: 'shop.example', selector: 's1', privateKey: pem } });
    await provider.submit(email('id1'), { deadlineMs: 5000 });
    const { raw } = await onlyMail(mailbox);

    const verified = verifyDkim(raw, publicKey);
    expect(verified).toMatchObject({ isValid: true, domain: 'shop.example', selector: 's1' });
    expect(verified.signedFields).toEqual(
      expect.arrayContaining(['from', 'subject', 'list-unsubscribe', 'list-unsubscribe-post', 'list-id']),
    );
    expect(verifyDkim(raw.replace('One-Click', 'One-Clock'), publicKey).isValid).toBe(false);
  });

  test('makes no second recipient and no new header of what a shop or person wrote', async () => {
    const { mailbox, provider } = await open();
    const nasty = 'x\r\nBcc: eve@example.com\r\n\r\nbody';
    await provider.submit(email('id1', { to: { name: `Ada <eve@example.com>, ${nasty}`, address: 'ada@example.com' }, subject: nasty }), {
      deadlineMs: 5000,
    });
    const { raw, message } = await onlyMail(mailbox);

    expect(message).toMatchObject({ To: [{ Address: 'ada@example.com' }], Bcc: [], Cc: [] });
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
    expect(bare(await provider.submit(email('id2', { to: { name: null, address: nasty } }), { deadlineMs: 5000 }))).toEqual({
      kind: 'not-sent',
      code: 'invalid-address',
      retry: false,
    });
  });

  test('is refused at start-up when the DKIM key cannot sign', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() =>
      createSmtpProvider({ url: 'smtp://127.0.0.1:1', dkim: { domain: 'shop.example', selector: 's1', privateKey: pem } }),
    ).toThrow('not an RSA key');
  });
});

describe('what the server says', () => {
  /** Answers each command by its verb; `null` drops the connection instead. Counts what it was asked. */
  async function scripted(
    answers: Readonly<Record<string, string | null>>,
    settings: { secondMail?: string | null; secondBody?: null } = {},
  ): Promise<{ provider: SmtpProvider; sessions: () => number; asked: string[] }> {
    let sessions = 0;
    const asked: string[] = [];
    const server = net.createServer((socket) => {
      sessions += 1;
      let inBody = false;
      let mails = 0;
      let buffered = '';
      const say = (verb: string, otherwise: string) => {
        const answer = verb in answers ? answers[verb] : otherwise;
        if (answer === null || answer === undefined) socket.destroy();
        else socket.write(`${answer}\r\n`);
      };
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      say('GREETING', '220 test');
      socket.on('data', (chunk) => {
        buffered += chunk.toString();
        for (let end = buffered.indexOf('\r\n'); end >= 0; end = buffered.indexOf('\r\n')) {
          const line = buffered.slice(0, end);
          buffered = buffered.slice(end + 2);
          if (inBody) {
            if (line !== '.') continue;
            inBody = false;
            if (mails === 1 && settings.secondBody === null) return socket.destroy();
            say('BODY', '250 2.0.0 OK queued as Q123');
            mails += 1;
            continue;
          }
          const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? '';
          asked.push(verb);
          if (verb === 'MAIL' && mails === 1 && settings.secondMail !== undefined) {
            if (settings.secondMail !== null) socket.write(`${settings.secondMail}\r\n`);
            return socket.destroySoon();
          }
          if (verb === 'DATA' && !('DATA' in answers)) inBody = true;
          say(verb, verb === 'DATA' ? '354 go' : '250 2.0.0 ok');
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const provider = createSmtpProvider({ url: `smtp://127.0.0.1:${port}`, dkim: null, poolSize: 1 });
    closers.push(
      () => new Promise<void>((resolve) => server.close(() => resolve())),
      () => provider.close(),
    );
    return { provider, sessions: () => sessions, asked };
  }

  test.each([
    [
      'a refused recipient',
      { RCPT: '550 5.1.1 No such user' },
      { kind: 'not-sent', code: 'smtp-550-5.1.1', retry: false, bounce: 'hard', suppress: true },
    ],
    ['a full mailbox', { RCPT: '552 5.2.2 Mailbox full' }, { kind: 'not-sent', code: 'smtp-552-5.2.2', retry: false, bounce: 'soft' }],
    [
      'a policy of ours',
      { BODY: '550 5.7.26 Unauthenticated' },
      { kind: 'not-sent', code: 'smtp-550-5.7.26', retry: false, bounce: 'policy' },
    ],
    ['a refusal without a code', { RCPT: '550 no' }, { kind: 'not-sent', code: 'smtp-550', retry: false, bounce: 'hard-unconfirmed' }],
    ['greylisting', { RCPT: '451 4.7.1 Later' }, { kind: 'not-sent', code: 'smtp-451-4.7.1', retry: true }],
    [
      'a refused body',
      { BODY: '554 5.1.1 gone' },
      { kind: 'not-sent', code: 'smtp-554-5.1.1', retry: false, bounce: 'hard', suppress: true },
    ],
    ['a passing refusal of the body', { BODY: '452 4.3.1 full' }, { kind: 'not-sent', code: 'smtp-452-4.3.1', retry: true }],
    ['a sender that must log in', { MAIL: '530 5.7.0 Authentication required' }, { kind: 'not-sent', code: 'smtp-530-5.7.0', retry: true }],
    ['an unknown sender', { MAIL: '550 5.1.1 unknown sender' }, { kind: 'not-sent', code: 'smtp-550-5.1.1', retry: false }],
    ['a closed door', { GREETING: '554 5.7.1 go away' }, { kind: 'not-sent', code: 'smtp-554-5.7.1', retry: true }],
    ['a cut before the greeting', { GREETING: null }, { kind: 'not-sent', code: 'smtp-econnection', retry: true }],
    ['a cut at RCPT', { RCPT: null }, { kind: 'not-sent', code: 'smtp-econnection', retry: true }],
    ['a cut at DATA', { DATA: null }, { kind: 'not-sent', code: 'smtp-econnection', retry: true }],
    ['a cut after the body', { BODY: null }, { kind: 'unknown', code: 'smtp-econnection' }],
    ['a goodbye at the end', { BODY: '421 4.3.2 closing' }, { kind: 'not-sent', code: 'smtp-421-4.3.2', retry: true }],
    ['acceptance', {}, { kind: 'accepted', providerId: 'Q123' }],
  ])('reads %s', async (_what, answers, expected) => {
    const { provider } = await scripted(answers);
    expect(bare(await provider.submit(email('id1'), { deadlineMs: 5000 }))).toEqual(expected);
  });

  test('nothing listens there: not sent, worth another try', async () => {
    const provider = createSmtpProvider({ url: 'smtp://127.0.0.1:1', dkim: null });
    expect(bare(await provider.submit(email('id1'), { deadlineMs: 5000 }))).toEqual({
      kind: 'not-sent',
      code: 'smtp-econnrefused',
      retry: true,
    });
  });

  test('a server that never greets: not sent at the deadline', async () => {
    const server = net.createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const provider = createSmtpProvider({ url: `smtp://127.0.0.1:${(server.address() as net.AddressInfo).port}`, dkim: null });
    expect(bare(await provider.submit(email('id1'), { deadlineMs: 200 }))).toEqual({ kind: 'not-sent', code: 'deadline', retry: true });
  });

  test('keeps its session for the next mail, also after a refusal', async () => {
    const { provider, sessions, asked } = await scripted({ RCPT: '550 5.1.1 no' });
    for (const id of ['id1', 'id2', 'id3']) await provider.submit(email(id), { deadlineMs: 5000 });
    expect(sessions()).toBe(1);
    expect(asked.filter((verb) => verb === 'RSET').length).toBeGreaterThanOrEqual(2);
  });

  test('opens no more sessions than its pool has, however many mails wait', async () => {
    const { provider, sessions } = await scripted({});
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => provider.submit(email(`id${n}`), { deadlineMs: 5000 })));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(sessions()).toBe(1);
  });

  test.each([
    ['hangs up', null],
    ['says goodbye', '421 4.4.2 idle too long'],
  ])('a kept session whose server %s when the next mail comes costs no mail', async (_how, secondMail) => {
    const { provider, sessions, asked } = await scripted({}, { secondMail });
    for (const id of ['id1', 'id2', 'id3'])
      expect(await provider.submit(email(id), { deadlineMs: 5000 })).toMatchObject({ kind: 'accepted' });
    expect(sessions()).toBe(3);
    expect(asked.filter((verb) => verb === 'MAIL')).toHaveLength(5);
  });

  test('a kept session that breaks after the body left is no reason to send again', async () => {
    const { provider, sessions } = await scripted({}, { secondBody: null });
    expect(await provider.submit(email('id1'), { deadlineMs: 5000 })).toMatchObject({ kind: 'accepted' });
    expect(bare(await provider.submit(email('id2'), { deadlineMs: 5000 }))).toEqual({ kind: 'unknown', code: 'smtp-econnection' });
    expect(sessions()).toBe(1);
  });
});
