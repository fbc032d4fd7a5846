import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openScenarioProject, openTheatre, readJourneyFile, readScenarioFile } from '../../src/project/scenario-project.js';
import { coverageOf, describeCoverage } from '../../src/simulator/coverage.js';
import { compareStory } from '../../src/simulator/expect.js';
import { renderStory } from '../../src/simulator/tell-story.js';

const folders = ['journeys', 'examples/journeys'];
const journeys = folders.flatMap((folder) =>
  readdirSync(folder).flatMap((file) => (file.endsWith('.journey.yaml') ? [join(folder, file.slice(0, -'.journey.yaml'.length))] : [])),
);
const project = await openScenarioProject('.');
const { timeZone } = project.shop;
const play = openTheatre(project);

test('every journey has scenarios', () => {
  expect(journeys.length).toBeGreaterThan(1);
  expect(journeys.filter((journey) => !existsSync(`${journey}.scenarios.yaml`))).toEqual([]);
});

describe.each(journeys)('%s', async (file) => {
  const journey = await readJourneyFile(project, `${file}.journey.yaml`);
  const staged = await readScenarioFile(project, `${file}.scenarios.yaml`, [journey]);

  test.each(staged.map((one) => [one.scenario.name, one] as const))('%s', (_name, one) => {
    const story = play(one);
    const differences = compareStory(story, one.scenario.expect, { timeZone });

    expect(differences, renderStory(story, { timeZone })).toEqual([]);
  });

  // What nobody plays nobody knows. Examples need not show everything.
  test.runIf(file.startsWith('journeys/'))('reach every step, way, exit, filter and template of it', () => {
    const { parts } = coverageOf(journey, staged.map(play));
    expect(parts.filter(({ isReached }) => !isReached)).toEqual([]);
    expect(parts.length).toBeGreaterThan(10);
  });
});

test('all shipped journeys together leave one person in peace', async () => {
  const [first, ...others] = await Promise.all(
    journeys.filter((file) => file.startsWith('journeys/')).map((file) => readJourneyFile(project, `${file}.journey.yaml`)),
  );
  if (first === undefined) throw new Error('There is no journey.');
  const staged = await readScenarioFile(project, 'journeys/together.scenarios.yaml', [first, ...others]);
  const stories = staged.map((one) => ({ one, story: play(one) }));
  expect(stories.flatMap(({ one, story }) => compareStory(story, one.scenario.expect, { timeZone }))).toEqual([]);
  expect(stories.length).toBeGreaterThan(0);
});

test('the coverage of scenarios names what none of them reaches', async () => {
  const journey = await readJourneyFile(project, 'journeys/abandoned-cart.journey.yaml');
  const staged = await readScenarioFile(project, 'journeys/abandoned-cart.scenarios.yaml', [journey]);
  const [first] = staged;
  if (first === undefined) throw new Error('There is no scenario.');
  const told = describeCoverage(coverageOf(journey, [play(first)]));
  expect(told).toMatch(
    /^abandoned-cart: 0 of \d filters, \d+ of \d+ steps, \d of \d+ ways, 0 of 3 exits, 4 of 5 templates reached\. Not reached: /,
  );
  expect(told).toContain('the way asked-for-texts → else');
  expect(told).toContain('the exit below-minimum');
});
