import type { UserTokenSecret } from '../../api/contract/user-tokens.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { option } from '../options.js';

export const userTokenSecretShowCommand = command({
  name: 'user-token-secret show',
  help: 'the secret, for the shop’s own servers',
  run: (context) => showTokenSecret(context),
});

export const userTokenSecretRotateCommand = command({
  name: 'user-token-secret rotate',
  help: 'a new secret; the old one counts for a day more',
  options: [option('--now', 'the old one counts no more from now on')],
  run: (context, _args, options) => rotateTokenSecret(context, options()),
});

/** `user-token-secret show` */
async function showTokenSecret(context: CliContext): Promise<Outcome> {
  return told(context, await (await context.client()).get<UserTokenSecret>('/v1/user-token-secret'));
}

/** `user-token-secret rotate [--now]` */
async function rotateTokenSecret(context: CliContext, options: { readonly now?: boolean }): Promise<Outcome> {
  return told(context, await (await context.client()).post<UserTokenSecret>('/v1/user-token-secret/rotate', { now: options.now === true }));
}

async function told(context: CliContext, shown: UserTokenSecret): Promise<Outcome> {
  const local = await context.localTime();
  const before = shown.previousUntil === null ? '' : ` Tokens of the secret before count until ${local(shown.previousUntil)}.`;
  return {
    value: shown,
    text: `${shown.secret}\n\nVersion ${shown.version}. It signs user tokens (HS256), on the shop’s own servers and nowhere else.${before}`,
  };
}
