import { Option } from 'commander';
import type { VerdictAnswer } from '../../api/contract/shared.js';
import { messageClasses } from '../../domain/messages/message-class.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { channelOption, option, priorityOption, required } from '../options.js';

export const sendCheckCommand = command({
  name: 'send-check <person>',
  help: 'say whether a message could be sent to a person now, and if not, when; sends nothing',
  options: [
    channelOption(),
    required('--topic <topic>', 'the topic of the message'),
    new Option('--class <class>', 'as a message of this class').choices([...messageClasses]).default('marketing'),
    priorityOption('that of the class'),
    option('--at <instant>', 'at this future instant, such as 2026-12-01T22:00:00Z'),
  ],
  examples: ['sojourn send-check ada@example.com --channel email --topic newsletter'],
  run: (context, [person = ''], options) => checkSend(context, person, options()),
});

/** `send-check <profile>`: could this be sent now, and if not, when? Nothing is sent. */
async function checkSend(
  context: CliContext,
  id: string,
  options: { readonly channel: string; readonly topic: string; readonly class: string; readonly priority?: number; readonly at?: string },
): Promise<Outcome> {
  const api = await context.client();
  const { id: profileId } = await findProfile(api, id);
  const { channel, topic, priority, at } = options;
  const answer = await api.post<VerdictAnswer>('/v1/send-checks', {
    to: { profileId },
    channel,
    topic,
    class: options.class,
    ...(priority === undefined ? {} : { priority }),
    ...(at === undefined ? {} : { at }),
  });
  return { value: answer, text: `${answer.decision}: ${answer.sentence}` };
}
