import type { FastifyPluginAsync } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { receiveTwilioText, recordTwilioStatus, type TwilioKeys } from '../../app/inbound/twilio-webhooks.js';
import { openTo } from '../access.js';

/**
 * Twilio's webhooks: `POST /webhooks/twilio/status?message=<id>` and `POST /webhooks/twilio/inbound`. Signed by Twilio, so they take no key
 * of ours. The body is read as it came, because the signature is over it.
 */
export function twilioRoutes(deps: AppDeps & TwilioKeys): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 256 * 1024 }, (_request, body, done) => done(null, body));

    server.post(
      '/webhooks/twilio/status',
      { config: openTo({ kind: 'signature', by: 'Twilio' }, 'twilio.status'), schema: { hide: true } },
      async (request, reply) => {
        const result = await recordTwilioStatus(deps, asReceived(request));
        if (result === 'refused') deps.log.warn({ webhook: 'twilio-status' }, 'A webhook without a signature of Twilio was refused.');
        if (result === 'refused') return reply.code(403).send();
        return reply.code(result === 'unknown-message' ? 404 : 204).send();
      },
    );

    server.post(
      '/webhooks/twilio/inbound',
      { config: openTo({ kind: 'signature', by: 'Twilio' }, 'twilio.text'), schema: { hide: true } },
      async (request, reply) => {
        const result = await receiveTwilioText(deps, asReceived(request));
        if (result.kind === 'taken') return reply.type('text/xml').send(result.twiml);
        deps.log.warn({ webhook: 'twilio-inbound' }, 'A webhook without a signature of Twilio was refused.');
        return reply.code(403).send();
      },
    );
  };
}

function asReceived(request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}) {
  const signature = request.headers['x-twilio-signature'];
  return {
    path: request.url,
    signature: typeof signature === 'string' ? signature : undefined,
    body: typeof request.body === 'string' ? request.body : '',
  };
}
