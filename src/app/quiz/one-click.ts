import { type ClickHit, judgeClick, settleClickMs } from '../../domain/quiz/one-click.js';
import type { Quiz, QuizQuestion } from '../../domain/quiz/quiz.js';
import { humanLimits } from '../../domain/tracking/human-click.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { readDefinitionVersion } from '../../store/definitions.js';
import { readInteractions } from '../../store/interactions.js';
import {
  insertOneClick,
  judgeOneClicks,
  messagesWithPending,
  type OneClick,
  readOneClicks,
  readQuizMessage,
  removeOneClickAnswer,
} from '../../store/one-clicks.js';
import { lockProfiles } from '../../store/profiles.js';
import { readNewestRun, saveRun } from '../../store/quiz-runs.js';
import { keepAnswer, type QuizDeps } from './answer-question.js';
import type { QuizVisit } from './visit.js';

/** More of one message are not kept: a program that goes round in circles. */
const keptOfMessage = 200;
const settledAtOnce = 100;

/**
 * The link of an answer in a message was followed. It sets nothing by itself: it is kept, and judged. An answer to a special question is
 * not kept at all, since nobody agreed to that.
 */
export async function recordOneClick(deps: QuizDeps, visit: QuizVisit, hit: Omit<ClickHit, 'at' | 'deliveredAt'>): Promise<void> {
  const { messageId, quiz } = visit;
  const question = quiz.questions.find(({ id }) => id === hit.question);
  if (question === undefined || question.consent !== null || !question.answers.some(({ id }) => id === hit.answer)) return;
  await deps.store.transaction(async (trx) => {
    const [profile] = await lockProfiles(trx, [visit.profileId]);
    const message = await readQuizMessage(trx, messageId);
    if (profile === undefined || profile.erased_at !== null || message === null) return;
    const all = await readOneClicks(trx, messageId);
    if (all.length >= keptOfMessage) return;
    const at = deps.clock.now();
    const past = all.map((one) => ({
      ...one,
      verdict: one.verdict === 'machine' ? ('machine' as const) : ('pending' as const),
      isOpen: one.verdict === 'pending' || one.verdict === 'counted',
    }));
    const limits = humanLimits(deps.policies.current().engagement.humans, deps.clock.rate);
    const judged = judgeClick({ ...hit, at, deliveredAt: message.deliveredAt }, past, await readInteractions(trx, messageId), limits);
    const profileId = profile.id as ProfileId;
    const of = { profileId, messageId, quiz: quiz.id, question: hit.question, answer: hit.answer };
    await insertOneClick(trx, { ...of, verdict: judged.verdict, reason: judged.reason, at });
    const open = past.filter(({ isOpen }) => isOpen).map(({ seq }) => seq);
    const machine = judged.machine.filter((seq) => open.includes(seq));
    await judgeOneClicks(trx, machine, 'machine', judged.reason);
    await judgeOneClicks(trx, judged.unclear, 'unclear', 'another-answer');
    const wrong = all.filter(({ seq, verdict }) => verdict === 'counted' && (machine.includes(seq) || judged.unclear.includes(seq)));
    for (const one of wrong) await takeBack(deps, trx, quiz, one);
  });
}

/** An answer that counted, and was no person's, is gone again. What journeys did meanwhile is done. */
async function takeBack(deps: QuizDeps, trx: Trx, quiz: Quiz, { profileId, question, at }: OneClick): Promise<void> {
  const field = quiz.questions.find(({ id }) => id === question)?.field;
  if (field !== undefined) await removeOneClickAnswer(trx, profileId, field, at);
  const run = await readNewestRun(trx, profileId, quiz.id);
  if (run === null || run.completedAt !== null) return;
  const { [question]: _gone, ...given } = run.given;
  await saveRun(trx, { seq: run.seq, given, completedAt: null, at: deps.clock.now() });
}

/** Answers by a link without a sign of a machine count after a while, if nobody followed another answer to the question. Their number. */
export async function settleOneClicks(deps: QuizDeps): Promise<number> {
  const before = deps.clock.now() - settleClickMs * deps.clock.rate;
  let counted = 0;
  for (const messageId of await messagesWithPending(deps.store.db, before, settledAtOnce))
    counted += await deps.store.transaction((trx) => settle(deps, trx, messageId, before));
  if (counted > 0) deps.notifyRelay();
  return counted;
}

async function settle(deps: QuizDeps, trx: Trx, messageId: string, before: number): Promise<number> {
  const message = await readQuizMessage(trx, messageId);
  const [profile] = message === null ? [] : await lockProfiles(trx, [message.profileId]);
  const all = await readOneClicks(trx, messageId);
  const due = all.filter(({ verdict, at }) => verdict === 'pending' && at <= before);
  let counted = 0;
  for (const click of due) {
    const found = profile === undefined || profile.erased_at !== null ? null : await questionOf(trx, click);
    if (found === null || profile === undefined) {
      await judgeOneClicks(trx, [click.seq], 'unclear', 'gone');
      continue;
    }
    const profileId = profile.id as ProfileId;
    const said = { question: found.question, chosen: [click.answer], agreed: null, source: 'message' as const, at: click.at };
    // The same answer twice is one.
    if (!isKnown(all, click)) {
      await keepAnswer(deps, trx, { profileId, messageId, quiz: found.quiz, version: found.version }, said);
      counted += 1;
    }
    await judgeOneClicks(trx, [click.seq], 'counted', null);
  }
  return counted;
}

function isKnown(all: readonly OneClick[], { seq, question, answer }: OneClick): boolean {
  return all.some(
    (one) =>
      one.seq < seq && one.question === question && one.answer === answer && (one.verdict === 'counted' || one.verdict === 'pending'),
  );
}

/** Null: the quiz is out of force, or no longer asks this. */
async function questionOf(
  trx: Trx,
  { quiz: id, question, answer }: OneClick,
): Promise<{ readonly quiz: Quiz; readonly version: number; readonly question: QuizQuestion } | null> {
  const version = await readDefinitionVersion(trx, 'quiz', id, 'newest');
  const quiz = version?.definition as unknown as Quiz | null | undefined;
  const found = quiz?.questions.find((one) => one.id === question && one.answers.some((known) => known.id === answer));
  return version === null || quiz === null || quiz === undefined || found === undefined
    ? null
    : { quiz, version: version.version, question: found };
}
