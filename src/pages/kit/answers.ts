import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { incompleteLink } from './incomplete-link.js';
import { type Html, html, type PageContent, sendPage } from './page.js';
import { kitWordsOf, type Language, pickLanguage } from './words.js';

/** How every page answers: in the shop's look and the visitor's language, and the same where a link or a form is not what it should be. */
export interface Answers {
  /** The first of these that the pages speak, else what the browser asks for, else the shop's own. */
  readonly languageOf: (request: FastifyRequest, ...known: readonly (string | null | undefined)[]) => Language;
  readonly show: (reply: FastifyReply, language: Language, page: PageContent) => FastifyReply;
  /** 403: the form came from a page that is not ours. */
  readonly fromElsewhere: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
  /** A part of the link is missing, and there is a way by address. `status`: 404 unless it is said. */
  readonly incomplete: (reply: FastifyReply, language: Language, status?: number) => FastifyReply;
  /** Nothing is known of the link. `more`: where else to go; `status`: 404 unless it is said. */
  readonly gone: (reply: FastifyReply, language: Language, how?: { readonly more?: Html; readonly status?: number }) => FastifyReply;
}

export function answersOf({ shop }: Pick<AppDeps, 'shop'>): Answers {
  const show: Answers['show'] = (reply, language, page) => sendPage(reply, { shop, language, ...page });
  const languageOf: Answers['languageOf'] = (request, ...known) => pickLanguage(...known, request.headers['accept-language'], shop.locale);
  return {
    languageOf,
    show,
    fromElsewhere(request, reply) {
      const language = languageOf(request);
      const { notConfirmedTitle, fromElsewhere } = kitWordsOf(language);
      return show(reply, language, { status: 403, title: notConfirmedTitle, body: html`<p>${fromElsewhere}</p>` });
    },
    incomplete: (reply, language, status = 404) =>
      show(reply, language, { status, title: kitWordsOf(language).incompleteTitle, body: incompleteLink(shop.brand, language) }),
    gone(reply, language, { more = html``, status = 404 } = {}) {
      const { goneTitle, gone } = kitWordsOf(language);
      return show(reply, language, { status, title: goneTitle, body: html`<p>${gone(shop.brand)}</p>${more}` });
    },
  };
}

/** A way on where a link leads nowhere. */
export function toShop({ brand, siteUrl }: AppDeps['shop'], language: Language): Html {
  return html`<p><a href="${siteUrl}">${kitWordsOf(language).toShop(brand)}</a></p>`;
}
