import { command } from '../command.js';

export const templateLintCommand = command({
  name: 'template lint',
  help: 'check the project’s templates; needs no server',
  run: async (context) => (await import('../work/lint-templates.js')).lintProjectTemplates(context),
});
