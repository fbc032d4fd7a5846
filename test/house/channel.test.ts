import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import type { Channel } from '../../src/domain/messages/channel.js';
import { channels } from '../../src/domain/messages/channel.js';
import type { ChannelKind } from '../../src/domain/messages/channel-kind.js';
import { createProviders, localProviders } from '../../src/instance/providers.js';
import { rateOf, readConfig } from '../../src/settings/config.js';
import { channelTaskQueue } from '../../workflows/contract.js';

// The one line that adds a channel. It sends, keeps its caps and hears from its provider in test/store/turn/third-channel.test.ts.
vi.mock('../../src/channels/list.js', async (original) => {
  const [list, { push }] = await Promise.all([
    original<{ readonly channelKinds: readonly ChannelKind[] }>(),
    import('../support/push-channel.js'),
  ]);
  return { channelKinds: [...list.channelKinds, push] };
});

const push = 'push' as Channel;

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

test('its provider is opened by its settings, and sends', async () => {
  const taken: unknown[] = [];
  const service = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      taken.push({ ...(JSON.parse(body) as object), as: request.headers.authorization });
      response.end('{"id":"p-1"}');
    });
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const watched: string[] = [];
  const senders = await createProviders(readConfig({ PUSH_SERVICE_URL: url, PUSH_SERVICE_TOKEN: 't' }), {
    local: { mailbox: null, phone: null, mailboxUrl: null, smtpUrl: 'smtp://127.0.0.1:1', phoneUrl: 'http://127.0.0.1:1', phoneToken: 'x' },
    secret: secretsOf('a-secret-for-tests'),
    watch: { watch: <Provider>(channel: string, provider: Provider) => (watched.push(channel), provider) } as never,
    address: { publicUrl: 'http://127.0.0.1:1' },
  });
  try {
    expect(watched.toSorted()).toEqual(['email', 'push', 'sms']);
    expect(senders[push].poolSize).toBe(3);
    const message = { kind: push, messageId: 'm', from: 'Shop', to: 'device-of-ada', body: 'Still there', segments: 1, validitySeconds: 0 };
    expect(await senders[push].submit(message as never, { deadlineMs: 2_000 })).toMatchObject({ kind: 'accepted', providerId: 'p-1' });
    expect(taken).toEqual([{ to: 'device-of-ada', body: 'Still there', as: 'Bearer t' }]);
  } finally {
    service.close();
    await Promise.all(Object.values(senders).map((sender) => sender.close()));
  }
});
