import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { viewMail } from '../../app/messages/view-mail.js';
import { readLink } from '../../domain/keys/link-token.js';
import { pictureHosts } from '../../domain/shop/shop-address.js';
import { byLink, reads, theirLink } from '../access.js';
import { html, sendPage } from './page.js';
import { pickLanguage, wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

/** `/v/<token>`: a mail in the browser. It shows the mail and does nothing else: no script, no form, pictures from the shop alone, nothing counted. */
export function viewPages(app: AppDeps): FastifyPluginAsync {
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
      const language = pickLanguage(request.headers['accept-language'], app.shop.locale);
      const words = wordsOf(language);
      const { brand, siteUrl } = app.shop;
      const toShop = html`<p><a href="${siteUrl}">${words.toShop(brand)}</a></p>`;
      return kind === 'unknown'
        ? sendPage(reply, {
            shop: app.shop,
            language,
            status: 404,
            title: words.goneTitle,
            body: html`<p>${words.gone(brand)}</p>${toShop}`,
          })
        : sendPage(reply, {
            shop: app.shop,
            language,
            status: 410,
            title: words.notShownTitle,
            body: html`<p>${words.notShown}</p>${toShop}`,
          });
    }
  };
}
