import type { Given, Quiz, QuizQuestion } from './quiz.js';

/** Where a person is in a quiz. */
export interface Standing {
  /** Questions that were answered or skipped, on the way that the answers lead. */
  readonly behind: readonly QuizQuestion[];
  /** The question to ask; null: the result. */
  readonly next: QuizQuestion | null;
  /** So many questions are still to come at most, with `next`. */
  readonly ahead: number;
}

/** The way ends without fail: questions lead forward only, which lint sees to; a longer way than the quiz has questions ends too. */
export function standingIn(quiz: Quiz, given: Given): Standing {
  const behind: QuizQuestion[] = [];
  let next = quiz.questions[0] ?? null;
  while (next !== null && Object.hasOwn(given, next.id) && behind.length < quiz.questions.length) {
    behind.push(next);
    next = questionAfter(quiz, next, given[next.id] ?? null);
  }
  return { behind, next, ahead: next === null ? 0 : quiz.questions.length - quiz.questions.indexOf(next) };
}

/** The question after this one; null: the result. The first of the chosen answers that names a way decides. */
function questionAfter(quiz: Quiz, question: QuizQuestion, chosen: readonly string[] | null): QuizQuestion | null {
  const named = question.answers.find(({ id, next }) => next !== null && chosen?.includes(id) === true)?.next ?? question.next;
  if (named === 'end') return null;
  if (named !== null) return quiz.questions.find(({ id }) => id === named) ?? null;
  return quiz.questions[quiz.questions.indexOf(question) + 1] ?? null;
}

/** The question before this one on the person's way; null: it is the first, or is not on the way. */
export function questionBefore(quiz: Quiz, given: Given, id: string): QuizQuestion | null {
  const { behind, next } = standingIn(quiz, given);
  const way = next === null ? behind : [...behind, next];
  const place = way.findIndex((question) => question.id === id);
  return place < 1 ? null : (way[place - 1] ?? null);
}
