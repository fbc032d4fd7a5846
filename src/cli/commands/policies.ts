import { command } from '../command.js';
import { option } from '../options.js';

export const policyLintCommand = command({
  name: 'policy lint [files...]',
  help: 'check the project’s policies, or these files; needs no server',
  run: async (context, args) => (await import('../work/policies.js')).lintPolicies(context, args),
});

export const policyPublishCommand = command({
  name: 'policy publish [files...]',
  help: 'publish the project’s policies, or these files',
  options: [option('--note <text>', 'what changed')],
  run: async (context, args, options) => (await import('../work/policies.js')).publishPolicies(context, args, options()),
});

export const policyListCommand = command({
  name: 'policy list',
  help: 'the policies in force, and since when',
  run: async (context) => (await import('../work/policies.js')).listPolicies(context),
});

export const policyShowCommand = command({
  name: 'policy show <kind>',
  help: 'a policy and its versions',
  options: [option('--source', 'print the YAML'), option('--at <version>', 'another version than the newest')],
  run: async (context, [kind = ''], options) => (await import('../work/policies.js')).showPolicy(context, kind, options()),
});
