import type { Add, Group } from '../add.js';
import { CliFailure } from '../failure.js';
import { limitOption } from '../options.js';

/** `sojourn event …` and `dead-letter …` */
export function addEvents(add: Add, group: Group): void {
  const event = group('event', 'events as they came');
  add(event, 'list', 'events, the newest first, each with what it did', async (context, command) =>
    (await import('../commands/list-events.js')).listEvents(context, command.opts()),
  )
    .option('--profile <person>', 'of this person: any id, email, phone or a part of the name')
    .addOption(limitOption());
  add(event, 'show <messageId>', 'what an event matched, and what not and why', async (context, { args }) =>
    (await import('../commands/show-event.js')).showEvent(context, args[0] ?? ''),
  );

  const letters = group('dead-letter', 'events that could not be taken');
  add(letters, 'list', 'what could not be taken, and why', async (context, command) =>
    (await import('../commands/dead-letters.js')).listDeadLetters(context, command.opts()),
  )
    .option('--all', 'resolved ones too')
    .option('--source <source>', 'of this source: email for mails that nobody could read')
    .option('--reason <reason>', 'with this reason, such as no-report')
    .addOption(limitOption());
  add(letters, 'retry [ids...]', 'take them again', async (context, command) => {
    const { all } = command.opts<{ all?: boolean }>();
    if ((command.args.length === 0) === (all !== true)) throw new CliFailure('Name the dead letters, or say --all.', 2);
    return (await import('../commands/dead-letters.js')).retryDeadLetters(context, command.args, all === undefined ? {} : { all });
  }).option('--all', 'all that are open');

  add(letters, 'show <id>', 'one of them, with what it holds', async (context, { args }) =>
    (await import('../commands/dead-letters.js')).showDeadLetter(context, args[0] ?? ''),
  );
  for (const [how, what] of [
    ['discard', 'throw them away, with what they hold'],
    ['resolve', 'say that somebody has seen to them'],
  ] as const)
    add(letters, `${how} [ids...]`, what, async (context, command) =>
      (await import('../commands/dead-letters.js')).settleDeadLetters(context, how, command.args, command.opts()),
    )
      .option('--source <source>', 'all that wait and came by this: segment, segment-import, email')
      .option('--reason <code>', 'all that wait with this reason')
      .option('--all', 'all that wait');
}
