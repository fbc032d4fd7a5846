import { join } from 'node:path';
import type { PolicyListAnswer, PolicyVersion, PolicyVersionSummary, PublishedPolicy } from '../../api/contract/policies.js';
import { type PolicyKind, policyKinds } from '../../domain/policy/policies.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import { parsePolicy, policyFile } from '../../policy/parse.js';
import { checkPolicyFolder, publishOrder } from '../../project/policy-folder.js';
import { loadShop } from '../../project/shop.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { lintOutcome } from '../lint-outcome.js';
import { publishSources } from '../publish-sources.js';
import { readSource } from '../source-file.js';
import { paragraphs, plural, table } from '../text.js';

/** `policy lint [files…]`: checks the project's policies, or these files beside them. No server is needed. */
export async function lintPolicies(context: CliContext, files: readonly string[]): Promise<Outcome> {
  const languages = (await loadShop(context.project)).locales;
  const folder = await checkPolicyFolder(context.project, languages);
  const topics = folder.policies === null ? null : topicIds(folder.policies.topics);
  const problems = files.length === 0 ? [...folder.problems] : [];
  for (const { file, kind, source } of await readFiles(files))
    problems.push(...parsePolicy(kind, source, { topics, languages }).problems.map((problem) => ({ ...problem, file })));
  const count = files.length === 0 ? policyKinds.length : files.length;
  return lintOutcome(plural(count, 'policy', 'policies'), problems);
}

/** `policy publish [files…]`: each file, or each policy of the project, comes in force when it is without errors. */
export async function publishPolicies(
  context: CliContext,
  files: readonly string[],
  options: { readonly note?: string },
): Promise<Outcome> {
  const api = await context.client();
  const chosen = files.length === 0 ? publishOrder.map((kind) => join(context.project, policyFile(kind))) : files;
  return publishSources(await readFiles(chosen), {
    publish: ({ kind, source }) =>
      api.post<PublishedPolicy>(`/v1/policies/${kind}/versions`, {
        source,
        ...(options.note === undefined ? {} : { note: options.note }),
      }),
    name: ({ kind }) => kind,
    inForce: 'in force',
  });
}

/** `policy list`: what is in force, since when. */
export async function listPolicies(context: CliContext): Promise<Outcome> {
  const api = await context.client();
  const { items } = await api.get<PolicyListAnswer>('/v1/policies');
  const local = await context.localTime();
  const rows = items.map(({ kind, version, publishedAt, note }) => [kind, version, local(publishedAt), note ?? '']);
  return { value: items, text: table(['policy', 'version', 'in force since', 'note'], rows, 'No policy is published.') };
}

/** `policy show <kind>`: its versions, or with `--source` the YAML of one. */
export async function showPolicy(
  context: CliContext,
  kind: string,
  options: { readonly source?: boolean; readonly at?: string },
): Promise<Outcome> {
  if (!isKind(kind)) throw new CliFailure(`There is no policy ${kind}. There are: ${policyKinds.join(', ')}.`, 2);
  const api = await context.client();
  const path = `/v1/policies/${kind}`;
  if (options.source) {
    const version = await api.get<PolicyVersion>(`${path}/versions/${options.at ?? 'live'}`);
    return { value: version, text: version.source.trimEnd() };
  }
  const versions = await api.list<PolicyVersionSummary>(`${path}/versions`, {}, 20);
  const local = await context.localTime();
  const rows = versions.map(({ version, publishedAt, note }, index) => [
    version,
    local(publishedAt),
    index === 0 ? 'in force' : '',
    note ?? '',
  ]);
  return {
    value: { kind, versions },
    text: paragraphs(
      versions[0] === undefined ? null : `${kind} is at version ${versions[0].version}; --source prints it.`,
      table(['version', 'published', '', 'note'], rows, `${kind} is not published: sojourn policy publish ${policyFile(kind)}.`),
    ),
  };
}

async function readFiles(files: readonly string[]) {
  return Promise.all(
    files.map(async (file) => {
      const read = await readSource(file);
      return { ...read, kind: kindIn(read.source, file) };
    }),
  );
}

/** What the file says that it is; without that, its name will do. */
function kindIn(source: string, file: string): PolicyKind {
  const said = /^policy:\s*["']?([a-z-]+)/m.exec(source)?.[1] ?? file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  if (isKind(said)) return said;
  throw new CliFailure(`${file} is none of the policies ${policyKinds.join(', ')}: its first line says which, such as "policy: caps".`, 2);
}

function isKind(text: string): text is PolicyKind {
  return policyKinds.some((kind) => kind === text);
}
