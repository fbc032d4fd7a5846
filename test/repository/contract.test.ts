import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

const filesIn = (folder: string) => repositoryFiles().filter((file) => file.startsWith(folder) && file.endsWith('.ts'));

test('schemas of requests and answers are in the contract, and no route has one of its own', () => {
  const own = filesIn('src/api/routes/').filter((file) => /\bz\s*\.(?!output|input|encode)\w+/.test(textOf(file)));
  expect(own).toEqual([]);
});

test('a command reads answers by the types of the contract, and describes none by hand', () => {
  const untold = filesIn('src/cli/').flatMap((file) => {
    const text = textOf(file);
    const fromContract = new Set(
      [...text.matchAll(/import (?:type )?\{([^}]*)\} from '[./]*api\/contract\//g)].flatMap(([, names = '']) => names.match(/\w+/g) ?? []),
    );
    const calls = [...text.matchAll(/\.(?:get|find|post|delete|list|postForLines)(<[^;(]*>)?\(\s*[`'](?=\/)/g)];
    return calls.flatMap(([call, types]) => {
      const names = types?.match(/\w+/g) ?? [];
      const isTold = types !== undefined && !types.includes('{') && names.every((name) => fromContract.has(name));
      return isTold ? [] : [`${file}: ${call}`];
    });
  });
  expect(untold).toEqual([]);
});
