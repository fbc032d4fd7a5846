import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChildInstance, startChild } from '../../examples/instance.js';
import { makeProject, quickCart } from '../support/project.js';
import { type Call, fillsCart, openZone, sendBatch } from '../support/shop-client.js';

/** `OPT_OUT_RACES` of each kind: a STOP, a one-click unsubscription and a hard bounce, up to two seconds before the next message is due. */
const races = Number(process.env['OPT_OUT_RACES'] ?? 200);
const wait = 12;
const publicUrl = 'https://sojourn.example';
const authToken = 'a-token-of-the-test';
const people = { stop: 0, click: races, bounce: 2 * races } as const;

/**
 * People of one journey: with their 400 mails at most no breaker has enough to judge the opt-outs by, which would rightly hold the rest.
 */
const lotSize = 200;

/** When what reached whom, in real milliseconds. */
const mails: { readonly to: string; readonly at: number }[] = [];
const texts: { readonly to: string; readonly at: number }[] = [];
/** When an opt-out had been answered; by the person's number. */
const answered = new Map<number, number>();
const failures: string[] = [];
const underWay: Promise<void>[] = [];

let project: string;
let dataFolder: string;
let instance: ChildInstance;
let smtp: SMTPServer;
let twilio: Server;

beforeAll(async () => {
  smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
        mails.push({ to, at: Date.now() });
        done();
        underWay.push(race(to, from, Buffer.concat(chunks)).catch((error: unknown) => void failures.push(String(error))));
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  twilio = createServer((request, response) => {
    void readBody(request).then((body) => {
      texts.push({ to: body.get('To') ?? '', at: Date.now() });
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ sid: `SM${String(texts.length).padStart(32, '0')}`, status: 'queued' }));
    });
  });
  await new Promise<void>((resolve) => twilio.listen(0, '127.0.0.1', resolve));

  project = await makeProject(
    Object.fromEntries(Array.from({ length: Math.ceil((3 * races) / lotSize) }, (_, lot) => [`lot-${lot}`, cartOfLot(lot)])),
  );
  dataFolder = await mkdtemp(join(tmpdir(), 'sojourn-races-'));
  instance = await startChild(
    dataFolder,
    {
      SOJOURN_PROJECT: project,
      SOJOURN_LOG_LEVEL: 'error',
      PUBLIC_URL: publicUrl,
      BOUNCE_DOMAIN: 'bounces.sojourn.example',
      SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
      TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000001',
      TWILIO_AUTH_TOKEN: authToken,
      TWILIO_API_URL: `http://127.0.0.1:${(twilio.address() as AddressInfo).port}`,
    },
    (line) => console.log(line),
  );
});

afterAll(async () => {
  await instance?.stop();
  await new Promise<void>((resolve) => void (twilio ? twilio.close(() => resolve()) : resolve()));
  await new Promise<void>((resolve) => (smtp ? smtp.close(() => resolve()) : resolve()));
  await Promise.all([project, dataFolder].map((folder) => rm(folder, { recursive: true, force: true })));
});

test('nothing leaves more than a second after an opt-out was answered, however near it comes to the next message', async () => {
  const zone = openZone();
  for (let first = 0; first < 3 * races; first += 10) {
    const indices = Array.from({ length: Math.min(10, 3 * races - first) }, (_, offset) => first + offset);
    await sendBatch(
      instance,
      indices.flatMap((index) => withTraits(fillsCart(index, zone), { phone: phoneOf(index), lot: Math.floor(index / lotSize) })),
    );
    await sleep(600);
  }
  // All have had their first email, and the time of their second, and of the text after it, is over.
  await expect.poll(() => answered.size, { timeout: 120_000, interval: 500 }).toBe(3 * races);
  await Promise.all(underWay);
  await sleep(8_000);

  expect(failures).toEqual([]);
  const late = [
    ...mails.filter(({ to, at }) => numberOf(to) >= people.click && at > (answered.get(numberOf(to)) ?? Infinity) + 1_000),
    ...texts.filter(({ to, at }) => indexOfPhone(to) < people.click && at > (answered.get(indexOfPhone(to)) ?? Infinity) + 1_000),
  ];
  expect(late).toEqual([]);
  // The races were races: some came in time to keep the message back, and none broke another channel.
  const kept = (channel: readonly { readonly to: string }[], from: number, indexOf: (to: string) => number, most: number) =>
    races - channel.filter(({ to }) => indexOf(to) >= from && indexOf(to) < from + races).length + most * races;
  expect(kept(texts, people.stop, indexOfPhone, 0)).toBeGreaterThan(races / 2);
  expect(kept(mails, people.click, numberOf, 1)).toBeGreaterThan(races / 2);
  expect(kept(mails, people.bounce, numberOf, 1)).toBeGreaterThan(races / 2);
});

/** After somebody's first email: their opt-out, up to two seconds before the next message is due. */
async function race(to: string, from: string, raw: Buffer): Promise<void> {
  const index = numberOf(to);
  if (mails.filter((mail) => mail.to === to).length > 1) return;
  await sleep(wait * 1000 - Math.random() * 2_000);
  const response = await optOut(index, from, raw);
  if (!response.ok) failures.push(`Person ${index} was answered ${response.status}: ${await response.text()}`);
  answered.set(index, Date.now());
}

async function optOut(index: number, from: string, raw: Buffer): Promise<Response> {
  if (index < people.click) return textStop(index);
  const mail = await PostalMime.parse(raw);
  const header = (key: string): string => mail.headers.find((one) => one.key === key)?.value ?? '';
  if (index < people.bounce) {
    const link = /<https:\/\/[^/]+(\/u\/[^>]+)>/.exec(header('list-unsubscribe'))?.[1] ?? '';
    return fetch(`${instance.publicUrl}${link}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
  }
  // A report counts at the return address of its mail only.
  return fetch(`${instance.publicUrl}/webhooks/email/inbound?recipient=${encodeURIComponent(from)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${instance.running.apiKey ?? ''}`, 'content-type': 'message/rfc822' },
    body: hardBounce(index, header('message-id')),
  });
}

async function textStop(index: number): Promise<Response> {
  const params = { MessageSid: `SMstop${String(index).padStart(28, '0')}`, From: phoneOf(index), To: '+447700900000', Body: 'STOP' };
  return fetch(`${instance.publicUrl}/webhooks/twilio/inbound`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': getExpectedTwilioSignature(authToken, `${publicUrl}/webhooks/twilio/inbound`, params),
    },
    body: new URLSearchParams(params),
  });
}

/** A report as a receiving server writes it (RFC 3464). */
function hardBounce(index: number, messageId: string): string {
  return [
    'From: Mail Delivery System <mailer-daemon@mx.example>',
    'To: bounces@sojourn.example',
    'Subject: Undelivered Mail',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'There is no such mailbox.',
    '--b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    `Final-Recipient: rfc822; person-${index}@example.test`,
    'Action: failed',
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 no such user',
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    '',
    '--b--',
    '',
  ].join('\r\n');
}

/** The series, for the people of one lot alone. */
function cartOfLot(lot: number): string {
  return quickCart({ idle: 1, wait }, `lot-${lot}`).replace('    - identified: true\n', `$&    - trait: { name: lot, is: ${lot} }\n`);
}

/** The phone among them: the fictional numbers of the shop's client are no mobiles to a real Twilio. */
function withTraits(calls: readonly Call[], traits: Readonly<Record<string, unknown>>): readonly Call[] {
  return calls.map((call) => (call.type === 'identify' ? { ...call, traits: { ...call.traits, ...traits } } : call));
}

const phoneOf = (index: number): string => `+447400${100_000 + index}`;
const indexOfPhone = (phone: string): number => Number(phone.slice('+447400'.length)) - 100_000;
const numberOf = (address: string): number => Number(/^person-(\d+)@/.exec(address)?.[1]);

async function readBody(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
