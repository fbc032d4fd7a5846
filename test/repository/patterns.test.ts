import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/**
 * Patterns whose time may grow faster than the text that they look through: one that begins with a repetition without end, or ends with one
 * and then wants the end or something behind it, looks from each place of a run again (`/ +$/`); a repetition within a repetition may try
 * all ways to divide a run. Write a loop (`src/domain/values/trim-end.ts`), bound the repetition (`{1,100}`), or anchor it by `^`. What is
 * listed is harmless, for the reason given.
 */
const reviewed: Readonly<Record<string, string>> = {
  '-.*$': 'the id of a link that we signed, at most 64 characters',
  '[.,](?=\\d*$)': 'an amount, whose length is bounded before',
  '^(?:\\d+ of )?[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$': 'anchored, and a hyphen divides what is repeated',
  "^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$": 'anchored, a dot divides, and the text has 64 characters',
  '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|-?\\d[\\d.eE+-]*': 'the text is JSON by then, so each string has its end',
  '\\n[ \\t]*(?:\\n[ \\t]*)+': 'each repetition begins with a line end, which none of the others takes',
  "\\b(not|isn't|is not) a (known|valid|registered|local|current) (\\w+ )*(user|mailbox|recipient|address|account|name)|\\bnot a registered|\\b(user|mailbox|account|recipient|address|e-?mail)( account)?( has been| is| was|'s)?( currently| permanently)? (disabled|inactive|in-active|not active|deactivated|closed|suspended|deleted|removed|discontinued|terminated|expired|cancel+ed|retired|not enabled)|\\b(disabled|inactive|closed|deactivated|discontinued|deleted|abandoned) (\\w+ )?(user|mailbox|account|recipient|address)|\\bhas been (disabled|deactivated|discontinued|closed|deleted)|\\bdisabled or discontinued":
    'a space divides the words, and a diagnostic is bounded before it is read',
  '<(?:a|area)\\s(?:"[^"]*"|\'[^\']*\'|[^"\'>])*>':
    'the alternatives begin differently, and in what we render < and quotes of strangers are escaped (growth.test.ts)',
  '\\._domainkey\\.(.+)$': 'a name of DNS, at most 255 characters',
  '\\/+$': 'an address of the settings',
  '^[a-z0-9-]+(\\.[a-z0-9-]+)+$': 'anchored, a dot divides; a setting',
  '^([^@\\s=]{0,64})@([a-z0-9-]+(?:\\.[a-z0-9-]+)+)(?:=([a-z0-9-]+(?:\\.[a-z0-9-]+)+))?$': 'anchored, a dot divides; a setting',
  '^["\'`([{<\\s]+|["\'`)\\]}>\\s]+$': 'an id, at most 255 characters',
  '^[\\s\\p{Cf}\\p{Cc}]+|[\\s\\p{Cf}\\p{Cc}]+$': 'a name of a zone, at most 100 characters',
  ':\\d+$': 'a Host header, at most 16 kB, in local servers only',
  ', (file|line):.*$': 'a message of the template engine about a file of the project',
  '<(\\/?)([a-zA-Z][\\w-]*)((?:"[^"]*"|\'[^\']*\'|[^"\'>])*)>': 'a template of the project, which whoever publishes it writes',
  '\\b(href|src|background-url)\\s*=\\s*(?:"((?:\\{\\{.*?\\}\\}|[^"])*)"|\'((?:\\{\\{.*?\\}\\}|[^\'])*)\')':
    'a template of the project, which whoever publishes it writes',
  '[.;:]+$': 'a message of the YAML parser',
};

interface Found {
  readonly file: string;
  readonly pattern: string;
}

/** A literal, as far as a line shows it: after something that a value may follow, not a comment. */
const literal = /(?:[(,=:[!&|?{};]|return|^)\s{0,80}\/((?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/[dgimsuvy]{0,8}/g;

function patternsOf(file: string): readonly Found[] {
  return textOf(file)
    .split('\n')
    .filter((line) => line.length < 1_000 && !/^\s*(?:\*|\/\/|\/\*)/.test(line))
    .flatMap((line) => [...line.matchAll(literal)].map(([, pattern = '']) => ({ file, pattern })));
}

const one = String.raw`(?:\[(?:\\.|[^\]\\])*\]|\\p\{\w+\}|\\.|[^\\[(|^$])`;
const endless = String.raw`(?:[+*]|\{\d+,\})\??`;
const kinds: readonly RegExp[] = [
  // ` *\n`: begins with an endless repetition, and something follows.
  new RegExp(String.raw`^(?:\(\?:|\()?${one}${endless}[^|)]`),
  // ` +$`, ` +(?=x)`: an endless repetition before the end or a look-ahead, and nothing anchors the beginning.
  new RegExp(String.raw`^[^^].*${one}${endless}\)*(?:\$|\(\?[=!])`),
  new RegExp(String.raw`\|${one}${endless}\$`),
  // `(a+)+`.
  new RegExp(String.raw`\((?:[^()\\[]|\\.|\[(?:\\.|[^\]\\])*\])*${endless}(?:[^()\\[]|\\.|\[(?:\\.|[^\]\\])*\])*\)(?:[+*]|\{\d+,\})`),
];

function isSuspicious(pattern: string): boolean {
  return kinds.some((kind) => kind.test(pattern));
}

const found = repositoryFiles()
  .filter((file) => /^(src|workflows|activities)\/.*\.(ts|mjs)$/.test(file))
  .flatMap(patternsOf)
  .filter(({ pattern }) => isSuspicious(pattern));

test('knows the patterns that it is about', () => {
  for (const pattern of [' *\\r?\\n *', '[.,;:!?)\\]]+$', '[^\\S\\n]+(?=\\n|: http)', '(a+)+', '^[\\s]+|[\\s]+$', '(?:x*y)*z', '\\s{2,}$'])
    expect([pattern, isSuspicious(pattern)]).toEqual([pattern, true]);
  for (const pattern of ['^ +', '\\n{3,}', ' {2,}', '\\s+', '^\\d+$', '[a-z]{1,40}$', '^[a-z]+-[a-z]+'])
    expect([pattern, isSuspicious(pattern)]).toEqual([pattern, false]);
});

test('every pattern that may take more than its text is reviewed', () => {
  const unknown = found.filter(({ pattern }) => !(pattern in reviewed));
  expect(unknown).toEqual([]);
});

test('the review lists what there is', () => {
  const patterns = new Set(found.map(({ pattern }) => pattern));
  expect(Object.keys(reviewed).filter((pattern) => !patterns.has(pattern))).toEqual([]);
});
