import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { type InboundEmailDeps, receiveEmail } from '../../app/inbound/receive-email.js';
import { hasKeyShape } from '../../domain/keys/key-shape.js';
import { openTo } from '../access.js';
import { requireScope } from '../auth.js';
import { Problem } from '../problem.js';

/** Reports give back the mail that they are about, so they are as large as what was sent, and a little more. */
export const largestInboundMail = 10 * 1024 * 1024;

/**
 * `POST /webhooks/email/inbound`: a mail as it came (RFC 5322), from whatever takes mail for the bounce domain. The recipient of the
 * envelope, where it is known, in `?recipient=` (may be repeated). 200 once all of it is committed. Authenticated by the token of the
 * settings, as bearer token or as the password of Basic, or by an API key.
 */
export function emailInboundRoutes(deps: InboundEmailDeps, token: string | null): FastifyPluginAsync {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestInboundMail }, (_request, body, done) => done(null, body));

    server.addHook('onRequest', async (request, reply) => {
      const given = credentialOf(request);
      if (given !== null && token !== null && isSame(given, token)) return;
      if (given !== null && hasKeyShape('api', given)) return requireScope(deps, 'events', request, reply, given);
      void reply.header('www-authenticate', 'Bearer realm="sojourn"');
      throw new Problem(
        401,
        'no-token',
        'Send the token of EMAIL_WEBHOOK_TOKEN, or an API key of scope events, as "Authorization: Bearer …".',
      );
    });

    server.post(
      '/webhooks/email/inbound',
      { config: openTo({ kind: 'mail-token', scope: 'events' }, 'mail.take'), schema: { hide: true } },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body) || request.body.length === 0)
          throw new Problem(400, 'no-mail', 'The body is empty. Send the mail as it was received, with its header, as message/rfc822.');
        const result = await receiveEmail(deps, { raw: request.body, recipients: recipientsOf(request) });
        return reply.code(result.kind === 'busy' || result.kind === 'unproven' ? 503 : 200).send(result);
      },
    );
  };
}

function credentialOf({ headers }: FastifyRequest): string | null {
  const [, scheme, value] = /^(Bearer|Basic) +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (scheme === undefined || value === undefined) return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  return Buffer.from(value, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
}

function isSame(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function recipientsOf({ query }: FastifyRequest): readonly string[] {
  const { recipient } = query as { readonly recipient?: string | readonly string[] };
  return recipient === undefined ? [] : typeof recipient === 'string' ? [recipient] : recipient;
}
