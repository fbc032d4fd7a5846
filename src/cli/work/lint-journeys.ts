import { topicIds } from '../../domain/policy/topic-policy.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { describeSteps, describeTrigger } from '../../journey/graph.js';
import { parseJourney } from '../../journey/parse.js';
import { checkPolicyFolder } from '../../project/policy-folder.js';
import { projectExperimentWays } from '../../project/project-experiments.js';
import { projectOfferIds } from '../../project/project-offers.js';
import { projectReceivers } from '../../project/project-receivers.js';
import { segmentIds } from '../../project/project-segments.js';
import { journeyKind, sourceFiles } from '../../project/source-files.js';
import { loadTemplates } from '../../render/load.js';
import type { CliContext, Outcome } from '../context.js';
import { lintOutcome } from '../lint-outcome.js';
import { readSource } from '../source-file.js';
import { paragraphs, plural, table } from '../text.js';

/** `journey lint <files…>`: checks sources against the project's templates. No server is needed. */
export async function lintJourneys(
  context: CliContext,
  files: readonly string[],
  options: { readonly steps?: boolean } = {},
): Promise<Outcome> {
  const [templates, { policies }] = await Promise.all([loadTemplates(context.project), checkPolicyFolder(context.project, null)]);
  const topics = policies === null ? {} : { topics: topicIds(policies.topics) };
  const segments = await segmentIds(context.project);
  const experiments = await projectExperimentWays(context.project);
  const offers = await projectOfferIds(context.project);
  const receivers = await projectReceivers(context.project);
  const journeys = (await sourceFiles(context.project, journeyKind)).map(({ id }) => id);
  const found = [];
  const walks: string[] = [];
  for (const file of files) {
    const { source } = await readSource(file);
    const parsed = parseJourney(source, { templates, segments, journeys, experiments, offers, receivers, ...topics });
    found.push(...parsed.problems.map((problem) => ({ file, ...problem })));
    if (options.steps && parsed.kind === 'ok') walks.push(walkOf(parsed.definition));
  }
  const outcome = lintOutcome(plural(files.length, 'journey'), found);
  return { ...outcome, text: paragraphs(...walks, outcome.text) };
}

function walkOf(definition: JourneyDefinition): string {
  const rows = describeSteps(definition).map(({ id, sentence, to }) => [id, sentence, to.length === 0 ? 'the end' : to.join(', ')]);
  return `${describeTrigger(definition)}\n${table([definition.id, 'does', 'leads to'], rows, 'It has no steps.')}`;
}
