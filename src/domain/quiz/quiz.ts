/** The same words in several languages, by their tags: `{ en: 'Yes', de: 'Ja' }`. */
export type Words = Readonly<Record<string, string>>;

export interface QuizAnswer {
  /** Kept as the value of the field. */
  readonly id: string;
  readonly say: Words;
  /** Address of a picture on a host of the shop; null: none. */
  readonly picture: string | null;
  /** Tags of results that it votes for. */
  readonly include: readonly string[];
  /** Tags of results that it rules out. */
  readonly exclude: readonly string[];
  /** The question after it; null: that of the question. */
  readonly next: string | null;
}

export interface QuizQuestion {
  readonly id: string;
  readonly field: string;
  readonly ask: Words;
  /** What the answer is used for, in the words of the page; null: the purpose of the field. */
  readonly why: Words | null;
  /** Several answers may be chosen. */
  readonly several: boolean;
  readonly answers: readonly QuizAnswer[];
  /** The question after it; null: the next of the file; `end`: the result. */
  readonly next: string | null;
  /** Words of the consent that a special field needs; null: it is not special. */
  readonly consent: Words | null;
}

export interface QuizResult {
  readonly id: string;
  readonly title: Words;
  readonly text: Words;
  readonly picture: string | null;
  /** Where it leads in the shop; null: nowhere. */
  readonly link: { readonly say: Words; readonly url: string } | null;
  readonly tags: readonly string[];
}

/** A quiz as the service works with it. */
export interface Quiz {
  readonly id: string;
  readonly name: string;
  readonly title: Words;
  readonly intro: Words;
  readonly questions: readonly QuizQuestion[];
  readonly results: readonly QuizResult[];
  /** What stands on the result page where no result is left. */
  readonly fallback: QuizResult;
  /** A consent that the result page asks for; null: none. Answering is none. */
  readonly consent: { readonly topic: string; readonly say: Words } | null;
  /** Fields whose answers its branches or its result read. */
  readonly readsFields: readonly string[];
}

/** What was said to each question, by its id: ids of answers; null: it was skipped. */
export type Given = Readonly<Record<string, readonly string[] | null>>;

/** In this language, else in English, else in the first that there is. */
export function wordsIn(words: Words, language: string): string {
  return words[language] ?? words['en'] ?? Object.values(words)[0] ?? '';
}
