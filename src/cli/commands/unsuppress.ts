import type { SuppressionLiftAnswer } from '../../api/contract/suppressions.js';
import { command } from '../command.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';
import { channelOption, option, required } from '../options.js';

export const profileUnsuppressCommand = command({
  name: 'profile unsuppress <person>',
  help: 'lift the suppression of an address that a provider called dead by mistake',
  options: [
    channelOption(),
    required('--reason <text>', 'why it was a mistake'),
    option('--actor <id>', 'who lifts it: an id, not a name'),
  ],
  run: (context, [person = ''], options) => unsuppress(context, person, options()),
});

/** `profile unsuppress <id> --channel email --reason "…"`: an address that a provider called dead by mistake is written to again. */
export async function unsuppress(
  context: CliContext,
  id: string,
  options: { readonly channel: string; readonly reason: string; readonly actor?: string },
): Promise<Outcome> {
  const { channel, reason, actor } = options;
  const api = await context.client();
  const profile = await findProfile(api, id, { exactly: true });
  const result = await api.delete<SuppressionLiftAnswer>(`/v1/profiles/${encodeURIComponent(profile.id)}/suppressions/${channel}`, {
    reason,
    ...(actor === undefined ? {} : { actor }),
  });
  return { value: result, text: `No longer suppressed as ${result.lifted} (${result.eventId}). ${result.sentence}` };
}
