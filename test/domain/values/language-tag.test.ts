import { expect, test } from 'vitest';
import { readLanguageTag } from '../../../src/domain/values/language-tag.js';

test.each([
  ['de', 'de'],
  ['de-de', 'de-DE'],
  ['de_DE', 'de-DE'],
  ['de_DE.UTF-8', 'de-DE'],
  ['pt_BR.utf8', 'pt-BR'],
  ['ca_ES@euro', 'ca-ES'],
  ['de-DE,de;q=0.9', 'de-DE'],
  ['fr;q=1', 'fr'],
  ['  en-GB ', 'en-GB'],
  ['\u200een-GB', 'en-GB'],
  ['zh-hant-tw', 'zh-Hant-TW'],
  ['German', 'de'],
  ['GERMAN', 'de'],
  ['Deutsch', 'de'],
  ['German (Germany)', 'de'],
  ['español', 'es'],
  ['Dutch', 'nl'],
])('%j is %s', (text, tag) => {
  expect(readLanguageTag(text)).toBe(tag);
});

test.each(['', '   ', 'null', 'undefined', '-', 'd', '12', '*', 'constructor', 'en US English', '{{ locale }}', 'x'.repeat(10_000), null])(
  '%j names none',
  (text) => {
    expect(readLanguageTag(text)).toBeNull();
  },
);
