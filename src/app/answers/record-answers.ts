import { type QuizTold, readQuizEvent } from '../../domain/answers/answer-events.js';
import { noFields } from '../../domain/answers/field.js';
import { sealSpecial } from '../../domain/answers/seal-special.js';
import type { Fact } from '../../domain/events/fact.js';
import type { About } from '../../domain/events/subject.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { removeTakenBack, writeAnswers } from '../../store/answers.js';
import type { Trx } from '../../store/db.js';
import type { AppDeps } from '../deps.js';
import { tellFacts } from '../ingest/tell-facts.js';
import { withPerson } from '../people/with-person.js';
import { flagWrites } from './flag-values.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'segments' | 'secret' | 'fields'>;

/** As an event `Question Answered` has them among its properties. */
export interface AnswersSaid {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly source: string;
  readonly quiz?: string | null;
  readonly version?: number | null;
  readonly purpose?: string | null;
  readonly consent?: { readonly text: string; readonly method: string } | null;
}

export type RecordAnswersResult =
  | { readonly kind: 'recorded' | 'unknown-profile' }
  /** `reason`: a sentence naming the field, never its value. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Records answers of one person from the API, all of them or none. Returns after journeys have got the facts. */
export async function recordAnswers(
  deps: Deps,
  profileId: string,
  said: AnswersSaid,
  at: Instant = deps.clock.now(),
): Promise<RecordAnswersResult> {
  const fields = deps.fields?.current() ?? noFields;
  const reading = readQuizEvent('Question Answered', { ...sealSpecial(deps.secret, fields, said) }, fields);
  if (reading.kind !== 'told') return { kind: 'refused', reason: reading.kind === 'problem' ? reading.problem : 'There is no answer.' };
  const recorded = await withPerson(deps, profileId, (trx, { id }) => writeTold(deps, trx, id as ProfileId, reading.told, at));
  return { kind: recorded ? 'recorded' : 'unknown-profile' };
}

/** Writes the answers of a locked profile with their facts, and tells journeys. `about`: what they are about beside the person. */
export async function writeTold(
  deps: Pick<Deps, 'clock' | 'newId' | 'policies' | 'segments' | 'secret' | 'fields'>,
  trx: Trx,
  profileId: ProfileId,
  { step, quiz, version, given, about = [] }: QuizTold & { readonly about?: About },
  at: Instant,
): Promise<void> {
  const eventId = `answer/${deps.newId()}`;
  const fact = (name: Fact['name'], properties: Fact['properties']): Fact => ({
    name,
    profileId,
    at,
    eventId,
    properties,
    ...(about.length === 0 ? {} : { about }),
  });
  const facts = given.map(({ name, source }) => fact('answer.given', { quiz, version, field: name, source }));
  if (step !== 'answered') facts.push(fact(step === 'started' ? 'quiz.started' : 'quiz.completed', { quiz, version }));
  const fields = deps.fields?.current() ?? noFields;
  const rows = given.map(({ validMs, ...one }) => ({
    ...one,
    profileId,
    quiz,
    version,
    answeredAt: at,
    expiresAt: at + validMs,
    recordedAt: deps.clock.now(),
    eventId: null,
  }));
  await tellFacts(trx, deps, {
    facts: facts.map((one) => ({ fact: one, trigger: true })),
    people: [{ id: profileId, lastInstant: at }],
    writes: () => ({ answers: writeAnswers(rows), taken_back: removeTakenBack(rows, fields), ...flagWrites(fields, [], rows) }),
  });
}
