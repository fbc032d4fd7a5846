import { readQuizEvent } from '../../domain/answers/answer-events.js';
import { noFields } from '../../domain/answers/field.js';
import { quizFacts } from '../../domain/events/derive-facts.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

export const quiz: MeaningKind<MeaningOf<'quiz'>> = {
  read({ event: { type, name, properties } }, { fields }) {
    if (type !== 'track' || name === null) return none;
    const reading = readQuizEvent(name, properties, fields?.current() ?? noFields);
    if (reading.kind === 'other') return none;
    if (reading.kind === 'problem') return { kind: 'refused', reason: 'answer-not-readable', detail: reading.problem };
    return meant({ kind: 'quiz', told: reading.told }, reading.notes);
  },
  refuses: () => false,
  facts: ({ told }, happening) => quizFacts(happening, told),
};
