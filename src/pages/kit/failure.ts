import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, readProblem } from '../../api/problem.js';
import type { AppDeps } from '../../app/deps.js';
import { answersOf } from './answers.js';
import type { CustomerPage } from './customer-page.js';
import { html } from './page.js';
import { kitWordsOf } from './words.js';

/** What a page says when it cannot be shown or saved: to people, who read no JSON. */
export function pageFailure(app: Pick<AppDeps, 'log' | 'shop'>, pageAt: (url: string) => CustomerPage | null) {
  const { incomplete, gone, show, languageOf } = answersOf(app);
  return (error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply) => {
    const { status } = readProblem(app.log, error, request);
    const language = languageOf(request);
    const words = kitWordsOf(language);
    if (status === 400 || status === 404 || status === 414)
      return pageAt(request.url)?.whenCut === 'ask-for-address' ? incomplete(reply, language, status) : gone(reply, language, { status });
    const said = status === 413 ? words.tooLarge : words.tryAgain;
    return show(reply, language, { status, title: words.failedTitle, body: html`<p>${said}</p>` });
  };
}
