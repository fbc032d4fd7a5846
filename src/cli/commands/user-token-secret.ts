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
  help: 'make a new secret; the old one works for another day',
  options: [option('--now', 'the old one stops working now')],
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
  const before = shown.previousUntil === null ? '' : ` Tokens of the earlier secret are valid until ${local(shown.previousUntil)}.`;
  return {
    value: shown,
    text: `${shown.secret}\n\nVersion ${shown.version}. It signs user tokens (HS256). Use it only on the shop’s own servers.${before}`,
  };
}
