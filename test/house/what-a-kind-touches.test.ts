import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { textOf } from '../support/repository.js';

/** What the trials of this folder add: files, and a line in each of these lists. CONTRIBUTING says the same. */
const trials = [
  { recipe: 'step kind', files: ['trial-step.ts'], lines: ['src/journey/steps/index.ts'] },
  {
    recipe: 'what a step asks for',
    files: ['trial-effect.ts', 'trial-migration.ts'],
    lines: ['src/step-effects/index.ts', 'src/store/person-tables.ts'],
  },
  { recipe: 'trigger kind', files: ['trial-trigger.ts'], lines: ['src/journey/triggers/index.ts'] },
  { recipe: 'condition', files: ['trial-condition.ts'], lines: ['src/journey/conditions/index.ts'] },
  { recipe: 'knowledge', files: ['trial-knowledge.ts'], lines: ['src/knowledge/index.ts'] },
] as const;

const here = readdirSync(new URL('.', import.meta.url));

test('the trials are all that is added, and these lists are all that is changed', () => {
  const lines = here.flatMap((file) =>
    file.endsWith('.test.ts')
      ? [...textOf(`test/house/${file}`).matchAll(/vi\.mock\(import\('\.\.\/\.\.\/([^']+)\.js'\)/g)].map(([, path]) => `${path}.ts`)
      : [],
  );

  expect(here.filter((file) => /^trial-.*\.ts$/.test(file)).toSorted()).toEqual(trials.flatMap(({ files }) => files).toSorted());
  expect([...new Set(lines)].toSorted()).toEqual(trials.flatMap((trial) => trial.lines).toSorted());
});

test.each(trials)('the recipe for a $recipe names its files and its lines', ({ recipe, files, lines }) => {
  const row =
    textOf('CONTRIBUTING.md')
      .split('\n')
      .find((line) => line.startsWith(`| **${recipe}**`)) ?? '';

  for (const line of lines) expect(row).toContain(line.replace(/index\.ts$/, ''));
  expect(row).toContain(
    `${files.length} ${files.length === 1 ? 'file' : 'files'}, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`,
  );
});
