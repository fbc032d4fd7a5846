import type { Add, Group } from '../add.js';

/** `sojourn journey …` */
export function addJourneys(add: Add, group: Group): void {
  const journey = group('journey', 'journeys: check, publish, stop, report');
  add(journey, 'lint <files...>', 'check journeys; needs no server', async (context, command) =>
    (await import('../commands/lint-journeys.js')).lintJourneys(context, command.args, command.opts()),
  ).option('--steps', 'say what each step does, and where it leads');
  add(journey, 'publish <files...>', 'make files the live versions of their journeys', async (context, command) =>
    (await import('../commands/publish-journey.js')).publishJourneys(context, command.args, command.opts()),
  ).option('--note <text>', 'what changed');
  add(journey, 'list', 'all journeys', async (context, command) =>
    (await import('../commands/show-journeys.js')).listJourneys(context, command.opts()),
  ).option('--internal', 'those too that Sojourn made for messages and broadcasts');
  add(journey, 'show <id>', 'a journey and its versions', async (context, command) =>
    (await import('../commands/show-journeys.js')).showJourney(context, command.args[0] ?? '', command.opts()),
  )
    .option('--source', 'print the YAML')
    .option('--at <version>', 'of this version');
  for (const [action, description] of [
    ['pause', 'nobody enters, and messages are held where they fall due'],
    ['resume', 'let held entries go on'],
    ['archive', 'end a journey: everyone leaves it'],
  ] as const) {
    const command = add(journey, `${action} <id>`, description, async (context, given) =>
      (await import('../commands/control-journey.js')).controlJourney(context, action, given.args[0] ?? '', given.opts()),
    );
    if (action === 'archive') command.option('--yes', 'I mean it: there is no way back');
  }
  add(journey, 'report <id>', 'what became of the people whom it met', async (context, command) =>
    (await import('../commands/report-journey.js')).reportJourney(context, command.args[0] ?? '', command.opts()),
  )
    .option('--since <date>', 'of entries from then on')
    .option('--until <date>', 'of entries before then');
}
