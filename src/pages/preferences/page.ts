import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, changes, reads, theirLink } from '../../api/access.js';
import { callerAddress } from '../../api/caller-address.js';
import { sendDataLink } from '../../app/consent/fresh-links.js';
import { type Preferences, savePreferences, showPreferences } from '../../app/consent/preferences.js';
import type { AppDeps } from '../../app/deps.js';
import { readLink } from '../../domain/keys/link-token.js';
import { type Channel, channelKind } from '../../domain/messages/channel.js';
import { answersOf } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { type Form, formOf, readForms } from '../kit/form.js';
import { html } from '../kit/page.js';
import { isFromElsewhere } from '../kit/same-origin.js';
import { topicName } from '../kit/topic-name.js';
import type { Language } from '../kit/words.js';
import { preferenceForm, wishesOf } from './form.js';
import { wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { token: string } }>;

export const preferencesPage: CustomerPage = { letters: ['p'], whenCut: 'ask-for-address', routes };

/**
 * `/p/<token>`: what a person gets, how often, and what is kept of them. A GET shows it, a POST saves it as acts of consent and traits;
 * `/p/<token>/data` mails the link that opens the person's own data (`data/`). Nothing but a POST changes anything, because scanners follow
 * links.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, fromElsewhere, incomplete } = answersOf(app);
  return async (server) => {
    readForms(server);

    server.get('/p/:token', { config: byLink('preferences', 'preferences.show', reads(theirLink)) }, async (request: Request, reply) => {
      const shown = await shownTo(request);
      return shown === null ? incomplete(reply, languageOf(request)) : answer(request, reply, shown, {});
    });

    server.post('/p/:token', { config: byLink('preferences', 'preferences.save', changes(theirLink)) }, async (request: Request, reply) => {
      if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
      const before = await shownTo(request);
      if (before === null) return incomplete(reply, languageOf(request));
      const form = formOf(request.body);
      const language = languageOf(request, before.locale);
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
      if (saved === null || after === null) return incomplete(reply, languageOf(request));
      // In the language that was just chosen.
      const said = wordsOf(languageOf(request, after.locale));
      return answer(request, reply, after, { note: saved === 'saved' ? said.saved : said.unchanged });
    });

    // The last two are what pages of earlier builds post to.
    for (const path of ['data', 'export', 'erase'])
      server.post(
        `/p/:token/${path}`,
        { config: byLink('preferences', `data-link.ask-by-${path}`, changes(theirLink)) },
        async (request: Request, reply) => {
          if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
          const shown = await shownTo(request);
          if (shown === null) return incomplete(reply, languageOf(request));
          const answer = await sendDataLink(app, messageOf(request) ?? '');
          if (answer === 'unknown') return incomplete(reply, languageOf(request));
          return answer === 'asked' ? onItsWay(request, reply, shown) : notTheirs(request, reply, shown);
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

    function boxText(language: Language, { channel, topic }: { readonly channel: Channel; readonly topic: string }): string {
      const words = wordsOf(language);
      const kind = channelKind(channel);
      const known = app.policies.current().topics.topics.find(({ id }) => id === topic);
      const box = words.box(app.shop.brand, kind.pages[language].by, known === undefined ? topic : topicName(known, language));
      return kind.stopsBy === 'word' ? `${box}. ${words.textTerms(app.shop.brand)}` : box;
    }

    function answer(
      request: Request,
      reply: FastifyReply,
      shown: Preferences,
      how: { readonly note?: string; readonly status?: number; readonly form?: Form },
    ) {
      const language = languageOf(request, shown.locale);
      const words = wordsOf(language);
      const { note, status, form } = how;
      const intro =
        note === undefined ? html`<p>${words.preferencesIntro(app.shop.brand)}</p>` : html`<p class="note" role="status">${note}</p>`;
      return show(reply, language, {
        status: status ?? 200,
        isWide: true,
        title: words.preferencesTitle,
        body: html`${intro}${preferenceForm(app.shop, shown, language, form ?? {})}${dataSection(request, shown, language)}`,
      });
    }

    function dataSection(request: Request, shown: Preferences, language: Language) {
      const words = wordsOf(language);
      const choices = shown.isOwnAddress
        ? html`<p class="soft">${words.dataIntro(app.shop.brand)}</p><div class="actions"><form method="post" action="/p/${request.params.token}/data"><button type="submit" class="plain">${words.sendLink}</button></form></div>`
        : html`<p class="soft">${words.otherAddress}</p>`;
      return html`<section aria-labelledby="data"><h2 id="data">${words.dataTitle}</h2>${choices}</section>`;
    }

    function onItsWay(request: Request, reply: FastifyReply, shown: Preferences) {
      const language = languageOf(request, shown.locale);
      const words = wordsOf(language);
      return show(reply, language, {
        title: words.dataAskedTitle,
        body: html`<p role="status">${words.dataAsked}</p>`,
      });
    }

    function notTheirs(request: Request, reply: FastifyReply, shown: Preferences) {
      const language = languageOf(request, shown.locale);
      const words = wordsOf(language);
      return show(reply, language, { status: 403, title: words.dataTitle, body: html`<p>${words.otherAddress}</p>` });
    }
  };
}
