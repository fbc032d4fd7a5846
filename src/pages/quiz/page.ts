import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { byLink, changes, reads, theirLink } from '../../api/access.js';
import { callerAddress } from '../../api/caller-address.js';
import { recordConsents } from '../../app/consent/record-consents.js';
import type { AppDeps } from '../../app/deps.js';
import { answerQuestion, restartQuiz } from '../../app/quiz/answer-question.js';
import { recordOneClick } from '../../app/quiz/one-click.js';
import { type QuizVisit, visitQuiz } from '../../app/quiz/visit.js';
import { readLink } from '../../domain/keys/link-token.js';
import { type QuizQuestion, wordsIn } from '../../domain/quiz/quiz.js';
import { resultOf } from '../../domain/quiz/score.js';
import { standingIn } from '../../domain/quiz/walk.js';
import { answersOf, toShop } from '../kit/answers.js';
import type { CustomerPage } from '../kit/customer-page.js';
import { type Form, formOf, readForms } from '../kit/form.js';
import { html } from '../kit/page.js';
import { isFromElsewhere } from '../kit/same-origin.js';
import type { Language } from '../kit/words.js';
import { introForm, questionForm, resultBody } from './view.js';
import { wordsOf } from './words.js';

interface Params {
  readonly token: string;
  readonly quiz: string;
  readonly question?: string;
  readonly answer?: string;
}
type Request = FastifyRequest<{ Params: Params; Querystring: { readonly at?: string } }>;

export const quizPage: CustomerPage = { letters: ['q'], whenCut: 'gone', routes };

/**
 * `/q/<token>/<quiz>`: one question a page, where the person left off, on any device. A GET sets nothing: `/<question>/<answer>` behind it,
 * the link of an answer in a message, is kept until a person's button confirms it or no sign of a machine comes. Each POST keeps one answer
 * and leads to the next page.
 */
function routes(app: AppDeps): FastifyPluginAsync {
  const { languageOf, show, fromElsewhere, gone } = answersOf(app);
  return async (server) => {
    readForms(server);
    const config = byLink('quiz', 'quiz.answer-show', reads(theirLink));

    server.get('/q/:token/:quiz', { config }, async (request: Request, reply) => {
      const visit = await visited(request, reply);
      return visit === null ? reply : answer(request, reply, visit, { at: request.query.at ?? null });
    });

    server.get(
      '/q/:token/:quiz/:question/:answer',
      { config: byLink('quiz', 'quiz.answer-follow', reads(theirLink)) },
      async (request: Request, reply) => {
        const visit = await visited(request, reply);
        if (visit === null) return reply;
        const { question = '', answer: chosen = '' } = request.params;
        const visitor = { isHead: request.method === 'HEAD', userAgent: request.headers['user-agent'] ?? null };
        await recordOneClick(app, visit, { question, answer: chosen, ...visitor });
        return answer(request, reply, visit, { at: question, followed: chosen });
      },
    );

    server.post('/q/:token/:quiz', { config: byLink('quiz', 'quiz.answer', changes(theirLink)) }, async (request: Request, reply) => {
      if (isFromElsewhere(request, app.publicUrl)) return fromElsewhere(request, reply);
      const visit = await visited(request, reply);
      if (visit === null) return reply;
      const form = formOf(request.body);
      switch (form['move']) {
        case 'start':
        case 'again':
          await restartQuiz(app, visit);
          return onward(request, reply);
        case 'consent':
          return agreed(request, reply, visit, form);
        case undefined:
        default:
          return answered(request, reply, visit, form);
      }
    });

    /** Keeps the answer, and leads to the next question; with something missing the question stands again, and says what. */
    async function answered(request: Request, reply: FastifyReply, visit: QuizVisit, form: Form) {
      const question = visit.quiz.questions.find(({ id }) => id === form['question']);
      if (question === undefined) return answer(request, reply, visit, { at: null });
      const language = languageOf(request, visit.locale);
      const words = wordsOf(language);
      const chosen = form['move'] === 'skip' ? null : chosenIn(form, question);
      const again = (note: string) => answer(request, reply, visit, { at: question.id, note, status: 400, chosen: chosen ?? [] });
      if (chosen !== null && chosen.length === 0) return again(words.choose);
      if (chosen !== null && question.consent !== null && form['agree'] === undefined) return again(words.agree);
      const consent = question.consent === null || chosen === null ? null : wordsIn(question.consent, language);
      await answerQuestion(app, visit, { question, chosen, agreed: consent });
      return onward(request, reply);
    }

    /** What was agreed to is kept with the words, the page, and who sent it. */
    async function agreed(request: Request, reply: FastifyReply, visit: QuizVisit, form: Form) {
      const { consent, id } = visit.quiz;
      const language = languageOf(request, visit.locale);
      if (consent === null || form['consent'] === undefined) return answer(request, reply, visit, { at: null });
      await recordConsents(app, visit.profileId, [
        {
          channel: 'email',
          topic: consent.topic,
          state: 'granted',
          method: 'quiz',
          source: `quiz/${id}`,
          text: wordsIn(consent.say, language),
          locale: language,
          sourceUrl: `${app.publicUrl}/q`,
          ip: callerAddress(request),
          userAgent: request.headers['user-agent']?.slice(0, 500) ?? null,
          at: app.clock.now(),
        },
      ]);
      return answer(request, reply, visit, { at: null, done: wordsOf(language).consentDone });
    }

    function answer(
      request: Request,
      reply: FastifyReply,
      visit: QuizVisit,
      how: {
        readonly at: string | null;
        readonly followed?: string;
        readonly note?: string;
        readonly done?: string;
        readonly status?: number;
        readonly chosen?: readonly string[];
      },
    ) {
      const language = languageOf(request, visit.locale);
      const path = pathOf(request);
      const { quiz, given, run } = visit;
      const title = wordsIn(quiz.title, language);
      const named = quiz.questions.find(({ id }) => id === how.at);
      if (named === undefined && run === null) return show(reply, language, { title, body: introForm(visit, language, path) });
      const { next } = standingIn(quiz, given);
      const question = named ?? next;
      if (question === null) {
        const result = resultOf(quiz, given);
        const body = resultBody(app.shop, visit, result, language, path, { asksConsent: how.done === undefined, note: how.done ?? null });
        return show(reply, language, { title: wordsIn(result.title, language), body, hasPictures: true });
      }
      const followed = question.answers.some(({ id }) => id === how.followed) ? how.followed : undefined;
      const view = {
        purpose: app.fields?.current().get(question.field)?.purpose ?? null,
        chosen: how.chosen ?? (followed === undefined ? (given[question.id] ?? []) : [followed]),
        note: how.note ?? (followed === undefined ? null : wordsOf(language).lastChoice),
      };
      const body = questionForm(app.shop, visit, question, language, path, view);
      return show(reply, language, { status: how.status ?? 200, title, body, hasPictures: true });
    }

    /** Null: answered already, that there is none. */
    async function visited(request: Request, reply: FastifyReply): Promise<QuizVisit | null> {
      const link = readLink(app.secret, request.params.token);
      const visit = link?.purpose === 'quiz' ? await visitQuiz(app, link.id, request.params.quiz) : null;
      if (visit !== null && typeof visit !== 'string') return visit;
      const language = languageOf(request);
      if (visit === null) void gone(reply, language, { more: toShop(app.shop, language) });
      else void closed(reply, language, visit);
      return null;
    }

    function closed(reply: FastifyReply, language: Language, why: 'gone' | 'late') {
      const words = wordsOf(language);
      const [title, text] =
        why === 'gone' ? [words.goneTitle, words.goneText(app.shop.brand)] : [words.lateTitle, words.lateText(app.shop.brand)];
      return show(reply, language, { status: why === 'gone' ? 404 : 410, title, body: html`<p>${text}</p>${toShop(app.shop, language)}` });
    }
  };
}

function pathOf({ params: { token, quiz } }: Request): string {
  return `/q/${encodeURIComponent(token)}/${encodeURIComponent(quiz)}`;
}

/** A page that is loaded again sends no form again. */
function onward(request: Request, reply: FastifyReply) {
  return reply.header('cache-control', 'no-store').redirect(pathOf(request), 303);
}

/** Ids of answers of the question; others are left out. */
function chosenIn(form: Form, { answers, several }: QuizQuestion): readonly string[] {
  return answers.flatMap(({ id }) => ((several ? form[`a.${id}`] !== undefined : form['answer'] === id) ? [id] : []));
}
