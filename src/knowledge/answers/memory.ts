import type { MemoryLook } from '../source.js';
import type { AskedAnswers } from './asked.js';
import type { AnswersJson } from './store.js';

export function answersInMemory(names: AskedAnswers, { tables, profileId }: MemoryLook): AnswersJson {
  return tables.kept.where('profile', profileId).flatMap(({ table, values }) => {
    const answer = values as unknown as AnswersJson[number];
    return table === 'answers' && (names === null || names.includes(answer.name)) ? [answer] : [];
  });
}
