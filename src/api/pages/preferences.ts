import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { eraseProfile } from '../../app/erase-profile.js';
import { exportProfile } from '../../app/export-profile.js';
import { type Preferences, savePreferences, showPreferences } from '../../app/preferences.js';
import { readLink } from '../../domain/link-token.js';
import { byLink, changes, reads, theirLink } from '../access.js';
import { callerAddress } from '../caller-address.js';
import { type Form, formOf, readForms } from './form.js';
import { html, sendPage } from './page.js';
import { preferenceForm, topicName, wishesOf } from './preference-form.js';
import { type Language, pickLanguage, wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

/**
 * `/p/<token>`: what a person gets, how often, and what is kept of them. A GET shows it, a POST saves it as acts of consent and traits;
 * `/p/<token>/export` and `/p/<token>/erase` are for the person's own data. Nothing but a POST changes anything, because scanners follow links.
 */
export function preferencePages(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    readForms(server);

    server.get('/p/:token', { config: byLink('preferences', 'preferences.show', reads(theirLink)) }, async (request: Request, reply) => {
      const shown = await shownTo(request);
      return shown === null ? gone(request, reply) : answer(request, reply, shown, {});
    });

    server.post('/p/:token', { config: byLink('preferences', 'preferences.save', changes(theirLink)) }, async (request: Request, reply) => {
      const before = await shownTo(request);
      if (before === null) return gone(request, reply);
      const form = formOf(request.body);
      const language = languageOf(request, before);
      const words = wordsOf(language);
      if (form['save'] !== 'choice' && form['save'] !== 'nothing') return answer(request, reply, before, { status: 400 });
      const wishes = wishesOf(form, before, app.shop);
      if (wishes === null) return answer(request, reply, before, { note: words.wrongBirthday, status: 400, form });

      const saved = await savePreferences(app, messageOf(request) ?? '', wishes, {
        text: (box) => boxText(language, box),
        locale: language,
        sourceUrl: `${app.publicUrl}/p`,
        ip: callerAddress(request),
        userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
      });
      const after = await shownTo(request);
      if (saved === null || after === null) return gone(request, reply);
      // In the language that was just chosen.
      const said = wordsOf(languageOf(request, after));
      return answer(request, reply, after, { note: saved === 'saved' ? said.saved : said.unchanged });
    });

    server.post(
      '/p/:token/export',
      { config: byLink('preferences', 'profile.export', changes(theirLink)) },
      async (request: Request, reply) => {
        const shown = await shownTo(request);
        if (shown === null) return gone(request, reply);
        if (!shown.opensData) return tooOld(request, reply, shown);
        const data = await exportProfile(app, shown.profileId);
        if (data === null) return gone(request, reply);
        return reply
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="my-data.json"')
          .type('application/json; charset=utf-8')
          .send(JSON.stringify(data, null, 2));
      },
    );

    server.get('/p/:token/erase', { config: byLink('preferences', 'page.erase') }, async (request: Request, reply) => {
      const shown = await shownTo(request);
      if (shown === null) return gone(request, reply);
      return shown.opensData ? askToErase(request, reply, shown, 200) : tooOld(request, reply, shown);
    });

    server.post(
      '/p/:token/erase',
      { config: byLink('preferences', 'profile.erase', changes(theirLink)) },
      async (request: Request, reply) => {
        const shown = await shownTo(request);
        if (shown === null) return gone(request, reply);
        if (!shown.opensData) return tooOld(request, reply, shown);
        if (formOf(request.body)['confirm'] !== 'erase') return askToErase(request, reply, shown, 400);
        const language = languageOf(request, shown);
        await eraseProfile(app, shown.profileId);
        const words = wordsOf(language);
        return sendPage(reply, { shop: app.shop, language, title: words.erasedTitle, body: html`<p>${words.erased(app.shop.brand)}</p>` });
      },
    );

    async function shownTo(request: Request): Promise<Preferences | null> {
      const id = messageOf(request);
      return id === null ? null : showPreferences(app, id);
    }

    function messageOf(request: Request): string | null {
      const link = readLink(app.secret, request.params.token);
      return link?.purpose === 'preferences' ? link.id : null;
    }

    function languageOf(request: Request, shown: Preferences | null): Language {
      return pickLanguage(shown?.locale, request.headers['accept-language'], app.shop.locale);
    }

    function boxText(language: Language, { channel, topic }: { readonly channel: 'email' | 'sms'; readonly topic: string }): string {
      const words = wordsOf(language);
      const known = app.policies.current().topics.topics.find(({ id }) => id === topic);
      const box = words.box(app.shop.brand, channel, known === undefined ? topic : topicName(known, language));
      return channel === 'sms' ? `${box}. ${words.textTerms(app.shop.brand)}` : box;
    }

    function answer(
      request: Request,
      reply: FastifyReply,
      shown: Preferences,
      how: { readonly note?: string; readonly status?: number; readonly form?: Form },
    ) {
      const language = languageOf(request, shown);
      const words = wordsOf(language);
      const { note, status, form } = how;
      const intro =
        note === undefined ? html`<p>${words.preferencesIntro(app.shop.brand)}</p>` : html`<p class="note" role="status">${note}</p>`;
      return sendPage(reply, {
        shop: app.shop,
        language,
        status: status ?? 200,
        isWide: true,
        title: words.preferencesTitle,
        body: html`${intro}${preferenceForm(app.shop, shown, language, form ?? {})}${dataSection(request, shown, language)}`,
      });
    }

    function dataSection(request: Request, shown: Preferences, language: Language) {
      const words = wordsOf(language);
      const here = `/p/${request.params.token}`;
      const choices = shown.opensData
        ? html`<p class="soft">${words.dataIntro(app.shop.brand)}</p><div class="actions"><form method="post" action="${here}/export"><button type="submit" class="plain">${words.download}</button></form><form method="get" action="${here}/erase"><button type="submit" class="plain">${words.erase}</button></form></div>`
        : html`<p class="soft">${closedBecause(shown, language)}</p>`;
      return html`<section aria-labelledby="data"><h2 id="data">${words.dataTitle}</h2>${choices}</section>`;
    }

    function askToErase(request: Request, reply: FastifyReply, shown: Preferences, status: number) {
      const language = languageOf(request, shown);
      const words = wordsOf(language);
      return sendPage(reply, {
        shop: app.shop,
        language,
        status,
        title: words.eraseTitle,
        body: html`<p>${words.eraseQuestion(app.shop.brand)}</p><div class="actions"><form method="post"><button type="submit" name="confirm" value="erase">${words.eraseButton}</button></form><form method="get" action="/p/${request.params.token}"><button type="submit" class="plain">${words.keep}</button></form></div>`,
      });
    }

    function tooOld(request: Request, reply: FastifyReply, shown: Preferences) {
      const language = languageOf(request, shown);
      const words = wordsOf(language);
      return sendPage(reply, {
        shop: app.shop,
        language,
        status: 403,
        title: words.dataTitle,
        body: html`<p>${closedBecause(shown, language)}</p>`,
      });
    }

    function closedBecause(shown: Preferences, language: Language): string {
      const words = wordsOf(language);
      return shown.isOwnAddress ? words.dataLater : words.otherAddress;
    }

    function gone(request: Request, reply: FastifyReply) {
      const language = languageOf(request, null);
      const words = wordsOf(language);
      return sendPage(reply, {
        shop: app.shop,
        language,
        status: 404,
        title: words.goneTitle,
        body: html`<p>${words.gone(app.shop.brand)}</p>`,
      });
    }
  };
}
