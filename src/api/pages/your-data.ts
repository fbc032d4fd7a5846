import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { type DataLink, openDataLink } from '../../app/consent/fresh-links.js';
import type { AppDeps } from '../../app/deps.js';
import { eraseProfile } from '../../app/people/erase-profile.js';
import { exportProfile } from '../../app/people/export-profile.js';
import { readLink } from '../../domain/keys/link-token.js';
import { byLink, changes, theirLink } from '../access.js';
import { formOf, readForms } from './form.js';
import { type Html, html, sendPage } from './page.js';
import { isFromElsewhere } from './same-origin.js';
import { type Language, pickLanguage, wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;
type OpenLink = Extract<DataLink, { kind: 'open' }>;

/**
 * `/x/<token>`: what is kept of a person, to take along or to delete. The link is mailed to the person when they ask for it, and is good for an hour.
 * Nothing but a POST from these pages does anything.
 */
export function yourDataPages(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    readForms(server);

    server.get('/x/:token', { config: byLink('data', 'page.data') }, async (request: Request, reply) => {
      const link = await opened(request);
      return link.kind === 'open' ? choose(request, reply, link) : closed(request, reply, link);
    });

    server.post('/x/:token/export', { config: byLink('data', 'profile.export', changes(theirLink)) }, async (request: Request, reply) => {
      const link = await opened(request);
      if (link.kind !== 'open') return closed(request, reply, link);
      if (isFromElsewhere(request, app.publicUrl)) return elsewhere(request, reply);
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
      if (isFromElsewhere(request, app.publicUrl)) return elsewhere(request, reply);
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
      const language = languageOf(request, link.kind === 'too-late' ? link.locale : null);
      const words = wordsOf(language);
      return link.kind === 'too-late'
        ? show(reply, language, { status: 410, title: words.tooLateTitle, body: html`<p>${words.dataLate}</p>` })
        : show(reply, language, { status: 404, title: words.goneTitle, body: html`<p>${words.gone(app.shop.brand)}</p>` });
    }

    function elsewhere(request: Request, reply: FastifyReply) {
      const language = languageOf(request, null);
      const words = wordsOf(language);
      return show(reply, language, { status: 403, title: words.notConfirmedTitle, body: html`<p>${words.fromElsewhere}</p>` });
    }

    function languageOf(request: Request, locale: string | null): Language {
      return pickLanguage(locale, request.headers['accept-language'], app.shop.locale);
    }

    function show(
      reply: FastifyReply,
      language: Language,
      page: { readonly title: string; readonly body: Html; readonly status?: number },
    ) {
      return sendPage(reply, { shop: app.shop, language, ...page });
    }
  };
}
