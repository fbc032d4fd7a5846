import type { Secret, SecretCarryOverAnswer, SecretListAnswer, SecretRetireAnswer } from '../../api/contract/secrets.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { option } from '../options.js';
import { plural, table } from '../text.js';

export const secretListCommand = command({
  name: 'secret list',
  help: 'the secrets by their fingerprints, and which one signs',
  run: (context) => listSecrets(context),
});

export const secretCarryOverCommand = command({
  name: 'secret carry-over',
  help: 'move suppressions to the secret that signs now',
  run: (context) => carryOver(context),
});

export const secretRetireCommand = command({
  name: 'secret retire <fingerprint>',
  help: 'let the next start work without an old secret',
  options: [option('--yes', 'confirm: its links end'), option('--force', 'also if suppressions exist only under it')],
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
  if (retiredAt !== null) return 'retired: no longer needed';
  return since === null ? 'verifies, has not signed yet' : 'verifies what it signed';
}

/** `secret carry-over` */
async function carryOver(context: CliContext): Promise<Outcome> {
  const result = await (await context.client()).post<SecretCarryOverAnswer>('/v1/secrets/carry-over');
  const left =
    result.left === 0
      ? 'None remains under an older one.'
      : `${plural(result.left, 'suppression', 'suppressions')} of addresses that nobody here has any more ${result.left === 1 ? 'exists' : 'exist'} only under an older secret: keep it in the list.`;
  return { value: result, text: `${plural(result.carried, 'suppression', 'suppressions')} moved to the secret that signs. ${left}` };
}

/** `secret retire <fingerprint> --yes [--force]` */
async function retireSecret(
  context: CliContext,
  fingerprint: string,
  options: { readonly yes?: boolean; readonly force?: boolean },
): Promise<Outcome> {
  if (options.yes !== true)
    throw new CliFailure(
      `Links that ${fingerprint} signed stop working with the next start without it, unsubscribe links included. Confirm with --yes.`,
      2,
    );
  const api = await context.client();
  const result = await api.post<SecretRetireAnswer>(`/v1/secrets/${encodeURIComponent(fingerprint)}/retire`, {
    force: options.force === true,
  });
  return { value: result, text: `${fingerprint} is retired: remove it from SOJOURN_SECRET, and restart every process.` };
}
