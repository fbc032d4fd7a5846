import type { Secret, SecretCarryOverAnswer, SecretListAnswer, SecretRetireAnswer } from '../../api/contract/secrets.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { option } from '../options.js';
import { plural, table } from '../text.js';

export const secretListCommand = command({
  name: 'secret list',
  help: 'the secrets by their fingerprints, and which signs',
  run: (context) => listSecrets(context),
});

export const secretCarryOverCommand = command({
  name: 'secret carry-over',
  help: 'bring suppressions under the secret that signs',
  run: (context) => carryOver(context),
});

export const secretRetireCommand = command({
  name: 'secret retire <fingerprint>',
  help: 'let the next start leave a secret out',
  options: [option('--yes', 'I mean it: its links end'), option('--force', 'also where suppressions are known by it alone')],
  run: (context, [fingerprint = ''], options) => retireSecret(context, fingerprint, options()),
});

/** `secret list` */
async function listSecrets(context: CliContext): Promise<Outcome> {
  const { items } = await (await context.client()).get<SecretListAnswer>('/v1/secrets');
  const rows = items.map((secret) => [secret.fingerprint, secret.place ?? 'SOJOURN_SECRET', standing(secret), String(secret.suppressions)]);
  return { value: items, text: table(['fingerprint', 'given by', '', 'suppressions'], rows, 'There is no secret.') };
}

function standing({ signs, retiredAt, since }: Secret): string {
  if (signs) return 'signs';
  if (retiredAt !== null) return 'retired: may be left out';
  return since === null ? 'verifies, has not signed yet' : 'verifies what it signed';
}

/** `secret carry-over` */
async function carryOver(context: CliContext): Promise<Outcome> {
  const result = await (await context.client()).post<SecretCarryOverAnswer>('/v1/secrets/carry-over');
  const left =
    result.left === 0
      ? 'None is left under an older one.'
      : `${plural(result.left, 'suppression', 'suppressions')} of addresses that nobody here has any more ${result.left === 1 ? 'is' : 'are'} known by an older secret alone: leave it in the list.`;
  return { value: result, text: `${plural(result.carried, 'suppression', 'suppressions')} brought under the secret that signs. ${left}` };
}

/** `secret retire <fingerprint> --yes [--force]` */
async function retireSecret(
  context: CliContext,
  fingerprint: string,
  options: { readonly yes?: boolean; readonly force?: boolean },
): Promise<Outcome> {
  if (options.yes !== true)
    throw new CliFailure(
      `Links that ${fingerprint} signed end with the next start that leaves it out, unsubscribe links among them. Say --yes.`,
      2,
    );
  const api = await context.client();
  const result = await api.post<SecretRetireAnswer>(`/v1/secrets/${encodeURIComponent(fingerprint)}/retire`, {
    force: options.force === true,
  });
  return { value: result, text: `${fingerprint} is retired: take it out of SOJOURN_SECRET, and start every process anew.` };
}
