import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, changes, openTo, theirLink } from '../../api/access.js';
import { callerAddress } from '../../api/caller-address.js';
import { mailFreshLinks } from '../../app/consent/fresh-links.js';
import { leavingReasons, recordLeavingReason } from '../../app/consent/leaving-reason.js';
import { showPreferences } from '../../app/consent/preferences.js';
import { unsubscribe } from '../../app/consent/unsubscribe.js';
import type { AppDeps } from '../../app/deps.js';
import { readLink } from '../../domain/keys/link-token.js';
import { normaliseAddress } from '../../domain/messages/channel.js';
import { answersOf } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { formOf, readForms } from '../kit/form.js';
import { addressForm, freshLinksPath, incompleteLink } from '../kit/incomplete-link.js';
import { html } from '../kit/page.js';
import type { Language } from '../kit/words.js';
import { Allowance } from './allowance.js';
import { wordsOf } from './words.js';

type Request = FastifyRequest<{ Params: { '*'?: string }; Querystring: { ask?: string } }>;

/** Links by address: so many an hour for one caller, and for all together. */
const asking = { each: 10, all: 1_000, inMs: 3_600_000 } as const;
/** Whether an address is known shows in no answer, and not in how long it takes: each takes so long, in real milliseconds. */
const answerAfterMs = 400;

export const unsubscribePage: CustomerPage = { letters: ['u'], whenCut: 'ask-for-address', routes };

/**
 * `/u/<token>`: the one-click link of RFC 8058, and the page that people see. Only a POST that says `List-Unsubscribe=One-Click` changes
 * anything, because scanners follow links. It leads to nothing but refusing: mailbox providers keep this link, and people pass it on. No
 * cookies, no redirects. Where the token is none, nothing has changed and the page says so; `POST /u` mails a fresh link to an address.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, incomplete } = answersOf(app);
  return async (server) => {
    readForms(server);
    const allowance = new Allowance(asking);

    for (const path of [freshLinksPath, `${freshLinksPath}/*`])
      server.get(path, { config: byLink('unsubscribe', 'page.unsubscribe') }, async (request: Request, reply) => {
        const messageId = messageOf(request);
        if (messageId === null)
          return request.query.ask === undefined ? incomplete(reply, languageIn(request)) : askForAddress(request, reply);
        const person = await showPreferences(app, messageId);
        const language = languageOf(request, person?.locale);
        const words = wordsOf(language);
        return show(reply, language, {
          title: words.unsubscribeTitle,
          body: html`<p>${words.unsubscribeQuestion(app.shop.brand)}</p><p class="soft">${words.ordersStill}</p>${button(language)}`,
        });
      });

    server.post(freshLinksPath, { config: openTo({ kind: 'open', internal: false }, 'link.ask') }, async (request: Request, reply) => {
      const form = formOf(request.body);
      const language = languageIn(request);
      const words = wordsOf(language);
      if (form['email'] === undefined) return incomplete(reply, languageIn(request));
      const isAddress = normaliseAddress('email', form['email']) !== null && form['email'].length <= 320;
      if (!isAddress)
        return show(reply, language, {
          status: 400,
          title: words.incompleteTitle,
          body: incompleteLink(app.shop.brand, language, words.wrongEmail),
        });
      if (!allowance.take(callerAddress(request)))
        return show(reply, language, { status: 429, title: words.failedTitle, body: html`<p>${words.askedTooOften}</p>` });
      await Promise.all([pause(answerAfterMs), mailFreshLinks(app, form['email']).catch(complain)]);
      return show(reply, language, { title: words.askedTitle, body: html`<p role="status">${words.asked(app.shop.brand)}</p>` });
    });

    server.post(
      `${freshLinksPath}/*`,
      { config: byLink('unsubscribe', 'consent.unsubscribe', changes(theirLink)) },
      async (request: Request, reply) => {
        const form = formOf(request.body);
        const language = languageIn(request);
        const messageId = messageOf(request);
        if (messageId === null) {
          app.log.warn({}, 'An unsubscribe link did not bear our signature; nothing was changed.');
          return incomplete(reply, languageIn(request));
        }
        const reason = leavingReasons.find((one) => one === form['why']);
        if (reason !== undefined) {
          await recordLeavingReason(app, messageId, reason);
          return thanks(reply, language);
        }
        if (form['List-Unsubscribe'] !== 'One-Click') return notConfirmed(reply, language);

        const how = { method: form['lang'] === undefined ? 'one-click' : 'unsubscribe-page', text: null };
        if ((await unsubscribe(app, messageId, how)) === 'unknown') return incomplete(reply, languageIn(request));
        const words = wordsOf(language);
        return show(reply, language, {
          title: words.unsubscribedTitle,
          body: html`<p>${words.unsubscribed(app.shop.brand)}</p><p class="soft">${words.ordersStill}</p>${whyForm(language)}`,
        });
      },
    );

    /** Null: no link to unsubscribe by. Any other link of ours may be in anybody's hands: people share their carts. */
    function messageOf(request: Request): string | null {
      const link = readLink(app.secret, request.params['*'] ?? '');
      return link?.purpose === 'unsubscribe' ? link.id : null;
    }

    function languageIn(request: Request): Language {
      return languageOf(request, formOf(request.body)['lang']);
    }

    /** From a mail in the browser, whose links act for nobody. */
    function askForAddress(request: Request, reply: FastifyReply) {
      const language = languageIn(request);
      const words = wordsOf(language);
      return show(reply, language, {
        title: words.linksTitle,
        body: html`<p>${words.linksIntro(app.shop.brand)}</p>${addressForm(language)}`,
      });
    }

    function thanks(reply: FastifyReply, language: Language) {
      const { unsubscribedTitle, whyThanks } = wordsOf(language);
      return show(reply, language, { title: unsubscribedTitle, body: html`<p>${whyThanks}</p>` });
    }

    function notConfirmed(reply: FastifyReply, language: Language) {
      const words = wordsOf(language);
      return show(reply, language, {
        status: 400,
        title: words.notConfirmedTitle,
        body: html`<p>${words.notConfirmed}</p>${button(language)}`,
      });
    }

    function complain(error: unknown): void {
      app.log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'A fresh link could not be sent to who asked for one.');
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
