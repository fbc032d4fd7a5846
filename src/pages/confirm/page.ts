import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, changes, theirLink } from '../../api/access.js';
import { callerAddress } from '../../api/caller-address.js';
import { type ConfirmationPage, confirmConsent, showConfirmation } from '../../app/consent/double-opt-in.js';
import type { AppDeps } from '../../app/deps.js';
import { readLink } from '../../domain/keys/link-token.js';
import { answersOf } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { formOf, readForms } from '../kit/form.js';
import { type Html, html } from '../kit/page.js';
import { isFromElsewhere } from '../kit/same-origin.js';
import { topicName } from '../kit/topic-name.js';
import { wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

export const confirmPage: CustomerPage = { letters: ['d'], whenCut: 'gone', routes };

/** `/d/<token>`: the page of a double opt-in. Its button confirms; opening it changes nothing, because scanners follow links. */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, fromElsewhere } = answersOf(app);
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

    function requestOf(request: Request): string | null {
      const link = readLink(app.secret, request.params.token);
      return link?.purpose === 'confirm' ? link.id : null;
    }

    function answer(request: Request, reply: FastifyReply, page: ConfirmationPage, status: number) {
      const language = languageOf(request, page.kind === 'unknown' ? null : page.locale);
      const words = wordsOf(language);
      const { brand } = app.shop;
      const say = (title: string, body: Html, shown = status) => show(reply, language, { status: shown, title, body });
      switch (page.kind) {
        case 'open': {
          const { topics } = app.policies.current().topics;
          const names = page.topics.map((id) => {
            const topic = topics.find((one) => one.id === id);
            return html`<li>${topic === undefined ? id : topicName(topic, language)}</li>`;
          });
          return say(
            words.confirmTitle,
            html`<p>${words.confirmQuestion(brand)}</p><ul>${names}</ul><form method="post"><div class="actions"><button type="submit" name="confirm" value="yes">${words.confirmButton}</button></div></form>`,
          );
        }
        case 'confirmed':
          return say(
            words.confirmedTitle,
            html`<p role="status">${(page.isBarred ? words.confirmedButBarred : words.confirmed)(brand)}</p>`,
          );
        case 'too-late':
          return say(words.tooLateTitle, html`<p>${words.tooLate(brand)}</p>`, 410);
        case 'unknown':
          return say(words.goneTitle, html`<p>${words.tooLate(brand)}</p>`, 404);
      }
    }
  };
}
