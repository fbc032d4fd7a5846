import type { Given, Quiz, QuizResult } from './quiz.js';
import { standingIn } from './walk.js';

/** Votes for results, and tags that are ruled out, by the answers on the person's way. */
export interface Votes {
  readonly byTag: ReadonlyMap<string, number>;
  readonly excluded: ReadonlySet<string>;
}

/** Answers to questions that the person came by and that a later change of mind left aside do not vote. */
export function votesOf(quiz: Quiz, given: Given): Votes {
  const chosen = standingIn(quiz, given).behind.flatMap(({ id, answers }) =>
    answers.filter((answer) => given[id]?.includes(answer.id) === true),
  );
  const byTag = new Map<string, number>();
  for (const tag of chosen.flatMap(({ include }) => include)) byTag.set(tag, (byTag.get(tag) ?? 0) + 1);
  return { byTag, excluded: new Set(chosen.flatMap(({ exclude }) => exclude)) };
}

/**
 * The result with the most votes for its tags; of several the first in the file. One with a tag that an answer rules out is never shown.
 * Where none is left or nothing was voted for, the fallback: the page is never empty.
 */
export function resultOf(quiz: Quiz, given: Given): QuizResult {
  const { byTag, excluded } = votesOf(quiz, given);
  let best: { readonly result: QuizResult; readonly score: number } | null = null;
  for (const result of quiz.results) {
    if (result.tags.some((tag) => excluded.has(tag))) continue;
    const score = result.tags.reduce((sum, tag) => sum + (byTag.get(tag) ?? 0), 0);
    if (score > 0 && (best === null || score > best.score)) best = { result, score };
  }
  return best?.result ?? quiz.fallback;
}
