import { topicIds } from '../../domain/policy/topic-policy.js';
import { parseJourney } from '../../journey/parse.js';
import { checkPolicyFolder } from '../../project/policy-folder.js';
import { loadTemplates } from '../../render/load.js';
import { describeProblem } from '../../yaml/problem.js';
import type { CliContext, Outcome } from '../context.js';
import { readSource } from '../source-file.js';
import { plural } from '../text.js';

/** `journey lint <files…>`: checks sources against the project's templates. No server is needed. */
export async function lintJourneys(context: CliContext, files: readonly string[]): Promise<Outcome> {
  const [templates, { policies }] = await Promise.all([loadTemplates(context.project), checkPolicyFolder(context.project, null)]);
  const topics = policies === null ? {} : { topics: topicIds(policies.topics) };
  const found = [];
  for (const file of files) {
    const { source } = await readSource(file);
    const { problems } = parseJourney(source, { templates, ...topics });
    found.push(...problems.map((problem) => ({ file, ...problem })));
  }
  const errors = found.filter((problem) => problem.severity === 'error').length;
  const summary =
    found.length === 0
      ? `${plural(files.length, 'journey')}, nothing to complain about.`
      : `${plural(errors, 'error')}, ${plural(found.length - errors, 'warning')}.`;
  return {
    value: found,
    text: [...found.map(describeProblem), summary].join('\n'),
    exitCode: errors > 0 ? 1 : 0,
  };
}
