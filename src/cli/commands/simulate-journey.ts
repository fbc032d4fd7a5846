import { command } from '../command.js';
import { option } from '../options.js';

export const simulateCommand = command({
  name: 'simulate <files...>',
  help: 'play journeys’ scenarios on a virtual clock; needs no server',
  options: [
    option('--scenario <name>', 'a scenario by its name or part of it, or all').default('all'),
    option(
      '--scenarios <file>',
      'a file of scenarios in which all these journeys run together (default: each journey plays the file beside it)',
    ),
    option('--load', 'messages per person and week, by sender, and which senders lose slots to which, instead of the story'),
  ],
  examples: ['sojourn simulate journeys/abandoned-cart.journey.yaml', 'sojourn simulate journeys/*.journey.yaml --load'],
  run: async (context, args, options) => (await import('../work/simulate-journey.js')).simulateJourney(context, args, options()),
});
