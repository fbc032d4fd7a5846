import { Option } from 'commander';
import type { Add, Group } from '../add.js';
import { limitOption } from '../options.js';

/** `sojourn entry …` and `sojourn stuck …` */
export function addEntries(add: Add, group: Group): void {
  const entry = group('entry', 'entries: one person’s run through a journey');
  add(entry, 'list', 'entries, the newest first', async (context, command) =>
    (await import('../commands/show-entries.js')).listEntries(context, command.opts()),
  )
    .option('--journey <id>', 'of this journey')
    .option('--profile <person>', 'of this person: any id, email, phone or a part of the name')
    .addOption(new Option('--state <state>', 'in this state').choices(['armed', 'open', 'finished']))
    .addOption(new Option('--activity <activity>', 'doing this').choices(['ready', 'waiting', 'queued', 'submitting', 'held', 'done']))
    .addOption(limitOption());
  add(entry, 'show <id>', 'the story of one entry', async (context, { args }) =>
    (await import('../commands/show-entries.js')).showEntry(context, args[0] ?? ''),
  );
  add(entry, 'exit <id>', 'make an entry leave, before its next message', async (context, command) =>
    (await import('../commands/show-entries.js')).exitEntry(context, command.args[0] ?? '', command.opts()),
  ).option('--reason <code>', 'why, as a code such as by-request');

  const stuck = group('stuck', 'entries that do not move by themselves');
  add(stuck, 'list', 'entries that five pokes did not move, or whose turn failed three times in the same way', async (context) =>
    (await import('../commands/show-entries.js')).listStuck(context),
  );
  add(stuck, 'restart [entries...]', 'start their workflows anew from the store, and try their turns again', async (context, command) =>
    (await import('../commands/show-entries.js')).restartEntries(context, command.args, command.opts()),
  ).option('--all', 'all that are stuck, a hundred at a time');
}
