import { command } from '../command.js';

export const configCommand = command({
  name: 'config',
  help: 'every setting, its meaning and its value',
  run: async (context) => (await import('../work/show-config.js')).showConfig(context),
});
