import type { AnswerAct } from '../rows.js';
import type { Outcome, Scene } from '../scene.js';

/** What the person said to questions. A browser that nobody vouched for does not speak for a known person about special fields. */
export function projectAnswers({ reading: { event, meanings }, meeting, person }: Scene): Outcome {
  const told = meanings.find((one) => one.kind === 'quiz')?.told;
  if (told === undefined || told.given.length === 0) return {};
  const heard = told.given.filter(({ consent }) => consent === null || meeting.right !== 'claim');
  const answers = heard.map(
    ({ validMs, ...given }): AnswerAct => ({
      ...given,
      profileId: person.id,
      quiz: told.quiz,
      version: told.version,
      answeredAt: event.occurredAt,
      expiresAt: event.occurredAt + validMs,
      recordedAt: event.receivedAt,
      eventId: event.messageId,
    }),
  );
  return { answers, notes: heard.length < told.given.length ? ['answer-not-vouched'] : [] };
}
