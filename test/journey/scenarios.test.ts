import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openScenarioProject, openTheatre, readJourneyFile, readScenarioFile } from '../../src/project/scenario-project.js';
import { compareStory } from '../../src/simulator/expect.js';
import { renderStory } from '../../src/simulator/tell-story.js';

const folders = ['journeys', 'examples/journeys'];
const journeys = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) => (file.endsWith('.journey.yaml') ? [join(folder, file.slice(0, -'.journey.yaml'.length))] : [])),
);
const project = await openScenarioProject('.');
const { timeZone } = project.shop;

test('every journey has scenarios', () => {
  expect(journeys.length).toBeGreaterThan(1);
  expect(journeys.filter((journey) => !existsSync(`${journey}.scenarios.yaml`))).toEqual([]);
});

describe.each(journeys)('%s', async (file) => {
  const journey = await readJourneyFile(project, `${file}.journey.yaml`);
  const staged = await readScenarioFile(project, `${file}.scenarios.yaml`, [journey]);
  const play = openTheatre(project, staged);

  test.each(staged.map((one) => [one.scenario.name, one] as const))('%s', (_name, one) => {
    const story = play(one);
    const differences = compareStory(story, one.scenario.expect, { timeZone });

    expect(differences, renderStory(story, { timeZone })).toEqual([]);
  });
});
