import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../../src/definitions/parse.js';
import { quizzes } from '../../../src/definitions/quiz/kind.js';
import type { Given, Quiz } from '../../../src/domain/quiz/quiz.js';
import { resultOf } from '../../../src/domain/quiz/score.js';
import { questionBefore, standingIn } from '../../../src/domain/quiz/walk.js';
import { shippedFields } from '../../support/fields.js';

const file = 'quizzes/gift-finder.quiz.yaml';
const source = readFileSync(file, 'utf8');
const fields = await shippedFields();
const read = (text: string, known: ReadonlySet<string> = new Set(['shops_for'])) =>
  parseDefinition(quizzes, text, { file, topics: ['marketing', 'newsletter'], fields, read: known });
const parsed = await read(source);
if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems));
const quiz: Quiz = parsed.definition;

test('the quiz that is shipped has no fault', () => {
  expect(parsed.problems).toEqual([]);
  expect(quiz.readsFields).toEqual(['shops_for', 'occasions', 'style', 'allergies']);
});

test('leads from question to question, by a branch past those that do not matter, and ends', () => {
  const at = (given: Given) => standingIn(quiz, given).next?.id ?? 'result';
  expect(at({})).toBe('who');
  expect(at({ who: ['family'] })).toBe('occasions');
  expect(at({ who: ['self'] })).toBe('style');
  expect(at({ who: null })).toBe('occasions');
  expect(at({ who: ['self'], style: ['modern'], allergies: null })).toBe('result');
  expect(questionBefore(quiz, { who: ['self'] }, 'style')?.id).toBe('who');
  expect(questionBefore(quiz, {}, 'who')).toBeNull();
});

test('shows the result with the most votes, never one that an answer rules out, and never nothing', () => {
  const result = (given: Given) => resultOf(quiz, given).id;
  expect(result({})).toBe('fallback');
  expect(result({ who: ['family'], occasions: ['thank_you', 'christmas'], style: null, allergies: null })).toBe('hamper');
  expect(result({ who: ['family'], occasions: ['thank_you'], style: null, allergies: ['nuts'] })).toBe('candles');
  expect(result({ who: ['family'], occasions: ['thank_you'], style: null, allergies: ['nuts', 'fragrance'] })).toBe('fallback');
  // What was answered on a way that the person left does not vote.
  expect(result({ who: ['self'], occasions: ['birthday'], style: ['modern'], allergies: null })).toBe('candles');
});

test('every way through it ends with a result, whatever is answered or skipped', () => {
  const anyGiven = fc.record(
    Object.fromEntries(quiz.questions.map(({ id, answers }) => [id, fc.option(fc.subarray(answers.map((answer) => answer.id)))])),
  ) as fc.Arbitrary<Given>;
  fc.assert(
    fc.property(anyGiven, (given) => {
      let said: Given = {};
      for (let step = 0; ; step += 1) {
        const { next, behind, ahead } = standingIn(quiz, said);
        expect(behind.length + ahead).toBeLessThanOrEqual(quiz.questions.length);
        if (next === null) break;
        expect(step).toBeLessThan(quiz.questions.length);
        said = { ...said, [next.id]: given[next.id] ?? null };
      }
      expect(resultOf(quiz, said).title['en']).toBeTruthy();
    }),
  );
});

test.each([
  [source.replace('next: style', 'next: stile'), 'There is no question "stile"', 'Did you mean "style"?'],
  [source.replace('field: style', 'field: who_knows'), 'fields.yaml does not declare "who_knows".', 'Declare it'],
  [source.replace('field: style', 'field: shops_for'), 'The field "shops_for" is asked for twice.', 'Ask one question'],
  [source.replace('- { id: classic,', '- { id: antique,'), '"antique" is no choice of the field "style".', 'Choices: classic'],
  [source.replace('include: [treat, home]', 'include: [treet, home]'), 'No result has the tag "treet".', 'Did you mean "treat"?'],
  [source.replace('say: { en: Classic, de: Klassisch }', 'say: { en: Classic }'), 'This text is missing in de', 'Write { en: …, de: … }'],
  [source.replace(/ {4}consent:\n(?: {6}.*\n){2}/, ''), '"allergies" is special (health) and needs a consent of its own.', 'Add consent'],
  [source.replace('topic: newsletter', 'topic: newsleter'), 'There is no topic "newsleter"', 'newsletter'],
  [
    source.replace('id: style\n    field: style', 'id: style\n    field: style\n    next: who'),
    '"who" comes before this question',
    'further down',
  ],
  [
    source.replace('several: true\n    ask: { en: What', 'ask: { en: What'),
    'keeps several answers, but the question takes one',
    'several: true',
  ],
])('a slip is named with how to mend it: %#', async (text, says, mend) => {
  const { kind, problems } = await read(text);
  expect(kind).toBe('invalid');
  const found = problems.find(({ message }) => message.includes(says));
  expect(found?.suggestion).toContain(mend);
  expect(found?.line).toBeGreaterThan(1);
});

test('a question for a field that nothing reads is refused', async () => {
  const unread = source.replace('        next: style\n', '').replace('next: style', '');
  expect(await read(unread, new Set())).toMatchObject({
    kind: 'invalid',
    problems: [{ message: expect.stringContaining('Nothing reads "shops_for", so a quiz may not ask for it') }],
  });
  expect(await read(unread, new Set(['shops_for']))).toMatchObject({ kind: 'ok' });
});
