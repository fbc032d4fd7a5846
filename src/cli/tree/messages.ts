import { type Command, Option } from 'commander';
import { messageClasses } from '../../domain/messages/channel.js';
import type { Add, Group } from '../add.js';
import { channelOption, limitOption, priorityOption } from '../options.js';

/** `sojourn message …`, `send-check` and `inbound …` */
export function addMessages(program: Command, add: Add, group: Group): void {
  const message = group('message', 'messages, and why they left or not');
  add(message, 'list', 'messages, the newest first', async (context, command) =>
    (await import('../commands/explain-message.js')).listMessages(context, command.opts()),
  )
    .option('--journey <id>', 'of this journey')
    .option('--profile <person>', 'to this person: any id, email, phone or a part of the name')
    .option('--entry <id>', 'of this entry')
    .option('--state <state>', 'in this state')
    .addOption(new Option('--origin <origin>', 'asked for by this').choices(['journey', 'api', 'broadcast', 'test']))
    .addOption(new Option('--channel <channel>', 'by this channel').choices(['email', 'sms']))
    .addOption(limitOption());
  add(message, 'why <id>', 'why it left, waits or did not leave', async (context, { args }) =>
    (await import('../commands/explain-message.js')).explainMessage(context, args[0] ?? ''),
  );
  add(program, 'send-check <person>', 'could this be sent now, and if not, when? Nothing is sent', async (context, command) =>
    (await import('../commands/check-send.js')).checkSend(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(channelOption())
    .requiredOption('--topic <topic>', 'about this topic')
    .addOption(new Option('--class <class>', 'as a message of this class').choices([...messageClasses]).default('marketing'))
    .addOption(priorityOption('that of the class'))
    .option('--at <instant>', 'at this future instant, such as 2026-12-01T22:00:00Z');

  const inbound = group('inbound', 'texts that came in');
  add(inbound, 'list', 'texts that came in, and how they were read', async (context, command) =>
    (await import('../commands/inbound-messages.js')).listInboundMessages(context, command.opts()),
  )
    .option('--review', 'only sentences that were read as STOP, for a person to look at')
    .addOption(limitOption());
  add(inbound, 'review <id>', 'say whether such a sentence was a STOP', async (context, command) =>
    (await import('../commands/inbound-messages.js')).reviewInboundMessage(context, command.args[0] ?? '', command.opts()),
  )
    .option('--stop', 'it was')
    .option('--not-a-stop', 'it was none: bring back what it took');
}
