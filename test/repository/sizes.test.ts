import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/** Types and rows, without a branch: long, and read line by line. */
const tables = new Set(['src/domain/places/country-zones.ts', 'src/store/schema.ts']);

const files = repositoryFiles()
  .filter((path) => /^(src|workflows|activities)\/.*\.ts$/.test(path))
  .map((path) => ({ path, lines: textOf(path).split('\n') }));

test('no file but a pure table has more than 400 lines', () => {
  const long = files
    .filter(({ path, lines }) => lines.length - 1 > 400 && !tables.has(path))
    .map(({ path, lines }) => [path, lines.length - 1]);
  expect(long).toEqual([]);
});

test('no class has more than 200 lines', () => {
  const long = files.flatMap(({ path, lines }) =>
    lines.flatMap((line, start) => {
      if (!/^(export )?(abstract )?class /.test(line)) return [];
      const length = lines.findIndex((other, at) => at > start && other.startsWith('}')) - start + 1;
      return length > 200 ? [[path, line, length]] : [];
    }),
  );
  expect(long).toEqual([]);
});
