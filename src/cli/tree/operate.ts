import { type Command, Option } from 'commander';
import type { Add, Group } from '../add.js';

/** What runs an instance: `sojourn status`, `pause`, `breaker …`, `backup` … */
export function addOperation(program: Command, add: Add, group: Group): void {
  add(program, 'status', 'how the running instance is', async (context) => (await import('../commands/operate.js')).showStatus(context));
  add(program, 'config', 'every setting, its meaning and its value', async (context) =>
    (await import('../commands/show-config.js')).showConfig(context),
  );
  add(program, 'backup', 'write a copy of the embedded store', async (context) => (await import('../commands/operate.js')).backUp(context));
  add(program, 'reconcile', 'make sure that every open entry has its workflow', async (context) =>
    (await import('../commands/operate.js')).reconcile(context),
  );
  for (const action of ['pause', 'resume'] as const) {
    const description =
      action === 'pause' ? 'stop all sending, or that of a channel, at once' : 'let all sending, or that of a channel, go on';
    add(program, action, description, async (context, command) =>
      (await import('../commands/control-sending.js')).controlSending(context, action, command.opts()),
    )
      .option('--all', 'all sending')
      .addOption(new Option('--channel <channel>', 'one channel').choices(['email', 'sms']));
  }
  const breakers = group('breaker', 'what stopped by itself because too much came back');
  add(breakers, 'list', 'what is stopped, and why', async (context) => (await import('../commands/breakers.js')).listBreakers(context));
  add(breakers, 'reset <breaker>', 'let it go on: journey:<id> or provider:<name>', async (context, { args }) =>
    (await import('../commands/breakers.js')).resetBreaker(context, args[0] ?? ''),
  );
}
