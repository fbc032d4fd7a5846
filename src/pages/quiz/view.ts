import type { QuizVisit } from '../../app/quiz/visit.js';
import { type QuizQuestion, type QuizResult, wordsIn } from '../../domain/quiz/quiz.js';
import { questionBefore, standingIn } from '../../domain/quiz/walk.js';
import type { Shop } from '../../domain/shop/shop.js';
import { leadsToShop } from '../../domain/shop/shop-address.js';
import { type Html, html } from '../kit/page.js';
import type { Language } from '../kit/words.js';
import { wordsOf } from './words.js';

/** What the page of a question shows beside it. */
export interface QuestionView {
  /** Why it is asked, where the quiz does not say it. */
  readonly purpose: string | null;
  /** Chosen already, or by the link that was followed. */
  readonly chosen: readonly string[];
  /** What was missing in the form, or what was noted. */
  readonly note: string | null;
}

/** One question, its answers as a form that works without scripts and can be read aloud. `path`: of the quiz. */
export function questionForm(
  shop: Shop,
  visit: QuizVisit,
  question: QuizQuestion,
  language: Language,
  path: string,
  view: QuestionView,
): Html {
  const words = wordsOf(language);
  const say = (text: Parameters<typeof wordsIn>[0]): string => wordsIn(text, language);
  const { at, of } = placeOf(visit, question);
  const before = questionBefore(visit.quiz, visit.given, question.id);
  const why = question.why === null ? view.purpose : say(question.why);
  return html`<p class="soft" id="place">${words.progress(at, of)}</p>
<progress value="${at - 1}" max="${of}" aria-labelledby="place"></progress>
${view.note === null ? html`` : html`<p class="note" role="alert">${view.note}</p>`}
<form method="post" action="${path}"><input type="hidden" name="question" value="${question.id}">
<fieldset class="choices"><legend>${say(question.ask)}</legend>
${question.several ? html`<p class="soft">${words.several}</p>` : html``}
${question.answers.map((answer) => {
  const input = question.several
    ? html`<input type="checkbox" name="a.${answer.id}"${chosen(view, answer.id)}>`
    : html`<input type="radio" name="answer" value="${answer.id}"${chosen(view, answer.id)}>`;
  return html`<label>${input}${picture(shop, answer.picture)}<span>${say(answer.say)}</span></label>`;
})}</fieldset>
${why === null ? html`` : html`<p class="soft">${words.why} ${why}</p>`}
${question.consent === null ? html`` : html`<label><input type="checkbox" name="agree"><span>${say(question.consent)}</span></label>`}
<div class="actions"><button type="submit" name="move" value="next">${words.next}</button><button type="submit" class="plain" name="move" value="skip">${words.skip}</button></div>
</form>
${before === null ? html`` : html`<p><a href="${path}?at=${before.id}">${words.back}</a></p>`}`;
}

/** On the person's way: which question it is, and of how many at most. Beside it, as by a link in a message: its place in the file. */
function placeOf({ quiz, given }: QuizVisit, question: QuizQuestion): { readonly at: number; readonly of: number } {
  const { behind, next } = standingIn(quiz, given);
  const inFile = quiz.questions.findIndex(({ id }) => id === question.id);
  const way = next === null ? behind : [...behind, next];
  const place = way.findIndex(({ id }) => id === question.id);
  return place === -1 ? { at: inFile + 1, of: quiz.questions.length } : { at: place + 1, of: place + quiz.questions.length - inFile };
}

function chosen(view: QuestionView, id: string): Html {
  return view.chosen.includes(id) ? html` checked` : html``;
}

/** Only from the shop's own hosts. The words beside it say the same. */
function picture(shop: Shop, address: string | null): Html {
  return address === null || !leadsToShop(shop.hosts, address) ? html`` : html`<img src="${address}" alt="">`;
}

/** The first page: nothing is kept before the button is pressed. */
export function introForm({ quiz }: QuizVisit, language: Language, path: string): Html {
  const words = wordsOf(language);
  return html`<p>${wordsIn(quiz.intro, language)}</p><p class="soft">${words.notEmail}</p>
<div class="actions"><form method="post" action="${path}"><button type="submit" name="move" value="start">${words.start}</button></form></div>`;
}

/** `consent`: shown where the person has not agreed yet; `note`: what was done. */
export function resultBody(
  shop: Shop,
  { quiz }: QuizVisit,
  result: QuizResult,
  language: Language,
  path: string,
  { asksConsent, note }: { readonly asksConsent: boolean; readonly note: string | null },
): Html {
  const words = wordsOf(language);
  const { link, text, picture: shown } = result;
  const consent =
    quiz.consent === null || !asksConsent
      ? html``
      : html`<section aria-labelledby="touch"><h2 id="touch">${words.consentTitle}</h2><form method="post" action="${path}">
<label><input type="checkbox" name="consent"><span>${wordsIn(quiz.consent.say, language)}</span></label>
<div class="actions"><button type="submit" class="plain" name="move" value="consent">${words.consentSave}</button></div></form></section>`;
  return html`${note === null ? html`` : html`<p class="note" role="status">${note}</p>`}<div class="result">${picture(shop, shown)}<p>${wordsIn(text, language)}</p></div>
<div class="actions">${link === null ? html`` : html`<a class="button" href="${link.url}">${wordsIn(link.say, language)}</a>`}<form method="post" action="${path}"><button type="submit" class="plain" name="move" value="again">${words.again}</button></form></div>
${consent}`;
}
