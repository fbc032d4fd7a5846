import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { renderMessage } from '../../src/app/messages/render-message.js';
import { runCli } from '../../src/cli/program.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import type { Channel } from '../../src/domain/messages/channel.js';
import { channels } from '../../src/domain/messages/channel.js';
import type { ChannelKind } from '../../src/domain/messages/channel-kind.js';
import { providerOf } from '../../src/domain/messages/outgoing.js';
import type { MessageId } from '../../src/domain/values/ids.js';
import { createProviders, localProviders, type Senders } from '../../src/instance/providers.js';
import { checkTemplate } from '../../src/render/check.js';
import { createRenderer } from '../../src/render/renderer.js';
import { rateOf, readConfig } from '../../src/settings/config.js';
import { channelTaskQueue } from '../../workflows/contract.js';
import { renderContext, shop, withTemplates } from '../render/project.js';
import { turnDeps } from '../support/turns.js';

// The one line that adds a channel. It sends, keeps its caps and hears from its provider in test/store/turn/third-channel.test.ts.
vi.mock('../../src/channels/list.js', async (original) => {
  const [list, { push }] = await Promise.all([
    original<{ readonly channelKinds: readonly ChannelKind[] }>(),
    import('../support/push-channel.js'),
  ]);
  return { channelKinds: [...list.channelKinds, push] };
});

const push = 'push' as Channel;
const secret = secretsOf('a-secret-for-tests');

async function typed(...args: readonly string[]): Promise<string> {
  const said: string[] = [];
  const write = (text: string) => void said.push(text);
  await runCli(args, { env: {}, out: write, err: write });
  return said.join('\n');
}

test('a channel that a folder and a line add is a choice of the command line', async () => {
  expect(channels).toEqual(['email', 'sms', 'push']);
  expect(await typed('message', 'list', '--help')).toContain('(choices: "email", "sms", "push")');
  expect(await typed('help', 'pause')).toContain('"push"');
  expect(await typed('pause')).toContain('--channel email or sms or push');
  expect(await typed('pause', '--channel', 'fax')).toContain('Allowed choices are email, sms, push.');
});

test('each channel has a task queue of its own, under the name that runs under way wait on', () => {
  expect(channels.map(channelTaskQueue)).toEqual(['sojourn-email', 'sojourn-sms', 'sojourn-push']);
});

test('its settings are read with the others, with their contradictions, and a rate of its own', () => {
  const url = 'https://push.shop.example';
  const real = { PUBLIC_URL: 'https://news.shop.example', SOJOURN_SECRET: 'a-secret-of-sixteen' };
  const config = readConfig({ ...real, PUSH_SERVICE_URL: url, PUSH_SERVICE_TOKEN: 't', SOJOURN_PUSH_RATE: '5' });

  expect(config).toMatchObject({ PUSH_SERVICE_URL: url, PUSH_SERVICE_TOKEN: 't', SMTP_URL: undefined });
  expect(rateOf(config, push)).toBe(5);
  expect(() => readConfig({ ...real, PUSH_SERVICE_URL: url })).toThrow('PUSH_SERVICE_URL and PUSH_SERVICE_TOKEN go together.');
  expect(() => readConfig({ PUSH_SERVICE_URL: url, PUSH_SERVICE_TOKEN: 't' })).toThrow('PUSH_SERVICE_URL reaches real people');
  expect(localProviders(config)).toEqual(['email', 'sms']);
});

/** The push service: what it was given. */
async function withService<T>(work: (url: string, taken: readonly Record<string, unknown>[]) => Promise<T>): Promise<T> {
  const taken: Record<string, unknown>[] = [];
  const service = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      taken.push({ ...(JSON.parse(body) as object), as: request.headers.authorization });
      response.end('{"id":"p-1"}');
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${(service.address() as AddressInfo).port}`, taken);
  } finally {
    service.close();
  }
}

function openAll(url: string, watched: string[] = []): Promise<Senders> {
  return createProviders(readConfig({ PUSH_SERVICE_URL: url, PUSH_SERVICE_TOKEN: 't' }), {
    local: { mailbox: null, phone: null, mailboxUrl: null, smtpUrl: 'smtp://127.0.0.1:1', phoneUrl: 'http://127.0.0.1:1', phoneToken: 'x' },
    secret,
    watch: { watch: <Provider>(channel: string, provider: Provider) => (watched.push(channel), provider) } as never,
    address: { publicUrl: 'http://127.0.0.1:1' },
  });
}

/** A template in its folder, checked as `template lint` and `publish` do. */
function checked(body: string) {
  const words = ['en', 'de'].map((language) => `  ${language}:\n    body: ${JSON.stringify(body)}\n`).join('');
  const file = `class: marketing\ntopic: cart_reminder\nwords:\n${words}`;
  return withTemplates({ 'templates/push/basket.yaml': file }, (set) => {
    const source = set.sources.find(({ id }) => id === 'basket');
    if (source === undefined) throw new Error('The template was not read.');
    return checkTemplate(source, set, shop, () => Promise.reject(new Error('It has no design.')));
  });
}

test('its templates are read, compiled and rendered, and leave through the provider of its settings', async () => {
  const { compiled, problems } = await checked('{{ profile.firstName }}, look: {{ shop.siteUrl }}/tea');
  expect(problems).toEqual([]);
  expect(compiled).toMatchObject({ id: 'basket', channel: push, variants: { en: {}, de: {} } });
  const content = await renderMessage(
    {
      ...turnDeps(null as never),
      shop,
      renderer: createRenderer({ loadVersion: async () => ({ version: 1, compiled: compiled! }), shop }),
    },
    {
      messageId: 'm-1' as MessageId,
      template: 'basket',
      class: 'marketing',
      address: 'device-of-ada',
      context: renderContext(),
      person: { traits: { tracking_allowed: true }, phone: null },
      validitySeconds: () => 0,
      at: 0,
    },
  );
  if (content.kind !== 'ready') throw new Error(content.kind);
  expect(content.outgoing).toMatchObject({ kind: push, from: shop.brand, to: 'device-of-ada', segments: 1 });
  // Its links tell, though they are longer: it is not paid by length.
  expect(content.links).toEqual([shop.siteUrl, expect.stringMatching(/^https:.*\/tea/)]);

  await withService(async (url, taken) => {
    const watched: string[] = [];
    const senders = await openAll(url, watched);
    expect(watched.toSorted()).toEqual(['email', 'push', 'sms']);
    expect(senders[push].poolSize).toBe(3);
    expect(await providerOf(senders, content.outgoing).submit(content.outgoing, { deadlineMs: 2_000 })).toEqual({
      kind: 'accepted',
      providerId: 'p-1',
    });
    expect(taken).toEqual([
      { to: 'device-of-ada', body: expect.stringMatching(/^Ada, look: https:\/\/.+\/l\//) as string, as: 'Bearer t' },
    ]);
    await Promise.all(Object.values(senders).map((sender) => sender.close()));
  });
});

test('its templates are measured by its own rules: no word of STOP is asked for, and no segment counted', async () => {
  const long = await checked('x'.repeat(300));
  expect(long.compiled).not.toBeNull();
  expect(long.problems).toMatchObject([{ severity: 'warning', message: expect.stringContaining('phones cut it.') as string }, {}]);
  expect((await checked('x'.repeat(4001))).problems[0]?.message).toContain('at most 4000');
});
