import { command } from '../command.js';
import { option } from '../options.js';

export const publishCommand = command({
  name: 'publish',
  help: 'put all of the project that differs from what is live into force, after showing it',
  options: [
    option('--dry-run', 'only show what differs'),
    option('--yes', 'I mean it'),
    option('--note <text>', 'what changed'),
    option('--watch', 'for development: publish what is right now and after each save, say what is not'),
  ],
  examples: ['sojourn publish --dry-run', 'sojourn publish --yes --note "texts for autumn"', 'sojourn publish --watch'],
  run: async (context, _args, options) =>
    options()['watch'] === true
      ? (await import('../work/watch-project.js')).watchProject(context, { ...options(), signal: untilInterrupted() })
      : (await import('../work/publish-project.js')).publishProject(context, options()),
});

function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return stop.signal;
}
