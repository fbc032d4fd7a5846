import { topicIds } from '../../domain/policy/topic-policy.js';
import { checkPolicyFolder } from '../../project/policy-folder.js';
import { loadShop } from '../../project/shop.js';
import { lintTemplates } from '../../render/lint.js';
import { loadTemplates } from '../../render/load.js';
import type { CliContext, Outcome } from '../context.js';
import { lintOutcome } from '../lint-outcome.js';
import { plural } from '../text.js';

/** `template lint`: every template in every language with every sample. No server is needed. */
export async function lintProjectTemplates(context: CliContext): Promise<Outcome> {
  const [set, shop, { policies }] = await Promise.all([
    loadTemplates(context.project),
    loadShop(context.project),
    checkPolicyFolder(context.project, null),
  ]);
  const problems = await lintTemplates(set, shop, policies === null ? null : topicIds(policies.topics), policies?.classes ?? null);
  return lintOutcome(plural(set.ids().length, 'template'), problems);
}
