import type { QuizTold } from '../../domain/answers/answer-events.js';
import { type Field, usualValidMs } from '../../domain/answers/field.js';
import { seal } from '../../domain/keys/sealed.js';
import type { Quiz, QuizQuestion } from '../../domain/quiz/quiz.js';
import { standingIn } from '../../domain/quiz/walk.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Trx } from '../../store/db.js';
import { judgeOneClicks, readOneClicks, readSubjectsOfMessage } from '../../store/one-clicks.js';
import { lockProfiles } from '../../store/profiles.js';
import { beginRun, saveRun } from '../../store/quiz-runs.js';
import { writeTold } from '../answers/record-answers.js';
import type { AppDeps } from '../deps.js';
import { openGiven, type QuizVisit } from './visit.js';

export type QuizDeps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments' | 'secret' | 'fields'>;

/** What a person said to one question. `chosen` null: skipped. `agreed`: the words of the consent, where the question needs one. */
export interface QuestionAnswered {
  readonly question: QuizQuestion;
  readonly chosen: readonly string[] | null;
  readonly agreed: string | null;
}

/**
 * Keeps one answer, and how far the person is, in one transaction: what was answered is committed before the next question is shown. The
 * last answer completes the quiz. False: the person is gone.
 */
export async function answerQuestion(deps: QuizDeps, visit: QuizVisit, said: QuestionAnswered): Promise<boolean> {
  const kept = await deps.store.transaction(async (trx) => {
    const [profile] = await lockProfiles(trx, [visit.profileId]);
    if (profile === undefined || profile.erased_at !== null) return false;
    const at = deps.clock.now();
    await keepAnswer(deps, trx, { ...visit, profileId: profile.id as ProfileId }, { ...said, source: 'quiz', at });
    const clicks = (await readOneClicks(trx, visit.messageId)).filter(
      ({ quiz, question, verdict }) => quiz === visit.quiz.id && question === said.question.id && verdict !== 'machine',
    );
    await judgeOneClicks(
      trx,
      clicks.map(({ seq }) => seq),
      'confirmed',
      null,
    );
    return true;
  });
  if (kept) deps.notifyRelay();
  return kept;
}

/** Begins again; what was answered before stays among the answers. */
export async function restartQuiz(deps: QuizDeps, { profileId, messageId, quiz, version }: QuizVisit): Promise<void> {
  await deps.store.transaction(async (trx) => {
    await lockProfiles(trx, [profileId]);
    const at = deps.clock.now();
    const { isNew } = await beginRun(trx, { profileId, quiz: quiz.id, version, at });
    const about = await readSubjectsOfMessage(trx, messageId);
    if (isNew) await writeTold(deps, trx, profileId, { quiz: quiz.id, version, about, step: 'started', given: [] }, at);
  });
  deps.notifyRelay();
}

/** The same inside a transaction that has locked the profile. */
export async function keepAnswer(
  deps: QuizDeps,
  trx: Trx,
  { profileId, messageId, quiz, version }: Pick<QuizVisit, 'profileId' | 'messageId' | 'quiz' | 'version'>,
  said: QuestionAnswered & { readonly source: 'quiz' | 'message'; readonly at: Instant },
): Promise<void> {
  const { question, chosen, at } = said;
  const { run, isNew } = await beginRun(trx, { profileId, quiz: quiz.id, version, at });
  const field = deps.fields?.current().get(question.field);
  const isSpecial = question.consent !== null || (field?.special ?? null) !== null;
  const kept = chosen === null || !isSpecial ? chosen : seal(deps.secret, question.field, chosen);
  const given = { ...run.given, [question.id]: kept };
  const isDone = said.source === 'quiz' && standingIn(quiz, openGiven(deps, quiz, { given })).next === null;
  await saveRun(trx, { seq: run.seq, given, completedAt: isDone ? at : null, at });
  const asked = { quiz: quiz.id, version, about: await readSubjectsOfMessage(trx, messageId) };
  const tell = (step: QuizTold['step'], answers: QuizTold['given']) =>
    writeTold(deps, trx, profileId, { ...asked, step, given: answers }, at);
  if (isNew) await tell('started', []);
  if (chosen !== null) await tell('answered', [toldOf(deps, quiz, said, { field, isSpecial })]);
  if (isDone) await tell('completed', []);
}

function toldOf(
  deps: QuizDeps,
  { id }: Quiz,
  { question, chosen, agreed, source }: QuestionAnswered & { readonly source: string },
  { field, isSpecial }: { readonly field: Field | undefined; readonly isSpecial: boolean },
): QuizTold['given'][number] {
  const { field: name, several } = question;
  const value = several ? chosen : (chosen?.[0] ?? null);
  return {
    name,
    value: isSpecial ? seal(deps.secret, name, value) : value,
    source,
    purpose: field?.purpose ?? null,
    validMs: field?.validMs ?? usualValidMs,
    consent: agreed === null ? null : { text: agreed, method: `quiz ${id}` },
  };
}
