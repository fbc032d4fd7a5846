import { command } from '../command.js';
import { option } from '../options.js';

export const publishCommand = command({
  name: 'publish',
  help: 'put all of the project that differs from what is live into force, after showing it',
  options: [option('--dry-run', 'only show what differs'), option('--yes', 'I mean it'), option('--note <text>', 'what changed')],
  examples: ['sojourn publish --dry-run', 'sojourn publish --yes --note "texts for autumn"'],
  run: async (context, _args, options) => (await import('../work/publish-project.js')).publishProject(context, options()),
});
