import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { leavingReasons, recordLeavingReason } from '../../app/leaving-reason.js';
import { showPreferences } from '../../app/preferences.js';
import { unsubscribe } from '../../app/unsubscribe.js';
import { readLink, signLink } from '../../domain/link-token.js';
import { byLink, changes, theirLink } from '../access.js';
import { formOf, readForms } from './form.js';
import { html, sendPage } from './page.js';
import { type Language, pickLanguage, wordsOf } from './words.js';

/**
 * `/u/<token>`: the one-click link of RFC 8058, and the page that people see. Only a POST that says `List-Unsubscribe=One-Click` changes
 * anything, because scanners follow links. No cookies, no redirects; a forged token gets the same answer and no effect.
 */
export function unsubscribePages(app: AppDeps): FastifyPluginAsync {
  return async (server) => {
    readForms(server);

    server.get<{ Params: { token: string } }>(
      '/u/:token',
      { config: byLink('unsubscribe', 'page.unsubscribe') },
      async (request, reply) => {
        const link = readLink(app.secret, request.params.token);
        // Any other link of ours may be in anybody's hands: people share their carts.
        const messageId = link?.purpose === 'unsubscribe' ? link.id : null;
        const person = messageId === null ? null : await showPreferences(app, messageId);
        const language = pickLanguage(person?.locale, request.headers['accept-language'], app.shop.locale);
        const words = wordsOf(language);
        return sendPage(reply, {
          shop: app.shop,
          language,
          title: words.unsubscribeTitle,
          body: html`<p>${words.unsubscribeQuestion(app.shop.brand)}</p><p class="soft">${words.ordersStill}</p>${button(language)}${
            messageId === null ? html`` : preferencesLink(app, messageId, language)
          }`,
        });
      },
    );

    server.post<{ Params: { token: string } }>(
      '/u/:token',
      { config: byLink('unsubscribe', 'consent.unsubscribe', changes(theirLink)) },
      async (request, reply) => {
        const form = formOf(request.body);
        const language = pickLanguage(form['lang'], request.headers['accept-language'], app.shop.locale);
        const link = readLink(app.secret, request.params.token);
        const reason = leavingReasons.find((one) => one === form['why']);
        if (reason !== undefined) {
          if (link?.purpose === 'unsubscribe') await recordLeavingReason(app, link.id, reason);
          return thanks(reply, language);
        }
        if (form['List-Unsubscribe'] !== 'One-Click') return notConfirmed(reply, language);

        if (link?.purpose === 'unsubscribe')
          await unsubscribe(app, link.id, { method: form['lang'] === undefined ? 'one-click' : 'unsubscribe-page', text: null });
        else app.log.warn({}, 'An unsubscribe link did not bear our signature; nothing was changed.');
        const words = wordsOf(language);
        return sendPage(reply, {
          shop: app.shop,
          language,
          title: words.unsubscribedTitle,
          body: html`<p>${words.unsubscribed(app.shop.brand)}</p><p class="soft">${words.ordersStill}</p>${whyForm(language)}`,
        });
      },
    );

    function thanks(reply: FastifyReply, language: Language) {
      const { unsubscribedTitle, whyThanks } = wordsOf(language);
      return sendPage(reply, { shop: app.shop, language, title: unsubscribedTitle, body: html`<p>${whyThanks}</p>` });
    }

    function notConfirmed(reply: FastifyReply, language: Language) {
      const words = wordsOf(language);
      return sendPage(reply, {
        shop: app.shop,
        language,
        status: 400,
        title: words.notConfirmedTitle,
        body: html`<p>${words.notConfirmed}</p>${button(language)}`,
      });
    }
  };
}

/** Posts to the page's own address, as a mailbox provider would. */
function button(language: Language) {
  return html`<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><input type="hidden" name="lang" value="${language}"><div class="actions"><button type="submit">${wordsOf(language).unsubscribeButton}</button></div></form>`;
}

/** Asked once it is done, and never a condition. */
function whyForm(language: Language) {
  const { whyTitle, whys, whyButton } = wordsOf(language);
  return html`<form method="post"><fieldset><legend>${whyTitle}</legend><input type="hidden" name="lang" value="${language}">${leavingReasons.map(
    (reason) => html`<label><input type="radio" name="why" value="${reason}" required><span>${whys[reason]}</span></label>`,
  )}</fieldset><div class="actions"><button type="submit" class="plain">${whyButton}</button></div></form>`;
}

function preferencesLink(app: AppDeps, id: string, language: Language) {
  return html`<p class="soft"><a href="/p/${signLink(app.secret, { purpose: 'preferences', id })}">${wordsOf(language).choose}</a></p>`;
}
