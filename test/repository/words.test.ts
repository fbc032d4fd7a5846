import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

const words = textOf('tools/words.txt').trim().split('\n');

test('the words that the spelling check takes beside its own are few, in order, and in use', () => {
  expect(words).toEqual([...new Set(words)].toSorted());
  expect(words.length).toBeLessThanOrEqual(200);
  const read = repositoryFiles().filter((file) =>
    /^(src|workflows|activities|tools|examples|docs)\/.*\.(ts|mjs|md)$|^[^/]+\.md$/.test(file),
  );
  const text = read.map(textOf).join('\n').toLowerCase();
  expect(words.filter((word) => !text.includes(word))).toEqual([]);
});
