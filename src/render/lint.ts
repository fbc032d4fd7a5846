import type { ClassPolicy } from '../domain/policy/class-policy.js';
import type { Shop } from '../domain/shop/shop.js';
import type { FileProblem } from '../yaml/problem.js';
import { checkTemplate } from './check.js';
import { withMjml } from './mjml.js';
import type { TemplateSet } from './template-set.js';

/** All that is wrong in a `templates` folder, in the order of its files: what could not be read, then each template in turn. */
export async function lintTemplates(
  set: TemplateSet,
  shop: Shop,
  topics: readonly string[] | null = null,
  classes: ClassPolicy | null = null,
): Promise<readonly FileProblem[]> {
  return withMjml(async (mjml) => {
    const problems = [...set.problems];
    for (const source of set.sources) problems.push(...(await checkTemplate(source, set, shop, mjml, topics, classes)).problems);
    const told = new Set<string>();
    return problems.filter((problem) => {
      const key = JSON.stringify(problem);
      return !told.has(key) && told.add(key) !== undefined;
    });
  });
}
