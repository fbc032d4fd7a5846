import { command } from '../command.js';
import { option } from '../options.js';

export const tourCommand = command({
  name: 'tour',
  help: 'see in one terminal what Sojourn does: an abandoned cart, an email, an order that ends the series',
  options: [
    option('--own', 'on a temporary instance, even if another one runs'),
    option('--keep', 'keep the temporary instance running until Ctrl-C'),
  ],
  examples: ['sojourn tour', 'sojourn tour --own --keep'],
  run: async (context, _args, options) => (await import('../work/tour.js')).tour(context, options()),
});
