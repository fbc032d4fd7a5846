import { loadMap } from '../../domain/gate/load.js';
import {
  openScenarioProject,
  openTheatre,
  readJourneyFile,
  readScenarioFile,
  ScenarioError,
  type StagedScenario,
} from '../../project/scenario-project.js';
import { coverageOf, describeCoverage } from '../../simulator/coverage.js';
import { compareStory } from '../../simulator/expect.js';
import type { Story } from '../../simulator/story.js';
import { renderStory } from '../../simulator/tell-story.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { loadText } from '../load-text.js';
import { paragraphs, plural } from '../text.js';

export interface SimulateOptions {
  readonly scenario?: string;
  readonly scenarios?: string;
  readonly load?: boolean;
}

interface Played extends StagedScenario {
  readonly story: Story;
  readonly complaints: readonly string[];
}

/**
 * `simulate <journey.yaml…>`: plays scenarios on a virtual clock and tells their stories, or what they send to whom (`--load`). No server
 * is needed. Each journey plays its own scenarios; those of `--scenarios` are played with all journeys together.
 */
export async function simulateJourney(context: CliContext, files: readonly string[], options: SimulateOptions): Promise<Outcome> {
  const project = await openScenarioProject(context.project);
  const staged = await told(stage(project, files, options));
  const play = openTheatre(project);
  const { timeZone } = project.shop;
  const played = staged.map((one): Played => {
    const story = play(one);
    return { ...one, story, complaints: compareStory(story, one.scenario.expect, { timeZone }) };
  });
  if (options.load === true) return tellLoad(played);
  return tellStories(played, { timeZone, isWhole: options.scenarios === undefined && (options.scenario ?? 'all') === 'all' });
}

type Project = Awaited<ReturnType<typeof openScenarioProject>>;

async function stage(project: Project, files: readonly string[], options: SimulateOptions): Promise<readonly StagedScenario[]> {
  const [first, ...others] = files;
  if (first === undefined) throw new CliFailure('Name the file of a journey: sojourn simulate journeys/<id>.journey.yaml', 2);
  if (options.scenarios !== undefined) {
    const journeys = await Promise.all([readOne(project, first), ...others.map((file) => readOne(project, file))] as const);
    return choose(await readAll(project, options.scenarios, journeys), options.scenario ?? 'all', options.scenarios);
  }
  const all: StagedScenario[] = [];
  const beside = files.map((file) => file.replace(/\.journey\.ya?ml$/, '.scenarios.yaml'));
  for (const [place, file] of files.entries()) all.push(...(await readAll(project, beside[place]!, [await readOne(project, file)])));
  return choose(all, options.scenario ?? 'all', beside.join(', '));
}

async function readOne(project: Project, file: string) {
  return readJourneyFile(project, file).catch((error: unknown) => {
    if (error instanceof ScenarioError) throw error;
    throw new CliFailure(`There is no file ${file} that can be read.`, 2);
  });
}

async function readAll(project: Project, file: string, journeys: StagedScenario['journeys']): Promise<readonly StagedScenario[]> {
  return readScenarioFile(project, file, journeys).catch((error: unknown) => {
    if (error instanceof ScenarioError) throw error;
    throw new CliFailure(`There is no file ${file} with scenarios; --scenarios names another.`, 2);
  });
}

/** What is wrong in a file is the command's answer. */
async function told<Value>(work: Promise<Value>): Promise<Value> {
  return work.catch((error: unknown) => {
    if (error instanceof ScenarioError) throw new CliFailure(error.message, 1, error.problems);
    throw error;
  });
}

function choose(staged: readonly StagedScenario[], name: string, file: string): readonly StagedScenario[] {
  if (name === 'all') return staged;
  const wanted = name.toLowerCase();
  const exact = staged.filter(({ scenario }) => scenario.name.toLowerCase() === wanted);
  const near = exact.length > 0 ? exact : staged.filter(({ scenario }) => scenario.name.toLowerCase().includes(wanted));
  if (near.length === 1) return near;
  const names = (near.length > 0 ? near : staged).map(({ scenario }) => `  ${scenario.name}`).join('\n');
  throw new CliFailure(
    `${near.length === 0 ? `${file} has no scenario "${name}".` : `"${name}" may mean several scenarios.`} There are:\n${names}`,
    2,
  );
}

/** `isWhole`: all scenarios were played, so it says something what they do not reach. */
function tellStories(played: readonly Played[], { timeZone, isWhole }: { readonly timeZone: string; readonly isWhole: boolean }): Outcome {
  const failed = played.filter(({ complaints }) => complaints.length > 0).length;
  return {
    value: played.map(({ scenario, complaints, story: { told: _told, ...story } }) => ({
      scenario: scenario.name,
      passed: complaints.length === 0,
      complaints,
      story,
    })),
    text: paragraphs(
      ...played.map(({ story, complaints }) => paragraphs(renderStory(story, { timeZone }), complaintText(complaints))),
      isWhole ? coverageText(played) : null,
      played.length === 1 && failed === 0 ? 'As expected.' : `${plural(played.length - failed, 'scenario')} as expected, ${failed} not.`,
    ),
    exitCode: failed > 0 ? 1 : 0,
  };
}

/** Of each journey that scenarios are about first, what these reach of it. */
function coverageText(played: readonly Played[]): string {
  const definitions = new Map(played.map(({ journeys: [first] }) => [first.id, first]));
  return [...definitions.values()]
    .map((definition) =>
      coverageOf(
        definition,
        played.map(({ story }) => story),
      ),
    )
    .map(describeCoverage)
    .join('\n');
}

function complaintText(complaints: readonly string[]): string | null {
  return complaints.length === 0 ? null : ['Not as expected:', ...complaints.map((complaint) => `  ${complaint}`)].join('\n');
}

/** A map for each story: what one person is sent in one has nothing to do with another. */
function tellLoad(played: readonly Played[]): Outcome {
  const maps = played.map(({ scenario, complaints, story: { told: of, startAt, until, people } }) => ({
    scenario: scenario.name,
    complaints,
    load: loadMap(of, { from: startAt, to: until + 1, people }),
  }));
  return {
    value: maps.map(({ scenario, load }) => ({ scenario, load })),
    text: paragraphs(
      ...maps.map(({ scenario, complaints, load }) => paragraphs(`${scenario}\n${loadText(load)}`, complaintText(complaints))),
    ),
    exitCode: maps.some(({ complaints }) => complaints.length > 0) ? 1 : 0,
  };
}
