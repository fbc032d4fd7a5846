import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, reads, theirLink } from '../../api/access.js';
import type { AppDeps } from '../../app/deps.js';
import { viewMail } from '../../app/messages/view-mail.js';
import { readLink } from '../../domain/keys/link-token.js';
import { pictureHosts } from '../../domain/shop/shop-address.js';
import { answersOf, toShop } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { html } from '../kit/page.js';
import { wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

export const viewPage: CustomerPage = { letters: ['v'], whenCut: 'gone', routes };

/**
 * `/v/<token>`: a mail in the browser. It shows the mail and does nothing else: no script, no form, pictures from the shop alone, nothing
 * counted.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const policy = [
    "default-src 'none'",
    `img-src ${pictureHosts(app.shop).join(' ')}`,
    // A mail's styles stand in its elements.
    "style-src 'unsafe-inline'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    'sandbox allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');
  const { languageOf, show, gone } = answersOf(app);
  return async (server) => {
    server.get('/v/:token', { config: byLink('view', 'page.view', reads(theirLink)) }, async (request: Request, reply) => {
      const link = readLink(app.secret, request.params.token);
      const mail = link?.purpose === 'view' ? await viewMail(app, link.id) : ({ kind: 'unknown' } as const);
      if (mail.kind !== 'mail') return notShown(request, reply, mail.kind);
      return (
        reply
          .header('content-security-policy', policy)
          .header('cache-control', 'no-store')
          .header('x-robots-tag', 'noindex')
          // Links in the mail lead elsewhere, and the address of this page is a key.
          .header('referrer-policy', 'no-referrer')
          .type('text/html; charset=utf-8')
          .send(mail.html)
      );
    });

    function notShown(request: Request, reply: FastifyReply, kind: 'no-longer' | 'unknown') {
      const language = languageOf(request);
      const more = toShop(app.shop, language);
      if (kind === 'unknown') return gone(reply, language, { more });
      const { notShownTitle, notShown: said } = wordsOf(language);
      return show(reply, language, { status: 410, title: notShownTitle, body: html`<p>${said}</p>${more}` });
    }
  };
}
