import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tidySms } from '../../../src/channels/sms/content.js';
import { decodeText } from '../../../src/domain/values/decode-text.js';
import { loadEnvFile } from '../../../src/settings/env-file.js';
import { readYaml } from '../../../src/yaml/yaml-file.js';

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

test.each([
  ['UTF-8', Buffer.from('brand: Häfen')],
  ['UTF-8 with a mark', Buffer.from('\uFEFFbrand: Häfen')],
  ['UTF-16, little end first', Buffer.from('\uFEFFbrand: Häfen', 'utf16le')],
  ['UTF-16, big end first', utf16be('\uFEFFbrand: Häfen')],
])('reads a file in %s', (_what, bytes) => {
  expect(decodeText(bytes)).toBe('brand: Häfen');
});

test('reads YAML with a byte-order mark, and its places', () => {
  const yaml = readYaml('shop.yaml', '\uFEFFbrand: Shop\n');
  expect([yaml.value, yaml.syntaxProblems, yaml.positionOf(['brand'])]).toEqual([
    { brand: 'Shop' },
    [],
    readYaml('shop.yaml', 'brand: Shop\n').positionOf(['brand']),
  ]);
});

test('reads settings of a .env with a byte-order mark, and lets the environment stand', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sojourn-env-'));
  const file = join(folder, '.env');
  await writeFile(file, '\uFEFFTEST_FIRST_OF_FILE=one\nTEST_OF_ENVIRONMENT=file\n');
  process.env['TEST_OF_ENVIRONMENT'] = 'environment';
  loadEnvFile(file);
  expect([process.env['TEST_FIRST_OF_FILE'], process.env['TEST_OF_ENVIRONMENT']]).toEqual(['one', 'environment']);
  await rm(folder, { recursive: true });
});

test.each([
  ['an emoji of several', '👩\u200D🚀 ready', '👩\u200D🚀 ready'],
  ['a flag with a variation mark', '🏳️\u200D🌈', '🏳️\u200D🌈'],
  ['Persian', 'می\u200Cخواهم', 'می\u200Cخواهم'],
  ['Hindi', 'क्\u200Dष', 'क्\u200Dष'],
  ['none in plain words', 'Blue\u200D mug\u200C!', 'Blue mug!'],
  ['no other invisible signs', 'Blue\u200B\u2060\uFEFF mug', 'Blue mug'],
])('keeps the joiners of a text where they join: %s', (_what, text, sent) => {
  expect(tidySms(text)).toBe(sent);
});
