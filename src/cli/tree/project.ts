import { type Command, Option } from 'commander';
import type { Add, Group } from '../add.js';
import { numberFrom } from '../options.js';

/** What a project is made of: `sojourn publish`, `simulate`, `template …` and `policy …` */
export function addProject(program: Command, add: Add, group: Group): void {
  add(program, 'publish', 'put all of the project that differs from what is live into force, after showing it', async (context, command) =>
    (await import('../commands/publish-project.js')).publishProject(context, command.opts()),
  )
    .option('--dry-run', 'only show what differs')
    .option('--yes', 'I mean it')
    .option('--note <text>', 'what changed');
  add(program, 'simulate <files...>', 'play journeys’ scenarios on a virtual clock; needs no server', async (context, command) =>
    (await import('../commands/simulate-journey.js')).simulateJourney(context, command.args, command.opts()),
  )
    .option('--scenario <name>', 'a scenario by its name or part of it, or all', 'all')
    .option('--scenarios <file>', 'a file of scenarios in which all these journeys run together (else each plays the ones beside it)')
    .option('--load', 'messages a person a week, by sender, and who loses room to whom, instead of the story');
  add(
    program,
    'replay <file>',
    'play what really happened through a draft and its live version, and tell what would differ',
    async (context, command) =>
      (await import('../commands/replay-journey.js')).replayJourney(context, command.args[0] ?? '', command.opts()),
  )
    .requiredOption('--from <instant>', 'what came from then on, such as 2026-11-01 or 2026-11-01T09:00:00Z')
    .requiredOption('--to <instant>', 'what came before then')
    .addOption(
      new Option('--show [people]', 'name people for whom it differs, 10 unless said, and why').argParser(numberFrom(1, 100)).preset('10'),
    )
    .option('--days', 'what differs on each day too');

  add(group('shop', 'who the shop is: shop.yaml'), 'publish', 'read shop.yaml again, without a restart', async (context, command) =>
    (await import('../commands/publish-shop.js')).publishShop(context, command.opts()),
  ).option('--dry-run', 'only say whether it differs from what is in force');

  const template = group('template', 'templates: check, look at, try, publish');
  add(template, 'lint', 'check the project’s templates; needs no server', async (context) =>
    (await import('../commands/lint-templates.js')).lintProjectTemplates(context),
  );
  add(template, 'list', 'published templates', async (context) => (await import('../commands/templates.js')).listTemplates(context));
  add(template, 'preview <id>', 'what a profile would get; without one, the project’s files with a sample', async (context, command) =>
    (await import('../commands/templates.js')).previewTemplate(context, command.args[0] ?? '', command.opts()),
  )
    .option('--profile <person>', 'as this person would get it')
    .option('--sample <name>', 'with this sample')
    .option('--locale <tag>', 'in this language')
    .option('--out <file>', 'write the HTML here')
    .option('--open', 'open the HTML in a browser');
  add(template, 'test-send <id>', 'send it to one of the shop’s listed test addresses', async (context, command) =>
    (await import('../commands/templates.js')).testSendTemplate(context, command.args[0] ?? '', command.opts()),
  )
    .requiredOption('--to <address>', 'a test address of shop.yaml')
    .option('--profile <person>', 'with this person’s data')
    .option('--draft', 'the file of the server’s folder as it is, published or not')
    .option('--sample <name>', 'with this sample')
    .option('--locale <tag>', 'in this language')
    .option('--data-file <file>', 'a JSON file that the template reads as data');
  add(template, 'publish', 'publish what changed in the templates folder', async (context) =>
    (await import('../commands/templates.js')).publishTemplates(context),
  );

  const policy = group('policy', 'policies: caps, engagement, quiet hours, topics, classes');
  add(policy, 'lint [files...]', 'check the project’s policies, or these files; needs no server', async (context, { args }) =>
    (await import('../commands/policies.js')).lintPolicies(context, args),
  );
  add(policy, 'publish [files...]', 'put the project’s policies, or these files, in force', async (context, command) =>
    (await import('../commands/policies.js')).publishPolicies(context, command.args, command.opts()),
  ).option('--note <text>', 'what changed');
  add(policy, 'list', 'what is in force, since when', async (context) => (await import('../commands/policies.js')).listPolicies(context));
  add(policy, 'show <kind>', 'a policy and its versions', async (context, command) =>
    (await import('../commands/policies.js')).showPolicy(context, command.args[0] ?? '', command.opts()),
  )
    .option('--source', 'print the YAML')
    .option('--at <version>', 'of this version');
}
