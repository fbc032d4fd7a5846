import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { AppDeps } from '../../app/deps.js';
import { type Problem, readProblem } from '../problem.js';
import { incompleteLink } from './incomplete-link.js';
import { html, sendPage } from './page.js';
import { pickLanguage, wordsOf } from './words.js';

/** Is this the address of a page for people? Also one that a mail program has cut short. */
export function isPage(url: string): boolean {
  return /^\/[ucpdloxv](?:[/?]|$)/.test(url);
}

/** What a page says when it cannot be shown or saved: to people, who read no JSON. */
export function pageFailure(app: Pick<AppDeps, 'log' | 'shop'>) {
  return (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) => {
    const { status } = readProblem(app.log, error, request);
    const language = pickLanguage(request.headers['accept-language'], app.shop.locale);
    const words = wordsOf(language);
    const isLink = status === 400 || status === 404 || status === 414;
    // Who cannot unsubscribe by a link that was cut needs another way to.
    if (isLink && /^\/[up]\b/.test(request.url))
      return sendPage(reply, {
        shop: app.shop,
        language,
        status,
        title: words.incompleteTitle,
        body: incompleteLink(app.shop.brand, language),
      });
    const said = isLink ? words.gone(app.shop.brand) : status === 413 ? words.tooLarge : words.tryAgain;
    return sendPage(reply, {
      shop: app.shop,
      language,
      status,
      title: isLink ? words.goneTitle : words.failedTitle,
      body: html`<p>${said}</p>`,
    });
  };
}
