import { expect, test } from 'vitest';
import { typedAs } from '../../src/cli/command.js';
import { commands, groups } from '../../src/cli/commands/index.js';
import { runCli } from '../../src/cli/program.js';

const wordsOf = (name: string): string => name.replace(/ ?[<[].*/, '');

test('no two commands are called the same', () => {
  const called = commands.map(({ name }) => wordsOf(name));
  expect(called).toEqual([...new Set(called)]);
});

test('each group that a command is in has its words in help, and each that has words has a command', () => {
  const used = [...new Set(commands.map((one) => typedAs(one).group).filter((group) => group !== null))];
  expect(used.toSorted()).toEqual(Object.keys(groups).toSorted());
});

test.each(commands.map((one) => [wordsOf(one.name), one] as const))(
  '%s shows how it is typed, what it does and its examples',
  async (words, one) => {
    const said: string[] = [];
    const io = { env: {}, out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    expect(await runCli([...words.split(' '), '--help'], io)).toBe(0);
    const help = said.join('\n').replace(/\s+/g, ' ');
    expect(help).toContain(`Usage: sojourn ${words}`);
    expect(help).toContain(one.help.replace(/\s+/g, ' '));
    for (const example of one.examples ?? []) {
      expect(help).toContain(example);
      expect(example.startsWith(`sojourn ${words}`)).toBe(true);
    }
  },
);
