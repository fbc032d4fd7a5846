import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type ConfirmationPage, confirmConsent, showConfirmation } from '../../app/consent/double-opt-in.js';
import type { AppDeps } from '../../app/deps.js';
import { readLink } from '../../domain/keys/link-token.js';
import { byLink, changes, theirLink } from '../access.js';
import { callerAddress } from '../caller-address.js';
import { formOf, readForms } from './form.js';
import { html, sendPage } from './page.js';
import { topicName } from './preference-form.js';
import { isFromElsewhere } from './same-origin.js';
import { pickLanguage, wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

/** `/d/<token>`: the page of a double opt-in. Its button confirms; opening it changes nothing, because scanners follow links. */
export function doubleOptInPages(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    readForms(server);

    server.get('/d/:token', { config: byLink('confirm', 'page.confirm') }, async (request: Request, reply) => {
      const id = requestOf(request);
      return answer(request, reply, id === null ? { kind: 'unknown' } : await showConfirmation(app, id), 200);
    });

    server.post('/d/:token', { config: byLink('confirm', 'consent.confirm', changes(theirLink)) }, async (request: Request, reply) => {
      if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
      const id = requestOf(request);
      if (id === null) return answer(request, reply, { kind: 'unknown' }, 200);
      if (formOf(request.body)['confirm'] !== 'yes') return answer(request, reply, await showConfirmation(app, id), 400);
      const userAgent = request.headers['user-agent']?.slice(0, 500) ?? null;
      return answer(request, reply, await confirmConsent(app, id, { ip: callerAddress(request), userAgent }), 200);
    });

    function fromElsewhere(request: Request, reply: FastifyReply) {
      const language = pickLanguage(request.headers['accept-language'], app.shop.locale);
      const { notConfirmedTitle, fromElsewhere: said } = wordsOf(language);
      return sendPage(reply, { shop: app.shop, language, status: 403, title: notConfirmedTitle, body: html`<p>${said}</p>` });
    }

    function requestOf(request: Request): string | null {
      const link = readLink(app.secret, request.params.token);
      return link?.purpose === 'confirm' ? link.id : null;
    }

    function answer(request: Request, reply: FastifyReply, page: ConfirmationPage, status: number) {
      const language = pickLanguage(page.kind === 'unknown' ? null : page.locale, request.headers['accept-language'], app.shop.locale);
      const words = wordsOf(language);
      const { brand } = app.shop;
      const show = (title: string, body: ReturnType<typeof html>, shown = status) =>
        sendPage(reply, { shop: app.shop, language, status: shown, title, body });
      switch (page.kind) {
        case 'open': {
          const { topics } = app.policies.current().topics;
          const names = page.topics.map((id) => {
            const topic = topics.find((one) => one.id === id);
            return html`<li>${topic === undefined ? id : topicName(topic, language)}</li>`;
          });
          return show(
            words.confirmTitle,
            html`<p>${words.confirmQuestion(brand)}</p><ul>${names}</ul><form method="post"><div class="actions"><button type="submit" name="confirm" value="yes">${words.confirmButton}</button></div></form>`,
          );
        }
        case 'confirmed':
          return show(
            words.confirmedTitle,
            html`<p role="status">${(page.isBarred ? words.confirmedButBarred : words.confirmed)(brand)}</p>`,
          );
        case 'too-late':
          return show(words.tooLateTitle, html`<p>${words.tooLate(brand)}</p>`, 410);
        case 'unknown':
          return show(words.goneTitle, html`<p>${words.tooLate(brand)}</p>`, 404);
      }
    }
  };
}
