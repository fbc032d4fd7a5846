import { command } from '../command.js';
import { option } from '../options.js';

export const publishCommand = command({
  name: 'publish',
  help: 'publish everything in the project that differs from the live versions, after showing it',
  options: [
    option('--dry-run', 'only show the differences'),
    option('--yes', 'confirm'),
    option('--note <text>', 'what changed'),
    option('--watch', 'for development: publish now and after each save what has no errors, and show the errors of the rest'),
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
