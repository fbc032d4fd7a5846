import type { ControlSwitchAnswer } from '../../api/contract/controls.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { ChannelOption, option } from '../options.js';
import { plural } from '../text.js';

export const pauseCommand = command({
  name: 'pause',
  help: 'pause all sending, or one channel, immediately',
  options: [option('--all', 'all sending'), new ChannelOption('only this channel')],
  examples: ['sojourn pause --all', 'sojourn pause --channel sms'],
  run: (context, _args, options) => controlSending(context, 'pause', options()),
});

export const resumeCommand = command({
  name: 'resume',
  help: 'resume all sending, or one channel',
  options: [option('--all', 'all sending'), new ChannelOption('only this channel')],
  run: (context, _args, options) => controlSending(context, 'resume', options()),
});

/** `pause --all | --channel <channel>` and `resume …`: the kill switches. */
async function controlSending(
  context: CliContext,
  action: 'pause' | 'resume',
  options: { readonly all?: boolean; readonly channel?: string },
): Promise<Outcome> {
  if ((options.all === true) === (options.channel !== undefined)) {
    const { channels } = await import('../../domain/messages/channel.js');
    throw new CliFailure(
      `Say what to ${action}: --all, or --channel ${channels.join(' or ')}. (One journey: sojourn journey ${action} <id>.)`,
      2,
    );
  }
  const scope = options.channel ?? 'all';
  const api = await context.client();
  const result = await api.post<ControlSwitchAnswer>('/v1/controls', { scope, action });
  const what = scope === 'all' ? 'All sending' : `Sending by ${scope}`;
  return { value: result, text: `${sentence(what, action, result)}${stillPaused(result)}` };
}

function sentence(what: string, action: 'pause' | 'resume', result: ControlSwitchAnswer): string {
  if (!result.changed) return `${what} was ${action === 'pause' ? 'paused' : 'running'} already.`;
  if (action === 'pause') return `${what} is paused. Due messages are held until you resume.`;
  return `${what} runs again; ${plural(result.entries, 'held entry continues', 'held entries continue')}.`;
}

function stillPaused({ paused }: ControlSwitchAnswer): string {
  const others = Object.entries(paused).flatMap(([scope, since]) => (since === null ? [] : [scope]));
  return others.length === 0 ? '' : ` Paused now: ${others.join(', ')}.`;
}
