import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/** A connection that was handed on can be asked without importing anything, which the boundaries do not see. */
const builds = /\.(selectFrom|insertInto|updateTable|deleteFrom|mergeInto)\(/;

test('statements are built in the store alone', () => {
  const outside = repositoryFiles().filter((file) => /^(src|activities|workflows)\/.*\.ts$/.test(file) && !file.startsWith('src/store/'));

  expect(outside.filter((file) => builds.test(textOf(file)))).toEqual([]);
});
