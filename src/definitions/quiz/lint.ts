import { unknownTopic } from '../../domain/policy/topic-policy.js';
import type { Quiz, QuizQuestion, Words } from '../../domain/quiz/quiz.js';
import { didYouMean } from '../../domain/values/nearest.js';
import { error, type Finding, type Path, warning } from '../../journey/finding.js';
import type { DefinitionContext } from '../kind.js';

/** What is wrong with a quiz although its form is right. */
export function lintQuiz(quiz: Quiz, context: DefinitionContext): readonly Finding[] {
  return [
    ...repeated(quiz),
    ...quiz.questions.flatMap((question, index) => [
      ...wayFindings(quiz, question, index),
      ...fieldFindings(quiz, question, index, context),
    ]),
    ...tagFindings(quiz),
    ...languageFindings(quiz),
    ...topicFindings(quiz, context),
  ];
}

function repeated({ questions, results }: Quiz): readonly Finding[] {
  const lists: readonly (readonly [Path, string, readonly string[]])[] = [
    [['questions'], 'question', questions.map(({ id }) => id)],
    [['results'], 'result', results.map(({ id }) => id)],
    ...questions.map(({ answers }, index) => [['questions', index, 'answers'], 'answer', answers.map(({ id }) => id)] as const),
  ];
  const twice = lists.flatMap(([path, what, ids]) =>
    ids.flatMap((id, index) =>
      ids.indexOf(id) === index
        ? []
        : [error([...path, index, 'id'], `The ${what} id "${id}" is used twice.`, `Give each ${what} an id of its own.`)],
    ),
  );
  const fields = questions.map(({ field }) => field);
  const asked = fields.flatMap((field, index) =>
    fields.indexOf(field) === index
      ? []
      : [error(['questions', index, 'field'], `The field "${field}" is asked for twice.`, 'Ask one question for a field.')],
  );
  return [...twice, ...asked];
}

/** Ways lead forward, so that every quiz ends. */
function wayFindings({ questions }: Quiz, question: QuizQuestion, index: number): readonly Finding[] {
  const ways: readonly (readonly [Path, string | null])[] = [
    [['questions', index, 'next'], question.next],
    ...question.answers.map((answer, n) => [['questions', index, 'answers', n, 'next'], answer.next] as const),
  ];
  return ways.flatMap(([path, next]) => {
    if (next === null || next === 'end') return [];
    const ids = questions.map(({ id }) => id);
    const place = ids.indexOf(next);
    if (place === -1)
      return [error(path, `There is no question "${next}".`, didYouMean(next, ids) ?? `Questions: ${ids.join(', ')}, or end.`)];
    return place > index
      ? []
      : [error(path, `"${next}" comes before this question, so the quiz might not end.`, 'Name a question further down, or end.')];
  });
}

function fieldFindings(
  quiz: Quiz,
  { field: name, answers, consent, several }: QuizQuestion,
  index: number,
  context: DefinitionContext,
): readonly Finding[] {
  const { fields, read } = context;
  const at: Path = ['questions', index, 'field'];
  if (fields === undefined || fields === null) return [];
  const field = fields.get(name);
  if (field === undefined) {
    const instead = didYouMean(name, [...fields.keys()]) ?? 'Declare it with its purpose, and publish fields.yaml first.';
    return [error(at, `fields.yaml does not declare "${name}".`, instead)];
  }
  const isUnread = read !== undefined && read !== null && !read.has(name) && !quiz.readsFields.includes(name);
  const strange = field.choices.length === 0 ? undefined : answers.find(({ id }) => !field.choices.includes(id));
  return [
    ...(isUnread
      ? [
          error(
            at,
            `Nothing reads "${name}", so a quiz may not ask for it: no journey, segment or template in force, and no vote or branch of this quiz.`,
            'Use the field in one of these, or remove the question.',
          ),
        ]
      : []),
    ...(field.type === 'choice' || field.type === 'choices'
      ? []
      : [
          error(
            at,
            `A question has answers to choose from, but the field "${name}" has type ${field.type}.`,
            'Write type: choice in fields.yaml.',
          ),
        ]),
    ...(field.type.startsWith('choice') && several !== (field.type === 'choices')
      ? [
          error(
            at,
            several
              ? `"${name}" keeps one answer, but the question takes several.`
              : `"${name}" keeps several answers, but the question takes one.`,
            several ? 'Remove several, or write type: choices in fields.yaml.' : 'Add several: true.',
          ),
        ]
      : []),
    ...(strange === undefined
      ? []
      : [
          error(
            ['questions', index, 'answers', answers.indexOf(strange), 'id'],
            `"${strange.id}" is no choice of the field "${name}".`,
            `Choices: ${field.choices.join(', ')}.`,
          ),
        ]),
    ...(field.special !== null && consent === null
      ? [
          error(
            ['questions', index],
            `"${name}" is special (${field.special}) and needs a consent of its own.`,
            'Add consent: the words that the person agrees to.',
          ),
        ]
      : []),
    ...(field.special === null && consent !== null
      ? [warning(['questions', index, 'consent'], `"${name}" is not special, so nobody is asked for this consent.`, 'Remove consent.')]
      : []),
  ];
}

/** A vote for nothing is a slip. */
function tagFindings({ questions, results }: Quiz): readonly Finding[] {
  const known = [...new Set(results.flatMap(({ tags }) => tags))];
  return questions.flatMap(({ answers }, index) =>
    answers.flatMap(({ include, exclude }, n) =>
      [...include, ...exclude].flatMap((tag) => {
        if (known.includes(tag)) return [];
        const instead = didYouMean(tag, known) ?? `Tags of results: ${known.join(', ')}.`;
        return [error(['questions', index, 'answers', n], `No result has the tag "${tag}".`, instead)];
      }),
    ),
  );
}

/** Each text comes in the languages of the title. */
function languageFindings(quiz: Quiz): readonly Finding[] {
  const wanted = Object.keys(quiz.title);
  const { questions, results, fallback, consent } = quiz;
  const of = (path: Path, { title, text, link }: Quiz['fallback']): readonly (readonly [Path, Words | null])[] => [
    [[...path, 'title'], title],
    [[...path, 'text'], text],
    [[...path, 'link', 'say'], link?.say ?? null],
  ];
  const texts: readonly (readonly [Path, Words | null])[] = [
    [['intro'], quiz.intro],
    ...questions.flatMap(({ ask, why, answers, consent: agreed }, index) => [
      [['questions', index, 'ask'], ask] as const,
      [['questions', index, 'why'], why] as const,
      [['questions', index, 'consent'], agreed] as const,
      ...answers.map(({ say }, n) => [['questions', index, 'answers', n, 'say'], say] as const),
    ]),
    ...results.flatMap((result, index) => of(['results', index], result)),
    ...of(['fallback'], fallback),
    [['consent', 'say'], consent?.say ?? null],
  ];
  return texts.flatMap(([path, words]) => {
    const missing = words === null ? [] : wanted.filter((language) => words[language] === undefined);
    return missing.length === 0
      ? []
      : [
          error(
            path,
            `This text is missing in ${missing.join(', ')}, but the title has it.`,
            `Write { ${wanted.map((one) => `${one}: …`).join(', ')} }.`,
          ),
        ];
  });
}

function topicFindings({ consent }: Quiz, { topics }: DefinitionContext): readonly Finding[] {
  const unknown = consent === null || topics === null ? null : unknownTopic(consent.topic, topics);
  return unknown === null ? [] : [error(['consent', 'topic'], unknown.message, unknown.suggestion)];
}
