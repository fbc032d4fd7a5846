import type { VerdictAnswer } from '../../api/contract/shared.js';
import type { CliContext, Outcome } from '../context.js';
import { findProfile } from '../find-profile.js';

/** `send-check <profile>`: could this be sent now, and if not, when? Nothing is sent. */
export async function checkSend(
  context: CliContext,
  id: string,
  options: { readonly channel: string; readonly topic: string; readonly class: string; readonly priority?: number; readonly at?: string },
): Promise<Outcome> {
  const api = await context.client();
  const { id: profileId } = await findProfile(api, id);
  const { channel, topic, priority, at } = options;
  const answer = await api.post<VerdictAnswer>('/v1/send-checks', {
    to: { profileId },
    channel,
    topic,
    class: options.class,
    ...(priority === undefined ? {} : { priority }),
    ...(at === undefined ? {} : { at }),
  });
  return { value: answer, text: `${answer.decision}: ${answer.sentence}` };
}
