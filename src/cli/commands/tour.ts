import { command } from '../command.js';
import { option } from '../options.js';

export const tourCommand = command({
  name: 'tour',
  help: 'what it does, in one terminal: a cart is left, a mail comes, an order ends it',
  options: [option('--own', 'on an instance to throw away, whatever runs'), option('--keep', 'leave that one running until Ctrl-C')],
  examples: ['sojourn tour', 'sojourn tour --own --keep'],
  run: async (context, _args, options) => (await import('../work/tour.js')).tour(context, options()),
});
