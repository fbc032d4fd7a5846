import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openScenarioProject, openTheatre, readJourneyFile, readScenarioFile } from '../../src/scenario-project.js';
import { compareStory } from '../../src/simulator/expect.js';
import { renderStory } from '../../src/simulator/tell-story.js';

const folder = 'journeys';
const ids = readdirSync(folder).flatMap((file) => (file.endsWith('.journey.yaml') ? [file.slice(0, -'.journey.yaml'.length)] : []));
const project = await openScenarioProject('.');
const { timeZone } = project.shop;

test('every journey has scenarios', () => {
  const files = readdirSync(folder);

  expect(ids.length).toBeGreaterThan(0);
  expect(ids.filter((id) => !files.includes(`${id}.scenarios.yaml`))).toEqual([]);
});

describe.each(ids)('%s', async (id) => {
  const journey = await readJourneyFile(project, join(folder, `${id}.journey.yaml`));
  const staged = await readScenarioFile(project, join(folder, `${id}.scenarios.yaml`), [journey]);
  const play = await openTheatre(project, staged);

  test.each(staged.map((one) => [one.scenario.name, one] as const))('%s', (_name, one) => {
    const story = play(one);
    const differences = compareStory(story, one.scenario.expect, { timeZone });

    expect(differences, renderStory(story, { timeZone })).toEqual([]);
  });
});
