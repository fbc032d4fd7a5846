import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fields } from '../../src/definitions/field/kind.js';
import { fieldsInPaths, fieldsReadBy } from '../../src/definitions/field/uses.js';
import { parseDefinition } from '../../src/definitions/parse.js';
import { day } from '../../src/domain/time/instant.js';

const read = (source: string) => parseDefinition(fields, source, { file: 'fields.yaml', topics: null });

const sound = `fields:
  skin_type:
    label: Skin type
    type: choice
    choices: [dry, oily]
    purpose: Suggests products that suit.
    source: quiz
    keep: P730D
`;

test('fields are read with their purpose, how long they are kept, and who may see them', async () => {
  expect(await read(sound)).toMatchObject({
    kind: 'ok',
    id: 'fields',
    definition: {
      fields: [
        {
          name: 'skin_type',
          label: 'Skin type',
          type: 'choice',
          choices: ['dry', 'oily'],
          purpose: 'Suggests products that suit.',
          source: 'quiz',
          keepMs: 730 * day,
          validMs: 365 * day,
          visibleTo: 'read',
          special: null,
        },
      ],
    },
  });
});

test('the file that is shipped has no fault', async () => {
  expect(await read(readFileSync('fields.yaml', 'utf8'))).toMatchObject({ kind: 'ok', problems: [] });
});

test('a special field is for keys with the scope privacy, where the file does not say otherwise', async () => {
  const special = await read(sound.replace('keep: P730D', 'keep: P365D\n    special: health'));
  expect(special).toMatchObject({ kind: 'ok', definition: { fields: [{ special: 'health', visibleTo: 'privacy' }] } });
});

test.each([
  [sound.replace('    purpose: Suggests products that suit.\n', ''), 2, 'purpose'],
  [sound.replace('keep: P730D', 'keep: P2Y'), 8, 'no fixed length'],
  [sound.replace('    choices: [dry, oily]\n', ''), 4, 'is a choice and has no choices'],
  [sound.replace('type: choice', 'type: text'), 5, 'which has no choices'],
  [sound.replace('keep: P730D', 'keep: always\n    special: health'), 8, 'would be kept for ever'],
  [sound.replace('skin_type', 'email').replace('keep: P730D', 'keep: P30D\n    special: health'), 9, 'cannot be encrypted'],
  [sound.replace('skin_type', 'skin type'), 2, 'must be a name of letters'],
  [sound.replace('type: choice', 'type: choyce'), 4, 'choyce'],
  [sound.replace('keep: P730D', 'keep: P730D\n    min: 3'), 3, 'Only a number has min and max'],
  ['segment: x\n', 1, 'fields'],
])('a mistake is named with its line: %#', async (source, line, says) => {
  const { kind, problems } = await read(source);
  expect(kind).toBe('invalid');
  expect(problems.map((problem) => JSON.stringify(problem)).join('\n')).toContain(says);
  expect(problems.some((problem) => Math.abs(problem.line - line) <= 1)).toBe(true);
});

test('conditions say which fields they read, wherever they stand', () => {
  const definition = {
    who: {
      kind: 'all',
      parts: [
        { kind: 'trait', name: 'address.city', comparison: { op: 'is', value: 'Paris' } },
        { kind: 'not', part: { kind: 'answer', name: 'skin_type' } },
      ],
    },
    steps: { a: { kind: 'send', name: 'no field' } },
  };
  expect([...fieldsReadBy(definition)]).toEqual(['address', 'skin_type']);
});

test('templates read traits, answers and what greets', () => {
  const paths = [
    ['profile', 'traits', 'plan'],
    ['profile', 'firstName'],
    ['answers', 'skin_type', 'label'],
    ['cart', 'lines'],
    ['profile'],
  ];
  expect([...fieldsInPaths(paths)]).toEqual(['plan', 'firstName', 'first_name', 'skin_type']);
});
