import { command } from '../command.js';
import { option } from '../options.js';

export const journeyLintCommand = command({
  name: 'journey lint <files...>',
  help: 'check journeys; needs no server',
  options: [option('--steps', 'show what each step does and where it leads')],
  run: async (context, args, options) => (await import('../work/lint-journeys.js')).lintJourneys(context, args, options()),
});
