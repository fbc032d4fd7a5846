import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { messageClasses } from '../domain/channel.js';
import { scopes } from '../domain/scopes.js';
import { CliFailure } from './failure.js';
import { printableIo } from './printable.js';
import { type CliContext, type CliIo, createContext, type GlobalOptions, type Outcome } from './context.js';

/** Runs a command line. Answers the exit code: 0 done, 1 refused or failed, 2 not asked rightly. */
export async function runCli(args: readonly string[], terminal: CliIo): Promise<0 | 1 | 2> {
  const io = printableIo(terminal);
  const state: { outcome: Outcome | null } = { outcome: null };
  const program = buildProgram(io, state);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    return answerFailure(error, program.opts<GlobalOptions>().json === true, io);
  }
  if (state.outcome === null) return 0;
  io.out(program.opts<GlobalOptions>().json ? JSON.stringify(state.outcome.value, null, 2) : state.outcome.text);
  return state.outcome.exitCode ?? 0;
}

function answerFailure(error: unknown, json: boolean, io: CliIo): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CliFailure) {
    if (json) io.out(JSON.stringify({ error: error.message, details: error.details }, null, 2));
    else io.err(error.message);
    return error.exitCode;
  }
  // A mistake in shop.yaml, the settings or the like says itself what is wrong; anything else is a fault of ours.
  const isOurs = !(error instanceof Error) || error.name === 'TypeError' || error.name === 'Error';
  io.err(isOurs && error instanceof Error ? (error.stack ?? error.message) : error instanceof Error ? error.message : String(error));
  return 1;
}

/** The tree of commands. What a command does is imported when it runs, so that help and completion stay quick. */
function buildProgram(io: CliIo, state: { outcome: Outcome | null }): Command {
  const program = new Command('sojourn')
    .description('Customer journeys over email and SMS.')
    .option('--json', 'print JSON')
    .option('--url <url>', 'the API of a running Sojourn, instead of the one in the data folder')
    .option('--api-key <key>', 'the API key for it')
    .option('--data <folder>', 'the data folder of a running Sojourn (else SOJOURN_DATA, else .sojourn)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help tells how it is used)')
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) });

  // Commands take over output and exit override from the program, and its options may stand before or after theirs.
  const add: Add = (parent, spec, description, run) =>
    parent
      .command(spec)
      .description(description)
      .action(async (...given: readonly unknown[]) => {
        state.outcome = await run(createContext(io, program.opts<GlobalOptions>()), given.at(-1) as Command);
      });
  const group = (name: string, description: string): Command => program.command(name).description(description);

  addJourneys(group('journey', 'journeys: check, publish, stop, report'), add);
  addEntries(group('entry', 'entries: one person’s run through a journey'), add);
  addProfiles(group('profile', 'people'), add);
  addMessages(group('message', 'messages, and why they left or not'), add);
  addBroadcasts(group('broadcast', 'one message to many'), add);
  add(program, 'send-check <profile>', 'could this be sent now, and if not, when? Nothing is sent', async (context, command) =>
    (await import('./commands/check-send.js')).checkSend(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(channelOption())
    .requiredOption('--topic <topic>', 'about this topic')
    .addOption(new Option('--class <class>', 'as a message of this class').choices([...messageClasses]).default('marketing'))
    .addOption(priorityOption('that of the class'))
    .option('--at <instant>', 'at this future instant, such as 2026-12-01T22:00:00Z');

  add(group('event', 'events as they came'), 'show <messageId>', 'what an event matched, and what not and why', async (context, { args }) =>
    (await import('./commands/show-event.js')).showEvent(context, args[0] ?? ''),
  );

  add(group('consent', 'consents over all people'), 'list', 'consents that do not count yet', async (context, command) =>
    (await import('./commands/consents.js')).listConsents(context, command.opts()),
  )
    .requiredOption('--state <state>', 'quarantined (imports without evidence) or pending (a confirmation)')
    .addOption(limitOption());

  const inbound = group('inbound', 'texts that came in');
  add(inbound, 'list', 'texts that came in, and how they were read', async (context, command) =>
    (await import('./commands/inbound-messages.js')).listInboundMessages(context, command.opts()),
  )
    .option('--review', 'only sentences that were read as STOP, for a person to look at')
    .addOption(limitOption());
  add(inbound, 'review <id>', 'say whether such a sentence was a STOP', async (context, command) =>
    (await import('./commands/inbound-messages.js')).reviewInboundMessage(context, command.args[0] ?? '', command.opts()),
  )
    .option('--stop', 'it was')
    .option('--not-a-stop', 'it was none: bring back what it took');

  const letters = group('dead-letter', 'events that could not be taken');
  add(letters, 'list', 'what could not be taken, and why', async (context, command) =>
    (await import('./commands/dead-letters.js')).listDeadLetters(context, command.opts()),
  )
    .option('--all', 'resolved ones too')
    .addOption(limitOption());
  add(letters, 'retry [ids...]', 'take them again', async (context, command) => {
    const { all } = command.opts<{ all?: boolean }>();
    if ((command.args.length === 0) === (all !== true)) throw new CliFailure('Name the dead letters, or say --all.', 2);
    return (await import('./commands/dead-letters.js')).retryDeadLetters(context, command.args, all === undefined ? {} : { all });
  }).option('--all', 'all that are open');

  add(letters, 'show <id>', 'one of them, with what it holds', async (context, { args }) =>
    (await import('./commands/dead-letters.js')).showDeadLetter(context, args[0] ?? ''),
  );
  for (const [how, what] of [
    ['discard', 'throw them away, with what they hold'],
    ['resolve', 'say that somebody has seen to them'],
  ] as const)
    add(letters, `${how} [ids...]`, what, async (context, command) =>
      (await import('./commands/dead-letters.js')).settleDeadLetters(context, how, command.args, command.opts()),
    )
      .option('--source <source>', 'all that wait and came by this: segment, segment-import, email')
      .option('--reason <code>', 'all that wait with this reason')
      .option('--all', 'all that wait');

  const writeKeys = group('write-key', 'keys of the shop’s event clients');
  add(writeKeys, 'list', 'the keys, without their secrets', async (context) => (await import('./commands/keys.js')).listKeys(context));
  add(writeKeys, 'create <name>', 'make a key', async (context, command) =>
    (await import('./commands/keys.js')).createKey(context, command.args[0] ?? '', command.opts()),
  ).option('--server', 'secret, for the shop’s own servers; without it for browsers');
  add(writeKeys, 'rotate <id>', 'a new key in the place of an old one', async (context, { args }) =>
    (await import('./commands/keys.js')).rotateKey(context, args[0] ?? ''),
  );
  add(writeKeys, 'revoke <id>', 'the key opens nothing any more', async (context, { args }) =>
    (await import('./commands/keys.js')).revokeKey(context, args[0] ?? ''),
  );
  add(group('audit', 'who did, read or exported what, about whom'), 'list', 'acts, the newest first', async (context, command) =>
    (await import('./commands/audit.js')).listAudit(context, command.opts()),
  )
    .option('--person <id>', 'about this person: by our id or one of the shop’s')
    .option('--key <id>', 'by this API key')
    .option('--act <act>', 'this act, such as profile.export, or all of a noun, such as profile')
    .option('--since <instant>', 'from then on, such as 2026-12-01T00:00:00Z')
    .option('--until <instant>', 'before then')
    .addOption(limitOption());
  addApiKeys(group('api-key', 'keys of the API: what each may do, who made it, when it was used'), add);

  const merges = group('merge', 'known people who were made one');
  add(merges, 'list', 'who was merged with whom, when, by which event and key', async (context, command) =>
    (await import('./commands/merges.js')).listMerges(context, command.opts()),
  )
    .option('--profile <id>', 'of one person')
    .addOption(limitOption());
  add(merges, 'undo <id>', 'take the two apart', async (context, { args }) =>
    (await import('./commands/merges.js')).undoMerge(context, args[0] ?? ''),
  );

  const tokens = group('user-token-secret', 'the secret with which the shop vouches for a visitor');
  add(tokens, 'show', 'the secret, for the shop’s own servers', async (context) =>
    (await import('./commands/user-token-secret.js')).showTokenSecret(context),
  );
  add(tokens, 'rotate', 'a new secret; the old one counts for a day more', async (context, command) =>
    (await import('./commands/user-token-secret.js')).rotateTokenSecret(context, command.opts()),
  ).option('--now', 'the old one counts no more from now on');
  addSecrets(group('secret', 'the secrets of links, message ids and suppressions: rotation'), add);

  addTemplates(group('template', 'templates: check, look at, try, publish'), add);

  addPolicies(group('policy', 'policies: caps, engagement, quiet hours, topics, classes'), add);

  const stuck = group('stuck', 'entries that the poke loop found stuck');
  add(stuck, 'list', 'entries that did not move after five pokes', async (context) =>
    (await import('./commands/show-entries.js')).listStuck(context),
  );
  add(stuck, 'restart <entries...>', 'start their workflows anew from the store', async (context, { args }) =>
    (await import('./commands/show-entries.js')).restartEntries(context, args),
  );

  for (const action of ['pause', 'resume'] as const) {
    const description =
      action === 'pause' ? 'stop all sending, or that of a channel, at once' : 'let all sending, or that of a channel, go on';
    add(program, action, description, async (context, command) =>
      (await import('./commands/control-sending.js')).controlSending(context, action, command.opts()),
    )
      .option('--all', 'all sending')
      .addOption(new Option('--channel <channel>', 'one channel').choices(['email', 'sms']));
  }
  const breakers = group('breaker', 'what stopped by itself because too much came back');
  add(breakers, 'list', 'what is stopped, and why', async (context) => (await import('./commands/breakers.js')).listBreakers(context));
  add(breakers, 'reset <breaker>', 'let it go on: journey:<id> or provider:<name>', async (context, { args }) =>
    (await import('./commands/breakers.js')).resetBreaker(context, args[0] ?? ''),
  );
  add(program, 'simulate <file>', 'play a journey’s scenarios on a virtual clock; needs no server', async (context, command) =>
    (await import('./commands/simulate-journey.js')).simulateJourney(context, command.args[0] ?? '', command.opts()),
  )
    .option('--scenario <name>', 'a scenario by its name or part of it, or all', 'all')
    .option('--scenarios <file>', 'the file of scenarios (else the one beside the journey)');
  add(program, 'publish', 'put all of the project that differs from what is live into force, after showing it', async (context, command) =>
    (await import('./commands/publish-project.js')).publishProject(context, command.opts()),
  )
    .option('--dry-run', 'only show what differs')
    .option('--yes', 'I mean it')
    .option('--note <text>', 'what changed');
  add(program, 'status', 'how the running instance is', async (context) => (await import('./commands/operate.js')).showStatus(context));
  add(program, 'config', 'every setting, its meaning and its value', async (context) =>
    (await import('./commands/show-config.js')).showConfig(context),
  );
  add(program, 'backup', 'write a copy of the embedded store', async (context) => (await import('./commands/operate.js')).backUp(context));
  add(program, 'reconcile', 'make sure that every open entry has its workflow', async (context) =>
    (await import('./commands/operate.js')).reconcile(context),
  );
  return program;
}

type Add = (
  parent: Command,
  spec: string,
  description: string,
  run: (context: CliContext, command: Command) => Promise<Outcome>,
) => Command;

function addJourneys(journey: Command, add: Add): void {
  add(journey, 'lint <files...>', 'check journeys; needs no server', async (context, { args }) =>
    (await import('./commands/lint-journeys.js')).lintJourneys(context, args),
  );
  add(journey, 'publish <files...>', 'make files the live versions of their journeys', async (context, command) =>
    (await import('./commands/publish-journey.js')).publishJourneys(context, command.args, command.opts()),
  ).option('--note <text>', 'what changed');
  add(journey, 'list', 'all journeys', async (context, command) =>
    (await import('./commands/show-journeys.js')).listJourneys(context, command.opts()),
  ).option('--internal', 'those too that Sojourn made for messages and broadcasts');
  add(journey, 'show <id>', 'a journey and its versions', async (context, command) =>
    (await import('./commands/show-journeys.js')).showJourney(context, command.args[0] ?? '', command.opts()),
  )
    .option('--source', 'print the YAML')
    .option('--at <version>', 'of this version');
  for (const [action, description] of [
    ['pause', 'nobody enters, and messages are held where they fall due'],
    ['resume', 'let held entries go on'],
    ['archive', 'end a journey: everyone leaves it'],
  ] as const) {
    add(journey, `${action} <id>`, description, async (context, { args }) =>
      (await import('./commands/control-journey.js')).controlJourney(context, action, args[0] ?? ''),
    );
  }
  add(journey, 'report <id>', 'what became of the people whom it met', async (context, command) =>
    (await import('./commands/report-journey.js')).reportJourney(context, command.args[0] ?? '', command.opts()),
  )
    .option('--since <date>', 'of entries from then on')
    .option('--until <date>', 'of entries before then');
}

function addEntries(entry: Command, add: Add): void {
  add(entry, 'list', 'entries, the newest first', async (context, command) =>
    (await import('./commands/show-entries.js')).listEntries(context, command.opts()),
  )
    .option('--journey <id>', 'of this journey')
    .option('--profile <id>', 'of this profile')
    .addOption(new Option('--state <state>', 'in this state').choices(['armed', 'open', 'finished']))
    .addOption(new Option('--activity <activity>', 'doing this').choices(['ready', 'waiting', 'queued', 'submitting', 'held', 'done']))
    .addOption(limitOption());
  add(entry, 'show <id>', 'the story of one entry', async (context, { args }) =>
    (await import('./commands/show-entries.js')).showEntry(context, args[0] ?? ''),
  );
  add(entry, 'exit <id>', 'make an entry leave, before its next message', async (context, command) =>
    (await import('./commands/show-entries.js')).exitEntry(context, command.args[0] ?? '', command.opts()),
  ).option('--reason <code>', 'why, as a code such as by-request');
}

function addProfiles(profile: Command, add: Add): void {
  add(profile, 'show <id>', 'a person: by our id or one of the shop’s', async (context, { args }) =>
    (await import('./commands/show-profile.js')).showProfile(context, args[0] ?? ''),
  );
  add(profile, 'caps <id>', 'how often a person may be written to, why, and what is promised', async (context, { args }) =>
    (await import('./commands/show-caps.js')).showCaps(context, args[0] ?? ''),
  );
  add(profile, 'engagement <id>', 'how engaged a person is, and why', async (context, { args }) =>
    (await import('./commands/show-engagement.js')).showEngagement(context, args[0] ?? ''),
  );
  add(profile, 'consents <id>', 'what a person consents to, why, and every act', async (context, { args }) =>
    (await import('./commands/consents.js')).showConsents(context, args[0] ?? ''),
  );
  add(
    profile,
    'consent <id>',
    'record a yes or a no that came by another way than a form, such as on the phone',
    async (context, command) => (await import('./commands/consents.js')).recordConsent(context, command.args[0] ?? '', command.opts()),
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
  add(profile, 'unsuppress <id>', 'write again to an address that a provider called dead by mistake', async (context, command) =>
    (await import('./commands/unsuppress.js')).unsuppress(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(channelOption())
    .requiredOption('--reason <text>', 'why it was a mistake')
    .option('--actor <id>', 'who lifts it: an id, no name');
  add(profile, 'export <id>', 'all that is kept of a person, as JSON', async (context, { args }) =>
    (await import('./commands/consents.js')).exportProfile(context, args[0] ?? ''),
  );
  add(profile, 'erase <id>', 'delete a person’s data for good', async (context, command) =>
    (await import('./commands/show-profile.js')).eraseProfile(context, command.args[0] ?? '', command.opts()),
  ).option('--yes', 'I mean it');
}

function addMessages(message: Command, add: Add): void {
  add(message, 'list', 'messages, the newest first', async (context, command) =>
    (await import('./commands/explain-message.js')).listMessages(context, command.opts()),
  )
    .option('--journey <id>', 'of this journey')
    .option('--profile <id>', 'to this profile')
    .option('--entry <id>', 'of this entry')
    .option('--state <state>', 'in this state')
    .addOption(new Option('--origin <origin>', 'asked for by this').choices(['journey', 'api', 'broadcast', 'test']))
    .addOption(new Option('--channel <channel>', 'by this channel').choices(['email', 'sms']))
    .addOption(limitOption());
  add(message, 'why <id>', 'why it left, waits or did not leave', async (context, { args }) =>
    (await import('./commands/explain-message.js')).explainMessage(context, args[0] ?? ''),
  );
}

function addBroadcasts(broadcast: Command, add: Add): void {
  add(broadcast, 'start', 'send a template to a list of people, each through the gate', async (context, command) =>
    (await import('./commands/broadcasts.js')).startBroadcast(context, command.opts()),
  )
    .requiredOption('--template <id>', 'this template')
    .requiredOption('--name <name>', 'what it is called in lists')
    .option('--to <file>', 'ids, one to a line or the first column of a CSV; - for standard input')
    .option('--everyone', 'everyone who is known')
    .option('--trait <name=value...>', 'only those of everyone who have this trait')
    .option('--data-file <file>', 'a JSON file that the template reads as data')
    .option('--at <instant>', 'from this instant on (else now)')
    .option('--over <duration>', 'spread over this time, such as PT2H')
    .option('--deadline <when>', 'not after this instant, or this long after the start')
    .addOption(priorityOption('20'))
    .option('--dry-run', 'only say who would get it, who would wait and who would not, and why');
  add(broadcast, 'list', 'broadcasts, the newest first', async (context, command) =>
    (await import('./commands/broadcasts.js')).listBroadcasts(context, command.opts()),
  ).addOption(limitOption());
  add(broadcast, 'show <id>', 'how far it is', async (context, command) =>
    (await import('./commands/broadcasts.js')).showBroadcast(context, command.args[0] ?? '', command.opts()),
  ).option('--watch', 'go on telling until it has ended');
  for (const [action, description] of [
    ['pause', 'nobody further gets it until it is resumed'],
    ['resume', 'it goes on at its pace'],
    ['cancel', 'the end: who waits does not get it'],
  ] as const) {
    add(broadcast, `${action} <id>`, description, async (context, { args }) =>
      (await import('./commands/broadcasts.js')).controlBroadcast(context, action, args[0] ?? ''),
    );
  }
}

function addSecrets(secret: Command, add: Add): void {
  add(secret, 'list', 'the secrets by their fingerprints, and which signs', async (context) =>
    (await import('./commands/secrets.js')).listSecrets(context),
  );
  add(secret, 'carry-over', 'bring suppressions under the secret that signs', async (context) =>
    (await import('./commands/secrets.js')).carryOver(context),
  );
  add(secret, 'retire <fingerprint>', 'let the next start leave a secret out', async (context, command) =>
    (await import('./commands/secrets.js')).retireSecret(context, command.args[0] ?? '', command.opts()),
  )
    .option('--yes', 'I mean it: its links end')
    .option('--force', 'also where suppressions are known by it alone');
}

function addApiKeys(key: Command, add: Add): void {
  add(key, 'list', 'the keys, without their secrets', async (context) => (await import('./commands/api-keys.js')).listApiKeys(context));
  add(key, 'create <name>', 'make a key', async (context, command) =>
    (await import('./commands/api-keys.js')).createApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .addOption(new Option('--scope <scope...>', 'what it may do (else admin, which is everything)').choices([...scopes]))
    .option('--expires <instant>', 'when it ends, such as 2027-06-30T00:00:00Z');
  add(key, 'rotate <id>', 'a new key in the place of an old one, which goes on for a day', async (context, command) =>
    (await import('./commands/api-keys.js')).rotateApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .option('--overlap <duration>', 'how long the old one goes on, such as PT1H')
    .option('--now', 'the old one opens nothing from now on: it leaked');
  add(key, 'revoke <id>', 'the key opens nothing any more', async (context, command) =>
    (await import('./commands/api-keys.js')).revokeApiKey(context, command.args[0] ?? '', command.opts()),
  )
    .option('--descendants', 'also the keys that it made, and those that these made')
    .option('--force', 'also the last one of scope admin, without which nobody comes in');
}

function addTemplates(template: Command, add: Add): void {
  add(template, 'lint', 'check the project’s templates; needs no server', async (context) =>
    (await import('./commands/lint-templates.js')).lintProjectTemplates(context),
  );
  add(template, 'list', 'published templates', async (context) => (await import('./commands/templates.js')).listTemplates(context));
  add(template, 'preview <id>', 'what a profile would get; without one, the project’s files with a sample', async (context, command) =>
    (await import('./commands/templates.js')).previewTemplate(context, command.args[0] ?? '', command.opts()),
  )
    .option('--profile <id>', 'as this profile would get it')
    .option('--sample <name>', 'with this sample')
    .option('--locale <tag>', 'in this language')
    .option('--out <file>', 'write the HTML here')
    .option('--open', 'open the HTML in a browser');
  add(template, 'test-send <id>', 'send it to one of the shop’s listed test addresses', async (context, command) =>
    (await import('./commands/templates.js')).testSendTemplate(context, command.args[0] ?? '', command.opts()),
  )
    .requiredOption('--to <address>', 'a test address of shop.yaml')
    .option('--profile <id>', 'with this profile’s data');
  add(template, 'publish', 'publish what changed in the templates folder', async (context) =>
    (await import('./commands/templates.js')).publishTemplates(context),
  );
}

function addPolicies(policy: Command, add: Add): void {
  add(policy, 'lint [files...]', 'check the project’s policies, or these files; needs no server', async (context, { args }) =>
    (await import('./commands/policies.js')).lintPolicies(context, args),
  );
  add(policy, 'publish [files...]', 'put the project’s policies, or these files, in force', async (context, command) =>
    (await import('./commands/policies.js')).publishPolicies(context, command.args, command.opts()),
  ).option('--note <text>', 'what changed');
  add(policy, 'list', 'what is in force, since when', async (context) => (await import('./commands/policies.js')).listPolicies(context));
  add(policy, 'show <kind>', 'a policy and its versions', async (context, command) =>
    (await import('./commands/policies.js')).showPolicy(context, command.args[0] ?? '', command.opts()),
  )
    .option('--source', 'print the YAML')
    .option('--at <version>', 'of this version');
}

function channelOption(): Option {
  return new Option('--channel <channel>', 'by this channel').choices(['email', 'sms']).makeOptionMandatory();
}

function limitOption(): Option {
  return new Option('--limit <n>', 'at most so many').default(50).argParser(numberFrom(1, 10_000));
}

function priorityOption(otherwise: string): Option {
  return new Option('--priority <n>', `0–100, higher wins (else ${otherwise})`).argParser(numberFrom(0, 100));
}

function numberFrom(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) throw new InvalidArgumentError(`It is a number from ${least} to ${most}.`);
    return number;
  };
}
