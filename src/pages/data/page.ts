import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, changes, theirLink } from '../../api/access.js';
import { type DataLink, openDataLink } from '../../app/consent/fresh-links.js';
import type { AppDeps } from '../../app/deps.js';
import { eraseProfile } from '../../app/people/erase-profile.js';
import { exportProfile } from '../../app/people/export-profile.js';
import { readLink } from '../../domain/keys/link-token.js';
import { answersOf } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { formOf, readForms } from '../kit/form.js';
import { html } from '../kit/page.js';
import { isFromElsewhere } from '../kit/same-origin.js';
import { wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;
type OpenLink = Extract<DataLink, { kind: 'open' }>;

export const dataPage: CustomerPage = { letters: ['x'], whenCut: 'gone', routes };

/**
 * `/x/<token>`: what is kept of a person, to take along or to delete. The link is mailed to the person when they ask for it, and is good
 * for an hour. Nothing but a POST from these pages does anything.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, fromElsewhere, gone } = answersOf(app);
  return async (server) => {
    readForms(server);

    server.get('/x/:token', { config: byLink('data', 'page.data') }, async (request: Request, reply) => {
      const link = await opened(request);
      return link.kind === 'open' ? choose(request, reply, link) : closed(request, reply, link);
    });

    server.post('/x/:token/export', { config: byLink('data', 'profile.export', changes(theirLink)) }, async (request: Request, reply) => {
      const link = await opened(request);
      if (link.kind !== 'open') return closed(request, reply, link);
      if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
      const data = await exportProfile(app, link.profileId);
      if (data === null) return closed(request, reply, { kind: 'unknown' });
      return reply
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="my-data.json"')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(data, null, 2));
    });

    server.get('/x/:token/erase', { config: byLink('data', 'page.erase') }, async (request: Request, reply) => {
      const link = await opened(request);
      return link.kind === 'open' ? askToErase(request, reply, link, 200) : closed(request, reply, link);
    });

    server.post('/x/:token/erase', { config: byLink('data', 'profile.erase', changes(theirLink)) }, async (request: Request, reply) => {
      const link = await opened(request);
      if (link.kind !== 'open') return closed(request, reply, link);
      if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
      if (formOf(request.body)['confirm'] !== 'erase') return askToErase(request, reply, link, 400);
      await eraseProfile(app, link.profileId);
      const language = languageOf(request, link.locale);
      const words = wordsOf(language);
      return show(reply, language, { title: words.erasedTitle, body: html`<p>${words.erased(app.shop.brand)}</p>` });
    });

    async function opened(request: Request): Promise<DataLink> {
      const link = readLink(app.secret, request.params.token);
      return link?.purpose === 'data' ? openDataLink(app, link.id) : { kind: 'unknown' };
    }

    function choose(request: Request, reply: FastifyReply, { locale }: OpenLink) {
      const language = languageOf(request, locale);
      const words = wordsOf(language);
      const here = `/x/${request.params.token}`;
      return show(reply, language, {
        title: words.dataTitle,
        body: html`<p>${words.dataOpen(app.shop.brand)}</p><div class="actions"><form method="post" action="${here}/export"><button type="submit">${words.download}</button></form><form method="get" action="${here}/erase"><button type="submit" class="plain">${words.erase}</button></form></div>`,
      });
    }

    function askToErase(request: Request, reply: FastifyReply, { locale }: OpenLink, status: number) {
      const language = languageOf(request, locale);
      const words = wordsOf(language);
      const here = `/x/${request.params.token}`;
      return show(reply, language, {
        status,
        title: words.eraseTitle,
        body: html`<p>${words.eraseQuestion(app.shop.brand)}</p><div class="actions"><form method="post" action="${here}/erase"><button type="submit" name="confirm" value="erase">${words.eraseButton}</button></form><form method="get" action="${here}"><button type="submit" class="plain">${words.keep}</button></form></div>`,
      });
    }

    function closed(request: Request, reply: FastifyReply, link: Exclude<DataLink, OpenLink>) {
      if (link.kind === 'unknown') return gone(reply, languageOf(request));
      const language = languageOf(request, link.locale);
      const { tooLateTitle, dataLate } = wordsOf(language);
      return show(reply, language, { status: 410, title: tooLateTitle, body: html`<p>${dataLate}</p>` });
    }
  };
}
