import type { OpenProvider } from '../../src/channels/channel-value.js';
import type { OutgoingSms, Provider } from '../../src/domain/messages/outgoing.js';

/** The service of the trial channel: a POST with the words, answered by an id. */
export function openPush({
  PUSH_SERVICE_URL = '',
  PUSH_SERVICE_TOKEN = '',
}: {
  readonly PUSH_SERVICE_URL?: string | undefined;
  readonly PUSH_SERVICE_TOKEN?: string | undefined;
}): OpenProvider & Provider<OutgoingSms> {
  return {
    name: 'push-service',
    poolSize: 3,
    async submit(message, { deadlineMs }) {
      const answer = await fetch(PUSH_SERVICE_URL, {
        method: 'POST',
        headers: { authorization: `Bearer ${PUSH_SERVICE_TOKEN}` },
        body: JSON.stringify({ to: message.to, body: message.body }),
        signal: AbortSignal.timeout(deadlineMs),
      }).catch(() => null);
      if (answer === null) return { kind: 'unknown', code: 'no-answer' };
      if (!answer.ok) return { kind: 'not-sent', code: `http-${answer.status}`, retry: answer.status >= 500 };
      return { kind: 'accepted', providerId: ((await answer.json()) as { readonly id: string }).id };
    },
    async close() {},
  };
}
