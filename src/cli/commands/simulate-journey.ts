import { readFile } from 'node:fs/promises';
import { parseJourney } from '../../journey/parse.js';
import { loadTemplates } from '../../render/load.js';
import { describeProblem } from '../../yaml/problem.js';
import { loadPolicies } from '../../policy-folder.js';
import { loadShop } from '../../shop.js';
import { compareStory } from '../../simulator/expect.js';
import { parseScenarios, type Scenario } from '../../simulator/scenario.js';
import { simulate } from '../../simulator/simulate.js';
import { renderStory } from '../../simulator/story.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { readSource } from '../source-file.js';
import { decodeText } from '../../domain/decode-text.js';
import { paragraphs, plural } from '../text.js';

/** `simulate <journey.yaml> --scenario <name|all>`: plays scenarios on a virtual clock and tells their stories. No server is needed. */
export async function simulateJourney(
  context: CliContext,
  file: string,
  options: { readonly scenario?: string; readonly scenarios?: string },
): Promise<Outcome> {
  const [shop, policies, definition] = await Promise.all([
    loadShop(context.project),
    loadPolicies(context.project),
    readDefinition(context, file),
  ]);
  const scenariosFile = options.scenarios ?? file.replace(/\.journey\.ya?ml$/, '.scenarios.yaml');
  const scenarios = await readScenarios(scenariosFile, shop.timeZone);
  const chosen = choose(scenarios, options.scenario ?? 'all', scenariosFile);

  const played = chosen.map((scenario) => {
    const story = simulate({ definition, script: scenario.script, shop, policies });
    return { scenario, story, complaints: compareStory(story, scenario.expect, { timeZone: shop.timeZone }) };
  });
  const failed = played.filter(({ complaints }) => complaints.length > 0).length;
  return {
    value: played.map(({ scenario, story, complaints }) => ({
      scenario: scenario.name,
      passed: complaints.length === 0,
      complaints,
      story,
    })),
    text: paragraphs(
      ...played.map(({ story, complaints }) =>
        paragraphs(
          renderStory(story, { timeZone: shop.timeZone }),
          complaints.length === 0 ? null : ['Not as expected:', ...complaints.map((complaint) => `  ${complaint}`)].join('\n'),
        ),
      ),
      played.length === 1 && failed === 0 ? 'As expected.' : `${plural(played.length - failed, 'scenario')} as expected, ${failed} not.`,
    ),
    exitCode: failed > 0 ? 1 : 0,
  };
}

async function readDefinition(context: CliContext, file: string) {
  const { source } = await readSource(file);
  const parsed = parseJourney(source, { templates: await loadTemplates(context.project) });
  if (parsed.kind === 'ok') return parsed.definition;
  throw new CliFailure(
    [`${file} is not a journey that can run:`, ...parsed.problems.map((problem) => describeProblem({ ...problem, file }))].join('\n'),
    1,
    parsed.problems,
  );
}

async function readScenarios(file: string, shopTimeZone: string): Promise<readonly Scenario[]> {
  const bytes = await readFile(file).catch(() => {
    throw new CliFailure(`There is no file ${file} with scenarios; --scenarios names another.`, 2);
  });
  const parsed = parseScenarios(decodeText(bytes), { file, shopTimeZone });
  if (parsed.kind === 'ok') return parsed.scenarios;
  throw new CliFailure(parsed.problems.map(describeProblem).join('\n'), 1, parsed.problems);
}

function choose(scenarios: readonly Scenario[], name: string, file: string): readonly Scenario[] {
  if (name === 'all') return scenarios;
  const wanted = name.toLowerCase();
  const exact = scenarios.filter((scenario) => scenario.name.toLowerCase() === wanted);
  const near = exact.length > 0 ? exact : scenarios.filter((scenario) => scenario.name.toLowerCase().includes(wanted));
  if (near.length === 1) return near;
  const names = (near.length > 0 ? near : scenarios).map((scenario) => `  ${scenario.name}`).join('\n');
  throw new CliFailure(
    `${near.length === 0 ? `${file} has no scenario "${name}".` : `"${name}" may mean several scenarios.`} There are:\n${names}`,
    2,
  );
}
