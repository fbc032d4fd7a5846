import { currentValue, type KnownAnswer, newestByName } from '../../domain/answers/answer.js';
import { isSealed } from '../../domain/keys/sealed.js';
import type { KnowledgeSource, OpenSealed } from '../source.js';
import { type AskedAnswers } from './asked.js';
import { answersInMemory } from './memory.js';
import { type AnswersJson, selectAnswers } from './store.js';

/** The newest answer to each question that was asked for, by the name of the field. */
export type KnownAnswers = Readonly<Partial<Record<string, KnownAnswer>>>;

/** `name` null: all of them, for templates. */
interface AnswersNeed {
  readonly name: string | null;
}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly answers: AnswersNeed;
  }
  interface Answers {
    readonly answers: KnownAnswers;
  }
}

/** What the person said to questions. */
export const answers: KnowledgeSource<AnswersNeed, AskedAnswers, KnownAnswers> = {
  question: (needs) => (needs.some(({ name }) => name === null) ? null : [...new Set(needs.flatMap(({ name }) => name ?? []))]),
  fromStore: selectAnswers,
  read: (json, open) => newestOf(((json ?? []) as AnswersJson).map((one) => ({ ...one, value: opened(one, open) }))),
  fromMemory: (question, look) => newestOf(answersInMemory(question, look)),
  template: {
    need: { name: null },
    // Any field: which there are is known when it runs.
    example: null,
    // What is special is for conditions alone: a mail would keep it in words that are not encrypted.
    show: (known, at) =>
      Object.fromEntries(
        Object.entries(known).flatMap(([name, answer]) => {
          const value = currentValue(answer, at);
          return value === undefined || isSealed(value) ? [] : [[name, value]];
        }),
      ),
  },
};

type Named = AnswersJson[number];

/** What does not open counts as unknown. */
function opened({ name, value }: Named, open: OpenSealed | undefined): unknown {
  if (!isSealed(value)) return value;
  return open === undefined ? value : (open(name, value) ?? null);
}

function newestOf(all: readonly Named[]): KnownAnswers {
  const newest = [...newestByName(all)];
  return Object.fromEntries(newest.map(([name, { value, answeredAt, expiresAt }]) => [name, { value, answeredAt, expiresAt }]));
}
