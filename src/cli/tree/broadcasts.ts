import type { Add, Group } from '../add.js';
import { limitOption, priorityOption } from '../options.js';

/** `sojourn broadcast …` */
export function addBroadcasts(add: Add, group: Group): void {
  const broadcast = group('broadcast', 'one message to many');
  add(broadcast, 'start', 'send a template to a list of people, each through the gate', async (context, command) =>
    (await import('../commands/broadcasts.js')).startBroadcast(context, command.opts()),
  )
    .requiredOption('--template <id>', 'this template')
    .requiredOption('--name <name>', 'what it is called in lists')
    .option(
      '--to <file>',
      'ids or email addresses, one to a line, or a CSV with the heading userId, profileId or email; - for standard input',
    )
    .option('--map <column=name...>', 'columns of the list that the template reads as data.<name> of each recipient')
    .option('--everyone', 'everyone who is known')
    .option('--trait <name=value...>', 'only those of everyone who have this trait')
    .option('--data-file <file>', 'a JSON file that the template reads as data; by_language in it holds what differs by language')
    .option('--at <instant>', 'from this instant on (else now)')
    .option('--over <duration>', 'spread over this time, such as PT2H')
    .option('--deadline <when>', 'not after this instant, or this long after the start')
    .addOption(priorityOption('20'))
    .option('--dry-run', 'only say who would get it, who would wait and who would not, and why');
  add(broadcast, 'list', 'broadcasts, the newest first', async (context, command) =>
    (await import('../commands/broadcasts.js')).listBroadcasts(context, command.opts()),
  ).addOption(limitOption());
  add(broadcast, 'show <id>', 'how far it is, and to whom it goes', async (context, command) =>
    (await import('../commands/broadcasts.js')).showBroadcast(context, command.args[0] ?? '', command.opts()),
  )
    .option('--watch', 'go on telling until it has ended')
    .addOption(limitOption('--recipients', 20, 'show so many recipients'));
  for (const [action, description] of [
    ['pause', 'nobody further gets it until it is resumed'],
    ['resume', 'it goes on at its pace'],
    ['cancel', 'the end: who waits does not get it'],
  ] as const) {
    add(broadcast, `${action} <id>`, description, async (context, { args }) =>
      (await import('../commands/broadcasts.js')).controlBroadcast(context, action, args[0] ?? ''),
    );
  }
}
