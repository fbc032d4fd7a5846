import type { MemoryLook } from '../source.js';
import type { AskedAnswers } from './asked.js';
import type { AnswersJson } from './store.js';

export function answersInMemory(names: AskedAnswers, { tables, profileId }: MemoryLook): AnswersJson {
  return tables.keptOf<AnswersJson[number]>('answers', profileId).filter(({ name }) => names === null || names.includes(name));
}
