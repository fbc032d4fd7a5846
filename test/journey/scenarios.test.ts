import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseJourney } from '../../src/journey/parse.js';
import { loadShop } from '../../src/shop.js';
import { compareStory } from '../../src/simulator/expect.js';
import { parseScenarios } from '../../src/simulator/scenario.js';
import { simulate } from '../../src/simulator/simulate.js';
import { renderStory } from '../../src/simulator/story.js';
import { shippedPolicies } from '../support/policies.js';

const shop = await loadShop('.');
const folder = 'journeys';
const ids = readdirSync(folder).flatMap((file) => (file.endsWith('.journey.yaml') ? [file.slice(0, -'.journey.yaml'.length)] : []));

test('every journey has scenarios', () => {
  const files = readdirSync(folder);

  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !files.includes(`${id}.scenarios.yaml`))).toEqual([]);
});

describe.each(ids)('%s', (id) => {
  const journeyFile = join(folder, `${id}.journey.yaml`);
  const scenariosFile = join(folder, `${id}.scenarios.yaml`);
  const journey = parseJourney(readFileSync(journeyFile, 'utf8'), {});
  if (journey.kind === 'invalid') throw new Error(`${journeyFile} is not valid: ${JSON.stringify(journey.problems)}`);
  const parsed = parseScenarios(readFileSync(scenariosFile, 'utf8'), { file: scenariosFile, shopTimeZone: shop.timeZone });
  if (parsed.kind === 'invalid') throw new Error(`${scenariosFile} is not valid: ${JSON.stringify(parsed.problems)}`);

  test.each(parsed.scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_name, { script, expect: expected }) => {
    const story = simulate({ definition: journey.definition, script, shop, policies: shippedPolicies() });
    const differences = compareStory(story, expected, { timeZone: shop.timeZone });

    expect(differences, renderStory(story, { timeZone: shop.timeZone })).toEqual([]);
  });
});
