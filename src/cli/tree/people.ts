import { type Command, Option } from 'commander';
import type { Add, Group } from '../add.js';
import { channelOption, limitOption } from '../options.js';

/** `sojourn why`, `profile …`, `consent …` `merge …` and `suspect-id …` */
export function addPeople(program: Command, add: Add, group: Group): void {
  add(program, 'why <person>', 'what happened to somebody, why, and what comes next', async (context, command) =>
    (await import('../commands/why.js')).why(context, command.args[0] ?? '', command.opts()),
  ).option('--journey <id>', 'in this journey alone');

  const profile = group('profile', 'people');
  add(profile, 'find <text>', 'people by any id, email, phone or a part of the name', async (context, command) =>
    (await import('../commands/find-profile.js')).findPeople(context, command.args[0] ?? '', command.opts()),
  ).addOption(limitOption());
  add(profile, 'show <person>', 'a person: by any id, email, phone or a part of the name', async (context, { args }) =>
    (await import('../commands/show-profile.js')).showProfile(context, args[0] ?? ''),
  );
  add(profile, 'caps <person>', 'how often a person may be written to, why, and what is promised', async (context, { args }) =>
    (await import('../commands/show-caps.js')).showCaps(context, args[0] ?? ''),
  );
  add(profile, 'engagement <person>', 'how engaged a person is, and why', async (context, { args }) =>
    (await import('../commands/show-engagement.js')).showEngagement(context, args[0] ?? ''),
  );
  add(profile, 'consents <person>', 'what a person consents to, why, and every act', async (context, { args }) =>
    (await import('../commands/consents.js')).showConsents(context, args[0] ?? ''),
  );
  add(
    profile,
    'consent <person>',
    'record a yes or a no that came by another way than a form, such as on the phone',
    async (context, command) => (await import('../commands/consents.js')).recordConsent(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(channelOption())
    .addOption(new Option('--state <state>', 'what was said').choices(['granted', 'denied', 'withdrawn']).makeOptionMandatory())
    .requiredOption('--method <method>', 'how, such as phone-call')
    .requiredOption('--source <source>', 'where, such as support')
    .option('--topic <topic>', 'about this topic', 'marketing')
    .option('--text <words>', 'the words that the person heard')
    .option('--evidence <where>', 'where the proof is kept, such as the number of a recording')
    .option('--actor <id>', 'who records it: an id, no name')
    .option('--legal-basis <basis>', 'consent (else), implied or soft-opt-in')
    .option('--at <instant>', 'when it was said (else now)')
    .option('--double-opt-in', 'ask the person to confirm, also where the policy does not');
  add(profile, 'unsuppress <person>', 'write again to an address that a provider called dead by mistake', async (context, command) =>
    (await import('../commands/unsuppress.js')).unsuppress(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(channelOption())
    .requiredOption('--reason <text>', 'why it was a mistake')
    .option('--actor <id>', 'who lifts it: an id, no name');
  add(profile, 'export <person>', 'all that is kept of a person, as JSON', async (context, { args }) =>
    (await import('../commands/consents.js')).exportProfile(context, args[0] ?? ''),
  );
  add(profile, 'erase <person>', 'delete a person’s data for good', async (context, command) =>
    (await import('../commands/show-profile.js')).eraseProfile(context, command.args[0] ?? '', command.opts()),
  ).option('--yes', 'I mean it');

  add(group('consent', 'consents over all people'), 'list', 'consents that do not count yet', async (context, command) =>
    (await import('../commands/consents.js')).listConsents(context, command.opts()),
  )
    .requiredOption('--state <state>', 'quarantined (imports without evidence) or pending (a confirmation)')
    .addOption(limitOption());

  const merges = group('merge', 'known people who were made one');
  add(merges, 'list', 'who was merged with whom, when, by which event and key', async (context, command) =>
    (await import('../commands/merges.js')).listMerges(context, command.opts()),
  )
    .option('--profile <person>', 'of one person')
    .addOption(limitOption());
  add(merges, 'undo <id>', 'take the two apart', async (context, { args }) =>
    (await import('../commands/merges.js')).undoMerge(context, args[0] ?? ''),
  );

  add(
    group('suspect-id', 'user ids by which strangers would become one'),
    'list',
    'those that name nobody, or brought too many people',
    async (context) => (await import('../commands/suspect-ids.js')).listSuspectIds(context),
  );
}
