import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/** Words that make a reader stumble whose second language is English, and what to write in their place. */
const instead: readonly (readonly [RegExp, string])[] = [
  [/\b(?:who|whom|whose|what|where|when|which|how)soever\b/i, 'a sentence with a subject'],
  [/\bwho(?:m)?ever\b/i, 'the person who, anyone who'],
  [/\banew\b/i, 'again'],
  [/\b(?:there|here|where)(?:of|with|upon|unto|to|in|by)\b/i, 'of it, with it, by it'],
  [/\b(?:where|there)after\b/i, 'after that'],
  [/\bhence(?:forth)?\b/i, 'so, from now on'],
  [/\bforthwith\b/i, 'at once'],
  [/\blest\b/i, 'so that … not'],
  [/\b(?:whilst|amongst|betwixt|ere)\b/i, 'while, among, between, before'],
  [/\bso long as\b/i, 'as long as, while'],
  [/\b(?:is|are|was|were) told\b/i, 'gets, learns, hears, is reported'],
  [/\bof (?:which|whom) (?:it|nobody|everybody) (?:is|knows)\b/i, 'a sentence of its own'],
  [/\bunless (?:said|told)(?: otherwise)?\b/i, 'by default'],
  [/\bsends? (?:him|her|them|it|one|people) on (?:his|her|their|its) way\b/i, 'sends'],
];

const documents = repositoryFiles().filter((file) => file.endsWith('.md'));

test.each(documents)('%s says it in plain words', (file) => {
  expect(stumblesOf(textOf(file))).toEqual([]);
});

const sources = repositoryFiles().filter((file) => /^(?:src|workflows|activities)\/.*\.ts$/.test(file));

test('comments, help and messages say it in plain words', () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.flatMap((file) => stumblesOf(proseOf(textOf(file))).map((found) => `${file}:${found}`))).toEqual([]);
});

/** Comments and quoted texts; of all other lines nothing. */
function proseOf(source: string): string {
  return source.replaceAll(/^.*$/gm, (line) => (isComment.test(line) ? line : (line.match(quoted) ?? []).join(' ')));
}

const isComment = /^\s*(?:\/\*\*|\*|\/\/)/;
const quoted = /'[^']*'|"[^"]*"|`[^`]*`/g;

/** `12: "whoever": the person who, anyone who`. */
function stumblesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) =>
    instead.flatMap(([word, better]) => {
      const found = word.exec(line)?.[0];
      return found === undefined ? [] : [`${index + 1}: "${found}": ${better}`];
    }),
  );
}
