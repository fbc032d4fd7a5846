import { mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test, vi } from 'vitest';
import { readInboundMail } from '../../src/channels/email/inbound-mail.js';
import { createSmtpProvider } from '../../src/channels/email/providers/smtp.js';
import { verifyFeedback } from '../../src/channels/email/verify-feedback.js';
import type { OutgoingEmail } from '../../src/domain/messages/outgoing.js';
import { type Mailbox, startMailbox } from '../../src/embedded/mailbox/mailbox.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Listing {
  readonly total: number;
  readonly unread: number;
  readonly messages_count: number;
  readonly count: number;
  readonly start: number;
  readonly messages: readonly {
    readonly ID: string;
    readonly MessageID: string;
    readonly Subject: string;
    readonly Read: boolean;
    readonly Snippet: string;
  }[];
}

const list = async (mailbox: Mailbox, query = '') =>
  (await (await fetch(`${mailbox.url}/api/v1/${query || 'messages'}`)).json()) as Listing;

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-test-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir?: string): Promise<Mailbox> {
  const mailbox = await startMailbox({ smtpPort: 0, httpPort: 0, ...(dataDir ? { dataDir } : {}) });
  closers.push(() => mailbox.close());
  return mailbox;
}

async function send(mailbox: Mailbox, id: string, overrides: Partial<OutgoingEmail> = {}): Promise<void> {
  const provider = createSmtpProvider({ url: mailbox.smtpUrl, dkim: null });
  const outcome = await provider.submit(
    {
      kind: 'email',
      messageId: id,
      from: { name: 'Shop', address: 'hello@shop.example' },
      to: { name: null, address: 'ada@example.com' },
      replyTo: null,
      subject: `Mail ${id}`,
      html: `<p>Hello ${id}</p>`,
      text: `Hello ${id}`,
      unsubscribeUrl: null,
      listId: null,
      ...overrides,
    },
    { deadlineMs: 5000 },
  );
  expect(outcome.kind).toBe('accepted');
  await provider.close();
}

test('lists by page, newest first, in the field names of Mailpit', async () => {
  const mailbox = await start();
  for (const id of ['a', 'b', 'c']) await send(mailbox, id);

  expect(await list(mailbox, 'messages?start=1&limit=1')).toMatchObject({ total: 3, unread: 3, messages_count: 3, count: 1, start: 1 });
  const { messages } = await list(mailbox);
  expect(messages.map(({ MessageID }) => MessageID)).toEqual(['c@shop.example', 'b@shop.example', 'a@shop.example']);
  expect(messages[0]).toMatchObject({
    Subject: 'Mail c',
    Snippet: 'Hello c',
    Read: false,
    Size: expect.any(Number),
    Created: expect.stringMatching(/Z$/),
  });
  await fetch(`${mailbox.url}/api/v1/message/${messages[0]?.ID}`);
  expect(await list(mailbox)).toMatchObject({ total: 3, unread: 2 });
});

test('finds mails by recipient, also among many words', async () => {
  const mailbox = await start();
  await send(mailbox, 'a');
  await send(mailbox, 'b', { to: { name: 'Grace', address: 'grace@example.com' } });

  expect((await list(mailbox, 'search?query=to:grace@example.com')).messages.map(({ Subject }) => Subject)).toEqual(['Mail b']);
  expect((await list(mailbox, `search?query=${encodeURIComponent('subject:"mail a" -to:grace')}`)).messages_count).toBe(1);
  expect((await list(mailbox, 'search?query=to:nobody@example.com')).messages_count).toBe(0);
});

test('keeps its mails over a restart, and drops only a record that a kill cut short', async () => {
  const folder = await dataFolder();
  const first = await start(folder);
  for (const id of ['a', 'b', 'c']) await send(first, id);
  const [, middle] = (await list(first)).messages;
  await fetch(`${first.url}/api/v1/messages`, { method: 'DELETE', body: JSON.stringify({ IDs: [middle?.ID] }) });
  const raw = await (await fetch(`${first.url}/api/v1/message/latest/raw`)).text();
  await send(first, 'cut');
  await first.close();

  const file = join(folder, 'mailbox.log');
  await truncate(file, (await stat(file)).size - 50);
  const again = await start(folder);
  expect((await list(again)).messages.map(({ Subject }) => Subject)).toEqual(['Mail c', 'Mail a']);
  expect(await (await fetch(`${again.url}/api/v1/message/latest/raw`)).text()).toBe(raw);
  await send(again, 'd');
  await again.close();
  expect((await list(await start(folder))).messages.map(({ Subject }) => Subject)).toEqual(['Mail d', 'Mail c', 'Mail a']);
});

test('forgets everything when asked', async () => {
  const mailbox = await start();
  await send(mailbox, 'a');
  const response = await fetch(`${mailbox.url}/api/v1/messages`, { method: 'DELETE' });
  expect([response.status, await response.text()]).toEqual([200, 'ok']);
  expect(await list(mailbox)).toMatchObject({ total: 0, messages: [] });
});

test('shows mails on pages where nothing of a mail can run', async () => {
  const mailbox = await start();
  await send(mailbox, 'a', {
    subject: '<script>alert(1)</script>',
    html: '<html><head></head><body><script>alert(2)</script><a href="https://shop.example">Shop</a></body></html>',
  });
  const [mail] = (await list(mailbox)).messages;

  for (const path of ['/', `/view/${mail?.ID}`]) {
    const response = await fetch(mailbox.url + path);
    const html = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).toContain('&#60;script&#62;alert(1)');
    expect(html).not.toContain('<script');
  }
  const body = await fetch(`${mailbox.url}/view/${mail?.ID}/html`);
  expect(body.headers.get('content-security-policy')).toMatch(/^sandbox (?!.*allow-scripts).*default-src 'none'/);
  expect(await body.text()).toContain('<head><base target="_blank"></head>');
});

test('says what is wrong with a chaos it does not know', async () => {
  const mailbox = await start();
  const put = (body: unknown) => fetch(`${mailbox.url}/chaos`, { method: 'PUT', body: JSON.stringify(body) });
  expect((await put({ rejectShar: 1 })).status).toBe(400);
  expect((await put({ rejectShare: 2 })).status).toBe(400);
  expect(await (await put({ rejectShare: 0.5, rejectCode: 421 })).json()).toMatchObject({ rejectShare: 0.5, rejectCode: 421, delayMs: 0 });
  expect(await (await put({})).json()).toMatchObject({ rejectShare: 0, rejectCode: 451 });
});

test('serves this machine only, under its own names', async () => {
  const mailbox = await start();
  const { port } = new URL(mailbox.url);
  const status = await new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path: '/api/v1/messages', headers: { host: `evil.example:${port}` } }, (response) =>
      resolve(response.statusCode),
    )
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test('lets mails come back to their envelope sender: by address, or by chance', async () => {
  const mailbox = await start();
  const came: { to: string[]; raw: string }[] = [];
  const door = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, session, callback) => {
      void text(stream).then((raw) => {
        came.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => door.close(resolve)));
  mailbox.setReturnDoor(`smtp://127.0.0.1:${(door.server.address() as AddressInfo).port}`);

  const to = (address: string) => ({ to: { name: null, address } });
  await send(mailbox, 'a', to('ada@example.com'));
  await send(mailbox, 'b', to('ada+bounce@example.com'));
  await send(mailbox, 'c', to('ada+bounce-4.2.2@example.com'));
  await send(mailbox, 'd', to('ada+complain@example.com'));
  await fetch(`${mailbox.url}/chaos`, { method: 'PUT', body: JSON.stringify({ bounceShare: 1, bounceStatus: '5.7.1' }) });
  await send(mailbox, 'e', to('eve@example.com'));
  await vi.waitFor(() => expect(came).toHaveLength(4), { timeout: 5000 });

  const read = await Promise.all(
    came.map(async ({ to: [first], raw }) => {
      const mail = await readInboundMail(Buffer.from(raw));
      if (mail.kind === 'dsn') return `${first} ${mail.dsn.recipients[0]?.status} ${mail.returned.messageId}`;
      return mail.kind === 'feedback' ? `${first} ${mail.report.feedbackType} ${mail.returned.messageId}` : mail.kind;
    }),
  );
  expect(new Set(read)).toEqual(
    new Set([
      'bounce+b@shop.example 5.1.1 b@shop.example',
      'bounce+c@shop.example 4.2.2 c@shop.example',
      'bounce+e@shop.example 5.7.1 e@shop.example',
      'fbl@shop.example abuse d@shop.example',
    ]),
  );
  expect((await list(mailbox)).total).toBe(5);

  // As a provider does, the mailbox signs what its readers complain about.
  const complaint = came.find(({ raw }) => raw.includes('Feedback-Type'))?.raw ?? '';
  const dns = async (name: string) => mailbox.resolveTxt(name) ?? [];
  expect(await verifyFeedback(Buffer.from(complaint), [mailbox.feedbackLoop], dns)).toBe('verified');
});
