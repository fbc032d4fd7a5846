import { isSealed, open } from '../../domain/keys/sealed.js';
import { normaliseAddress } from '../../domain/messages/channel.js';
import { localeOf } from '../../domain/people/own-words.js';
import type { Given, Quiz } from '../../domain/quiz/quiz.js';
import { day } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import type { Db, Trx } from '../../store/db.js';
import { readDefinitionVersion } from '../../store/definitions.js';
import { readMessageRecipient } from '../../store/messages-read.js';
import { readQuizMessage } from '../../store/one-clicks.js';
import { findCanonicalProfile, readProfile } from '../../store/profiles-read.js';
import { type QuizRun, readNewestRun } from '../../store/quiz-runs.js';
import type { AppDeps } from '../deps.js';
import { isAddressOf } from '../ingest/shared-addresses.js';

/** So long a link opens the quiz: a mail may have been passed on. */
const linkMs = 180 * day;

/** A person at a quiz, as the link in a message opens it. Personal data. */
export interface QuizVisit {
  readonly profileId: ProfileId;
  readonly messageId: string;
  readonly locale: string | null;
  readonly quiz: Quiz;
  readonly version: number;
  /** Null: not begun. */
  readonly run: QuizRun | null;
  readonly given: Given;
}

type Deps = Pick<AppDeps, 'store' | 'clock' | 'secret'>;

/**
 * `gone`: no such quiz is in force. `late`: the link is too old, or the address is somebody else's by now. Null: no such message, or the
 * person was erased. Changes nothing.
 */
export async function visitQuiz(deps: Deps, messageId: string, quizId: string): Promise<QuizVisit | 'gone' | 'late' | null> {
  const { db } = deps.store;
  const message = await readQuizMessage(db, messageId);
  const recipient = message === null ? null : await readMessageRecipient(db, messageId);
  const id = message === null ? null : await findCanonicalProfile(db, message.profileId);
  const profile = id === null ? null : await readProfile(db, id);
  if (message === null || recipient === null || profile === null || profile.erasedAt !== null) return null;
  if (deps.clock.now() - message.createdAt > linkMs) return 'late';
  const used = normaliseAddress(recipient.channel, recipient.address);
  if (used === null || !isAddressOf(profile, recipient)) return 'late';
  const run = await readNewestRun(db, profile.id, quizId);
  const found = await quizFor(db, quizId, run);
  if (found === null) return 'gone';
  const isOwn = run !== null && run.version === found.version;
  return {
    profileId: profile.id as ProfileId,
    messageId,
    locale: localeOf(profile.traits),
    ...found,
    run: isOwn ? run : null,
    given: isOwn ? openGiven(deps, found.quiz, run) : {},
  };
}

/** Who began a version goes on with it, until it is done or the quiz is out of force; who comes back afterwards sees the result of it. */
async function quizFor(db: Db | Trx, id: string, run: QuizRun | null): Promise<{ readonly quiz: Quiz; readonly version: number } | null> {
  const newest = await readDefinitionVersion(db, 'quiz', id, 'newest');
  if (newest === null || newest.definition === null) return null;
  const pinned = run === null || run.version === newest.version ? newest : await readDefinitionVersion(db, 'quiz', id, run.version);
  const { definition, version } = pinned?.definition === null || pinned === null ? newest : pinned;
  return { quiz: definition as unknown as Quiz, version };
}

/** What was said, opened where it is encrypted; what does not open was not said. */
export function openGiven({ secret }: Pick<AppDeps, 'secret'>, quiz: Quiz, { given }: Pick<QuizRun, 'given'>): Given {
  return Object.fromEntries(
    Object.entries(given).flatMap(([id, kept]) => {
      const field = quiz.questions.find((question) => question.id === id)?.field;
      const said = isSealed(kept) && field !== undefined ? open(secret, field, kept) : kept;
      return said === null || Array.isArray(said) ? [[id, said as readonly string[] | null]] : [];
    }),
  );
}
