import type { UserTokenSecret } from '../../api/contract/user-tokens.js';
import type { CliContext, Outcome } from '../context.js';

/** `user-token-secret show` */
export async function showTokenSecret(context: CliContext): Promise<Outcome> {
  return told(context, await (await context.client()).get<UserTokenSecret>('/v1/user-token-secret'));
}

/** `user-token-secret rotate [--now]` */
export async function rotateTokenSecret(context: CliContext, options: { readonly now?: boolean }): Promise<Outcome> {
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
