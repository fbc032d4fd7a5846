import { topicIds } from '../../domain/policy/topic-policy.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { describeSteps, describeTrigger } from '../../journey/graph.js';
import { parseJourney } from '../../journey/parse.js';
import { checkPolicyFolder } from '../../project/policy-folder.js';
import { loadTemplates } from '../../render/load.js';
import { describeProblem } from '../../yaml/problem.js';
import type { CliContext, Outcome } from '../context.js';
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
  const found = [];
  const walks: string[] = [];
  for (const file of files) {
    const { source } = await readSource(file);
    const parsed = parseJourney(source, { templates, ...topics });
    found.push(...parsed.problems.map((problem) => ({ file, ...problem })));
    if (options.steps && parsed.kind === 'ok') walks.push(walkOf(parsed.definition));
  }
  const errors = found.filter((problem) => problem.severity === 'error').length;
  const summary =
    found.length === 0
      ? `${plural(files.length, 'journey')}, no problems.`
      : `${plural(errors, 'error')}, ${plural(found.length - errors, 'warning')}.`;
  return {
    value: found,
    text: paragraphs(...walks, [...found.map(describeProblem), summary].join('\n')),
    exitCode: errors > 0 ? 1 : 0,
  };
}

function walkOf(definition: JourneyDefinition): string {
  const rows = describeSteps(definition).map(({ id, sentence, to }) => [id, sentence, to.length === 0 ? 'the end' : to.join(', ')]);
  return `${describeTrigger(definition)}\n${table([definition.id, 'does', 'leads to'], rows, 'It has no steps.')}`;
}
