import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LiveSegment } from '../definitions/segment/review.js';
import type { LiveOffer } from '../domain/offers/offer.js';
import type { Policies } from '../domain/policy/policies.js';
import type { Shop } from '../domain/shop/shop.js';
import { decodeText } from '../domain/values/decode-text.js';
import type { JourneyDefinition } from '../journey/definition.js';
import { experimentWays, type LiveExperiment } from '../journey/experiment.js';
import { parseJourney } from '../journey/parse.js';
import { draftRenderer } from '../render/folder-renderer.js';
import { loadTemplates } from '../render/load.js';
import type { TemplateSet } from '../render/template-set.js';
import { parseScenarios, type Scenario } from '../simulator/scenario.js';
import { simulate } from '../simulator/simulate.js';
import type { Story } from '../simulator/story.js';
import { describeProblem, type FileProblem } from '../yaml/problem.js';
import { loadPolicies } from './policy-folder.js';
import { loadExperiments } from './project-experiments.js';
import { loadOffers } from './project-offers.js';
import { loadSegments } from './project-segments.js';
import { loadShop } from './shop.js';

/** What is written in a journey or in a file of scenarios cannot be played; the message lists every problem with its line. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly FileProblem[];

  constructor(heading: string, problems: readonly FileProblem[]) {
    super([heading, ...problems.map(describeProblem)].join('\n'));
    this.problems = problems;
  }
}

/** A project folder, as scenarios are played in it. */
export interface ScenarioProject {
  readonly shop: Shop;
  readonly policies: Policies;
  readonly templates: TemplateSet;
  readonly segments: readonly LiveSegment[];
  readonly experiments: readonly LiveExperiment[];
  readonly offers: readonly LiveOffer[];
}

export async function openScenarioProject(folder: string): Promise<ScenarioProject> {
  const [shop, policies, templates, segments, experiments, offers] = await Promise.all([
    loadShop(folder),
    loadPolicies(folder),
    loadTemplates(folder),
    loadSegments(folder),
    loadExperiments(folder),
    loadOffers(folder),
  ]);
  return { shop, policies, templates, segments, experiments, offers };
}

/** A scenario with all journeys that run in it. */
export interface StagedScenario {
  readonly scenario: Scenario;
  /** The one that it is about first. */
  readonly journeys: readonly [JourneyDefinition, ...JourneyDefinition[]];
}

/** Reads a journey's file. Throws a ScenarioError that says what to mend, and what `readFile` throws where there is none. */
export async function readJourneyFile(
  { shop, templates, segments, experiments, offers }: ScenarioProject,
  file: string,
): Promise<JourneyDefinition> {
  const parsed = parseJourney(decodeText(await readFile(file)), {
    templates,
    segments: segments.map(({ definition }) => definition.id),
    experiments: experimentWays(experiments),
    offers: offers.map(({ definition }) => definition.id),
    receivers: shop.receivers ?? {},
  });
  if (parsed.kind === 'ok') return parsed.definition;
  throw new ScenarioError(
    `${file} is not a journey that can run:`,
    parsed.problems.map((problem) => ({ ...problem, file })),
  );
}

/**
 * Reads a file of scenarios, with the journeys that each names beside these. Throws a ScenarioError for what is written there, and what
 * `readFile` throws where there is no such file.
 */
export async function readScenarioFile(
  project: ScenarioProject,
  file: string,
  journeys: readonly [JourneyDefinition, ...JourneyDefinition[]],
): Promise<readonly StagedScenario[]> {
  const { templates, shop } = project;
  const heads = { head: (id: string) => templates.sources.find((source) => source.id === id) ?? null, ids: () => templates.ids() };
  const parsed = parseScenarios(decodeText(await readFile(file)), { file, shopTimeZone: shop.timeZone, templates: heads });
  if (parsed.kind === 'invalid') throw new ScenarioError(`${file} cannot be played:`, parsed.problems);
  const readBeside = besideReader(project, file);
  const staged: StagedScenario[] = [];
  for (const scenario of parsed.scenarios) staged.push({ scenario, journeys: await withNamed(scenario, journeys, readBeside) });
  return staged;
}

type Named = Scenario['journeys'][number];

/** Reads the journeys that scenarios of a file name, each once. */
function besideReader(project: ScenarioProject, file: string): (named: Named) => Promise<JourneyDefinition> {
  const known = new Map<string, JourneyDefinition>();
  return async ({ file: beside, complain }) => {
    const path = join(dirname(file), beside);
    const definition =
      known.get(path) ??
      (await readJourneyFile(project, path).catch((error: unknown) => {
        if (error instanceof ScenarioError) throw error;
        throw new ScenarioError(`${file} cannot be played:`, [
          complain(`There is no file ${path} that can be read.`, `Journeys are named as ${dirname(file)} finds them.`),
        ]);
      }));
    known.set(path, definition);
    return definition;
  };
}

async function withNamed(
  { journeys: named }: Scenario,
  [first, ...others]: readonly [JourneyDefinition, ...JourneyDefinition[]],
  read: (one: Named) => Promise<JourneyDefinition>,
): Promise<StagedScenario['journeys']> {
  const known = new Map([first, ...others].map((definition) => [definition.id, definition]));
  for (const one of named) {
    const definition = await read(one);
    known.set(definition.id, definition);
  }
  return [...known.values()] as unknown as StagedScenario['journeys'];
}

/** What plays scenarios. Templates are read once for all of them. */
export function openTheatre({ shop, policies, templates, segments, experiments, offers }: ScenarioProject): (one: StagedScenario) => Story {
  const render = draftRenderer(templates, shop);
  const heads = new Map(templates.sources.map((source) => [source.id, source]));
  return ({ scenario, journeys: [definition, ...others] }) =>
    simulate({
      definition,
      others,
      script: scenario.script,
      shop,
      policies,
      segments,
      experiments,
      offers,
      render: (template, context) => render(template, context),
      asks: render.asks,
      templates: (id) => heads.get(id) ?? null,
    });
}
