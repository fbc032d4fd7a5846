import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink } from '../../api/access.js';
import type { AppDeps } from '../../app/deps.js';
import { followLink, recordOpen, type Visitor } from '../../app/messages/record-interaction.js';
import { answersOf, toShop } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { html } from '../kit/page.js';
import { wordsOf } from './words.js';

/** 1 × 1, transparent. */
const picture = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

export const trackingPage: CustomerPage = { letters: ['l', 'o'], whenCut: 'gone', routes };

/**
 * `/l/<token>`: leads to the address that the link was sent with, which is kept with the message, and to the shop only; what is no link of
 * ours leads nowhere, so nobody can use it to lead people elsewhere. `/o/<token>.gif`: the picture that tells of an open, the same whatever
 * the token. No cookies; who comes is judged and forgotten.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, gone } = answersOf(app);
  return async (server) => {
    server.get<{ Params: { token: string } }>('/l/:token', { config: byLink('click', 'link.click') }, async (request, reply) => {
      const target = await followLink(app, request.params.token, visitor(request));
      if (target === null) return noSuchLink(request, reply);
      if (target.kind === 'elsewhere') return leadsElsewhere(request, reply, target.address);
      return reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex').redirect(target.address, 302);
    });

    server.get<{ Params: { token: string } }>('/o/:token', { config: byLink('open', 'link.open') }, async (request, reply) => {
      await recordOpen(app, request.params.token.replace(/\.gif$/, ''), visitor(request));
      return reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex').type('image/gif').send(picture);
    });

    function leadsElsewhere(request: FastifyRequest, reply: FastifyReply, address: string) {
      const language = languageOf(request);
      const words = wordsOf(language);
      return show(reply, language, {
        title: words.elsewhereTitle,
        body: html`<p>${words.elsewhere(app.shop.brand)}</p><p><a href="${address}" rel="noopener noreferrer nofollow">${address}</a></p>`,
      });
    }

    function noSuchLink(request: FastifyRequest, reply: FastifyReply) {
      const language = languageOf(request);
      return gone(reply, language, { more: toShop(app.shop, language) });
    }
  };
}

function visitor(request: FastifyRequest): Visitor {
  return { isHead: request.method === 'HEAD', userAgent: request.headers['user-agent'] ?? null };
}
