import { z } from 'zod';
import type { Quiz, QuizAnswer, QuizQuestion, QuizResult } from '../../domain/quiz/quiz.js';
import type { DefinitionContext, DefinitionForm } from '../kind.js';
import { lintQuiz } from './lint.js';

const id = z
  .string()
  .regex(
    /^(?!(?:constructor|end|result)$)[a-z][a-z0-9_-]{0,62}$/,
    'must be a name of lower-case letters, digits, hyphens and underscores, such as new_home',
  );

/** One text for all languages, or one for each. */
const words = z.union([
  z
    .string()
    .min(1)
    .max(600)
    .transform((text) => ({ en: text })),
  z.record(z.string().regex(/^[a-z]{2}$/, 'must be a language such as en or de'), z.string().min(1).max(600)),
]);

const picture = z
  .url({ protocol: /^https$/, error: 'must be a web address with https' })
  .max(1000)
  .meta({ description: 'On a host of the shop (`site_url`, `link_hosts` of shop.yaml).' });
const tags = z.array(id).max(50);

const answerSource = z.strictObject({
  id: id.meta({ description: 'Kept as the value of the field.' }),
  say: words,
  picture: picture.optional(),
  include: tags.optional().meta({ description: 'Votes for results with these tags.' }),
  exclude: tags.optional().meta({ description: 'Rules results with these tags out.' }),
  next: z.string().optional().meta({ description: 'The question after this answer, further down; end: the result.' }),
});

const questionSource = z.strictObject({
  id,
  field: z.string().min(1).max(63).meta({ description: 'A field of fields.yaml that something reads.' }),
  ask: words,
  why: words.optional().meta({ description: 'What the answer is used for. Absent: the purpose of the field.' }),
  several: z.boolean().optional().meta({ description: 'Several answers may be chosen: for a field of type choices.' }),
  answers: z.array(answerSource).min(2).max(40),
  next: z.string().optional(),
  consent: words.optional().meta({ description: 'For a special field: what the person agrees to.' }),
});

const resultBody = {
  title: words,
  text: words,
  picture: picture.optional(),
  link: z.strictObject({ say: words, url: z.url({ protocol: /^https$/ }).max(1000) }).optional(),
};

const schema = z
  .strictObject({
    quiz: id.meta({ description: 'Its id: the name of the file, and a part of its address.' }),
    name: z.string().min(1).max(200).meta({ description: 'For people of the shop.' }),
    title: words,
    intro: words,
    questions: z.array(questionSource).min(1).max(40),
    results: z.array(z.strictObject({ id, ...resultBody, tags: tags.min(1) })).max(100),
    fallback: z.strictObject(resultBody).meta({ description: 'Shown where no result has votes or all are ruled out.' }),
    consent: z
      .strictObject({ topic: z.string().min(1), say: words })
      .optional()
      .meta({ description: 'A consent to emails that the result page asks for. Answering is none.' }),
  })
  .meta({ id: 'Quiz', title: 'Sojourn quiz: questions and results' });
export type QuizSource = z.output<typeof schema>;

export const quizForm: DefinitionForm<Quiz> = {
  schema,
  compile,
  lint: (source: QuizSource, context: DefinitionContext) => lintQuiz(compile(source), context),
};

function compile(source: QuizSource): Quiz {
  const { quiz, name, title, intro, consent } = source;
  const questions = source.questions.map(questionOf);
  return {
    id: quiz,
    name,
    title,
    intro,
    questions,
    results: source.results.map(({ tags: own, ...rest }) => resultOf(rest, own)),
    fallback: resultOf({ id: 'fallback', ...source.fallback }, []),
    consent: consent ?? null,
    readsFields: [...new Set(questions.filter(isRead).map(({ field }) => field))],
  };
}

/** Its answers lead somewhere, or vote. */
function isRead({ answers }: QuizQuestion): boolean {
  return answers.some(({ include, exclude, next }) => include.length > 0 || exclude.length > 0 || next !== null);
}

function questionOf({ why, several, answers, next, consent, ...rest }: z.output<typeof questionSource>): QuizQuestion {
  return {
    ...rest,
    why: why ?? null,
    several: several ?? false,
    answers: answers.map(answerOf),
    next: next ?? null,
    consent: consent ?? null,
  };
}

function answerOf({ picture: shown, include, exclude, next, ...rest }: z.output<typeof answerSource>): QuizAnswer {
  return { ...rest, picture: shown ?? null, include: include ?? [], exclude: exclude ?? [], next: next ?? null };
}

type ResultSource = Omit<QuizSource['results'][number], 'tags'>;

function resultOf({ picture: shown, link, ...rest }: ResultSource, own: readonly string[]): QuizResult {
  return { ...rest, picture: shown ?? null, link: link ?? null, tags: own };
}
