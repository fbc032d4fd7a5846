import { expect, test, vi } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import { channels } from '../../src/domain/messages/channel.js';
import type { ChannelKind } from '../../src/domain/messages/channel-kind.js';
import { channelTaskQueue } from '../../workflows/contract.js';

// The one line that adds a channel. It sends, keeps its caps and hears from its provider in test/store/turn/third-channel.test.ts.
vi.mock('../../src/channels/list.js', async (original) => {
  const [list, { push }] = await Promise.all([
    original<{ readonly channelKinds: readonly ChannelKind[] }>(),
    import('../support/push-channel.js'),
  ]);
  return { channelKinds: [...list.channelKinds, push] };
});

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
