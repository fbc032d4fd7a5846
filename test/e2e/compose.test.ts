import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { mailboxIds, phoneArrivals } from '../../examples/arrived.js';
import type { ChildInstance } from '../../examples/instance.js';
import { ComposeProcesses } from '../support/compose-processes.js';
import { makeProject, quickCart } from '../support/project.js';
import { fillsCart, sendBatch } from '../support/shop-client.js';
import { eventually, isFinished, mailsTo, type SeenEntry, type SeenMessage, textsTo } from '../support/watching.js';

/** The environment of docker-compose.yml without containers: PostgreSQL, a Temporal server, and each service of ours as a process. */
let project: string;
let compose: ComposeProcesses;
let instance: ChildInstance;

beforeAll(async () => {
  project = await makeProject({ 'quick-cart': quickCart({ idle: 1, wait: 1 }) });
  compose = await ComposeProcesses.prepare({ temporal: inject('temporal').address, project });
});
afterAll(async () => {
  await compose?.stop();
  await rm(project, { recursive: true, force: true });
});

const roles = ['api', 'relay', 'worker'] as const;
interface Readiness {
  readonly status: string;
  readonly parts: readonly { readonly name: string; readonly state: string; readonly detail: string | null }[];
}
const readinessOf = async (service: string): Promise<Readiness> =>
  (await (await fetch(`${compose.of(service).adminUrl}/readyz`)).json()) as Readiness;

test('the one-shot service prepares the database, publishes the project, and ends; a second time it publishes nothing', async () => {
  const publish = compose.of('publish');
  publish.start();
  const first = await publish.ended();
  expect(first).toEqual({ code: 0, said: expect.stringContaining('Published journey quick-cart, version 1.') });
  publish.start();
  const second = await publish.ended();
  expect(second.code).toBe(0);
  expect(second.said).not.toContain('Published');
});

test('three roles, mailbox and phone come up, each healthy by the check of the file, and one tells of all', async () => {
  for (const name of ['mailbox-and-phone', ...roles]) compose.of(name).start();
  await eventually('all are healthy', async () => {
    for (const name of ['mailbox-and-phone', ...roles]) if (!(await compose.of(name).isHealthy())) return null;
    return true;
  });
  instance = await compose.instance();
  for (const role of roles)
    await eventually(`${role} tells that all is well`, async () => {
      const { status, parts } = await readinessOf(role);
      const told = new Map(parts.map(({ name, state }) => [name, state]));
      return status === 'ok' && ['temporal', ...roles].every((name) => name === role || told.get(name) === 'up');
    });
});

test('events come through the api, mails from the worker; links open, and mailbox and phone call back', async () => {
  await sendBatch(instance, fillsCart(1));
  const mail = await eventually('the mail', async () => (await mailsTo(instance, 'person-1@example.test'))[0]);
  const [link] = mail.ListUnsubscribe.Links.filter((url) => url.startsWith('http'));
  expect(link).toMatch(/^http:\/\/localhost:\d+\//);
  const page = await fetch(link ?? '');
  expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
    status: 200,
    type: expect.stringContaining('text/html'),
  });

  const text = await eventually('the text', async () => (await textsTo(instance, '+447700900001'))[0]);
  await eventually('its callbacks, signed for the public address', async () => {
    const messages = await instance.all<SeenMessage>('/v1/messages');
    return messages.some(({ channel, state }) => channel === 'sms' && state === 'delivered');
  });
  expect((await fetch(`${instance.running.phoneUrl}/`)).status).toBe(200);
  const stop = await fetch(`${instance.running.phoneUrl}/inbound`, {
    method: 'POST',
    body: JSON.stringify({ from: '+447700900001', body: 'STOP' }),
  });
  expect({ status: stop.status, sid: text.sid !== '' }).toEqual({ status: 201, sid: true });

  const [known, consent, , cart] = fillsCart(2);
  if (known === undefined || consent === undefined || cart === undefined) throw new Error('A person has four calls.');
  await sendBatch(instance, [{ ...known, traits: { ...known.traits, email: 'person-2+bounce@example.test' } }, consent, cart]);
  await eventually('the bounce of a mail', async () => {
    const messages = await instance.all<SeenMessage>('/v1/messages');
    return messages.some(({ channel, state }) => channel === 'email' && state === 'bounced');
  });
});

/** The first status that says so; fails beyond ten seconds, in which an operator has to be told. */
async function saysWithin10s(service: string, part: string, state: string): Promise<string> {
  for (const started = performance.now(); ; await sleep(50)) {
    const told = await readinessOf(service).catch(() => null);
    if (told?.parts.find(({ name }) => name === part)?.state === state) return told.status;
    expect(performance.now() - started).toBeLessThan(10_000);
  }
}

test('each role is killed in turn under a stream of events: nothing is lost, nothing comes twice, status tells the truth', async () => {
  const before = (await instance.all<SeenEntry>('/v1/entries')).length;
  let stopped = false;
  let sent = 0;
  const stream = (async () => {
    while (!stopped) {
      sent += 1;
      await untilTaken(fillsCart(100 + sent));
      await sleep(300);
    }
  })();
  for (const role of ['worker', 'relay', 'api'] as const) {
    const process = compose.of(role);
    // Of the api its neighbour tells.
    const teller = role === 'api' ? 'relay' : 'api';
    await sleep(1_000);
    await process.kill();
    expect(await saysWithin10s(teller, role, 'down')).toBe('degraded');
    process.start();
    await eventually(`${role} is healthy again`, () => process.isHealthy());
    expect(['ok', 'degraded']).toContain(await saysWithin10s(teller, role, 'up'));
  }
  stopped = true;
  await stream;

  const entries = await eventually('every series has ended', async () => {
    const all = await instance.all<SeenEntry>('/v1/entries');
    return all.length === before + sent && all.every(isFinished) ? all : null;
  });
  const streamed = new Set(entries.filter(({ outcome }) => outcome === 'completed').map(({ id }) => id));
  expect(streamed.size).toBeGreaterThanOrEqual(sent);
  const messages = await instance.all<SeenMessage>('/v1/messages');
  const emails = messages.filter(({ channel, state }) => channel === 'email' && ['accepted', 'delivered', 'bounced'].includes(state));
  // An email whose answer was cut off by a kill goes out once more under the same id, which mailboxes show once.
  expect([...new Set(await mailboxIds(instance))].toSorted()).toEqual(emails.map(({ id }) => id).toSorted());
  const texts = (await phoneArrivals(instance)).map(({ to }) => to);
  expect(new Set(texts).size).toBe(texts.length);
  for (const role of roles) await eventually(`${role} tells that all is well`, async () => (await readinessOf(role)).status === 'ok');
});

/** As an event client does it: the same calls again until they are taken. */
async function untilTaken(calls: Parameters<typeof sendBatch>[1]): Promise<void> {
  const now = new Date().toISOString();
  const batch = calls.map((call, index) => ({ ...call, messageId: `compose-${call.userId}-${index}`, timestamp: now }));
  await eventually('the events are taken', () =>
    fetch(`${instance.publicUrl}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${instance.running.writeKey}:`).toString('base64')}`,
      },
      body: JSON.stringify({ batch, sentAt: now }),
    }).then(({ status }) => status === 200),
  );
}
