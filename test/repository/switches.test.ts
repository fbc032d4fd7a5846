import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/** Where alternatives are decided: a kind that comes later must not be swallowed there. */
const decides = /^src\/(domain|journey|turn|matching|projection|knowledge)\/.*\.ts$/;

/**
 * After `default:` stands a call of a function that takes `never`, so that the compiler still asks about each case, or it is listed with
 * its reason.
 */
const harmless: Readonly<Record<string, string>> = {};

interface Default {
  readonly file: string;
  readonly does: string;
}

function defaultsIn(file: string): readonly Default[] {
  return [...textOf(file).matchAll(/^\s*default:\s*(?:\/\/.*\s*)*(.*)$/gm)].map(([, does = '']) => ({ file, does: does.trim() }));
}

function refusesAll({ file, does }: Default): boolean {
  const called = /^(?:throw|return) (\w+)\(/.exec(does)?.[1];
  return called !== undefined && new RegExp(`function ${called}\\(\\w+: never\\)`).test(textOf(file));
}

test('no switch over alternatives has a default that swallows one', () => {
  const files = repositoryFiles().filter((file) => decides.test(file));
  const swallowing = files.flatMap(defaultsIn).filter((one) => !refusesAll(one) && harmless[one.file] === undefined);

  expect(files.length).toBeGreaterThan(100);
  expect(swallowing).toEqual([]);
});
