import type { CompiledTemplate } from '../../domain/messages/template.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import { checkTemplate } from '../../render/check.js';
import { sourceHash } from '../../render/compile.js';
import { withMjml } from '../../render/mjml.js';
import type { TemplateSet } from '../../render/template-set.js';
import { addTemplateVersion, latestTemplateVersions, lockTemplates } from '../../store/templates.js';
import type { FileProblem } from '../../yaml/problem.js';
import type { AppDeps } from '../deps.js';

/** What publishing one template came to. */
export interface TemplatePublication {
  /** The template's id; the file's path where the file could not be read. */
  readonly id: string;
  /** The version that is live now; 0: none, as the first one was refused. */
  readonly version: number;
  /** False: nothing changed, or `problems` has an error and the version before stays live. */
  readonly published: boolean;
  /** What the folder says is not what was live before. */
  readonly differs: boolean;
  readonly problems: readonly FileProblem[];
}

/**
 * Publishes each template that changed as its next version. An unchanged template (by the hash of its sources) is neither compiled nor
 * checked, so this may run at every start. A template with an error is refused; the others are published.
 */
export async function publishTemplates(
  deps: Pick<AppDeps, 'store' | 'clock' | 'shop'> & Partial<Pick<AppDeps, 'policies'>>,
  set: TemplateSet,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<readonly TemplatePublication[]> {
  const live = await latestTemplateVersions(deps.store.db);
  const publications: TemplatePublication[] = [...new Set(set.problems.map((problem) => problem.file))].map((file) => ({
    id: file,
    version: 0,
    published: false,
    differs: true,
    problems: set.problems.filter((problem) => problem.file === file),
  }));
  const topics = deps.policies ? topicIds(deps.policies.current().topics) : null;
  const classes = deps.policies?.current().classes ?? null;
  await withMjml(async (mjml) => {
    for (const source of set.sources) {
      const { id } = source;
      const hash = sourceHash(source, set);
      const before = live.get(id);
      if (before?.hash === hash) {
        publications.push({ id, version: before.version, published: false, differs: false, problems: [] });
        continue;
      }
      const { compiled, problems } = await checkTemplate(source, set, deps.shop, mjml, topics, classes);
      if (compiled === null) {
        publications.push({ id, version: before?.version ?? 0, published: false, differs: true, problems });
        continue;
      }
      if (dryRun) {
        publications.push({ id, version: before?.version ?? 0, published: false, differs: true, problems });
        continue;
      }
      publications.push({ id, ...(await addVersion(deps, id, hash, compiled)), differs: true, problems });
    }
  });
  return publications;
}

/** Under the lock another publisher may turn out to have been quicker. */
async function addVersion(
  deps: Pick<AppDeps, 'store' | 'clock'>,
  id: string,
  hash: string,
  compiled: CompiledTemplate,
): Promise<{ readonly version: number; readonly published: boolean }> {
  return deps.store.transaction(async (trx) => {
    await lockTemplates(trx);
    const live = (await latestTemplateVersions(trx)).get(id);
    if (live?.hash === hash) return { version: live.version, published: false };
    const version = (live?.version ?? 0) + 1;
    await addTemplateVersion(trx, { version, hash, compiled, at: deps.clock.now() });
    return { version, published: true };
  });
}
