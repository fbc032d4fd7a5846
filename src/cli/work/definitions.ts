import { join } from 'node:path';
import type {
  ArchivedDefinition,
  DefinitionSummary,
  DefinitionVersionAnswer,
  PublishedDefinition,
} from '../../api/contract/definitions.js';
import { fieldsOf } from '../../definitions/field/fields.js';
import { fields as fieldKind } from '../../definitions/field/kind.js';
import type { DefinitionContext, DefinitionKind } from '../../definitions/kind.js';
import { parseDefinition } from '../../definitions/parse.js';
import { segments } from '../../definitions/segment/kind.js';
import type { Fields } from '../../domain/answers/field.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import { loadDefinitions } from '../../project/load-definitions.js';
import { checkPolicyFolder } from '../../project/policy-folder.js';
import { sourceFiles } from '../../project/source-files.js';
import type { FileProblem } from '../../yaml/problem.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { lintOutcome } from '../lint-outcome.js';
import { publishSources } from '../publish-sources.js';
import { readSource, type SourceFile } from '../source-file.js';
import { paragraphs, plural, table } from '../text.js';

/** `segment lint [files…]`: checks the project's files of a kind, or these. No server is needed. */
export async function lintDefinitions(context: CliContext, kind: DefinitionKind, files: readonly string[]): Promise<Outcome> {
  const sources = await sourcesOf(context, kind, files);
  if (sources.length === 0)
    return {
      value: [],
      text: `There are no ${kind.many} in the project: ${kind.only === undefined ? `${kind.many}/ has no file that ends in .${kind.kind}.yaml` : `it has no ${kind.only}`}.`,
    };
  const problems = await problemsOf(kind, sources, await projectChecks(context, kind));
  return lintOutcome(plural(sources.length, kind.kind, kind.many), problems);
}

/** What files of a kind are checked against: topics, fields and what else the project defines of the kind. */
export async function projectChecks(context: CliContext, kind: DefinitionKind): Promise<DefinitionContext> {
  const { policies } = await checkPolicyFolder(context.project, null);
  const topics = policies === null ? null : topicIds(policies.topics);
  const peers = (await loadDefinitions(context.project, kind)).map(({ definition }) => definition);
  const fields = kind.asksForFields === true ? await fieldsOfProject(context) : null;
  const named = kind.namesSegments === true ? await loadDefinitions(context.project, segments) : null;
  return { topics, peers, fields, segments: named?.map(({ definition }) => definition.id) ?? null };
}

/** What is wrong with these files. */
export async function problemsOf(
  kind: DefinitionKind,
  sources: readonly SourceFile[],
  checks: DefinitionContext,
): Promise<readonly FileProblem[]> {
  const parsed = await Promise.all(sources.map(({ file, source }) => parseDefinition(kind, source, { file, ...checks })));
  return parsed.flatMap(({ problems }) => problems);
}

/** Those of the project's `fields.yaml`; null: it has none that can be read. */
async function fieldsOfProject(context: CliContext): Promise<Fields | null> {
  const [written] = await loadDefinitions(context.project, fieldKind);
  return written === undefined ? null : fieldsOf(written.definition);
}

/** `segment publish [files…]`: each file, or each of the project, comes in force when it is without errors. */
export async function publishDefinitions(
  context: CliContext,
  kind: DefinitionKind,
  files: readonly string[],
  { note, tell }: { readonly note?: string; readonly tell?: boolean },
): Promise<Outcome> {
  const api = await context.client();
  return publishSources(await sourcesOf(context, kind, files), {
    publish: ({ source }) =>
      api.post<PublishedDefinition>(`/v1/${kind.many}`, {
        source,
        ...(note === undefined ? {} : { note }),
        ...(tell === true ? { tells: true } : {}),
      }),
    name: ({ id }) => id,
    inForce: 'in force',
  });
}

/** `segment list` */
export async function listDefinitions(context: CliContext, kind: DefinitionKind): Promise<Outcome> {
  const api = await context.client();
  const items = await api.list<DefinitionSummary>(`/v1/${kind.many}`, {}, 1000);
  const local = await context.localTime();
  const rows = items.map(({ id, name, version, state, publishedAt, note }) => [
    id,
    name ?? '',
    version,
    state,
    local(publishedAt),
    note ?? '',
  ]);
  const none = `No ${kind.kind} is published: write ${kind.many}/<id>.${kind.kind}.yaml, then sojourn ${kind.kind} publish.`;
  return { value: items, text: table([kind.kind, 'name', 'version', 'state', 'since', 'note'], rows, none) };
}

/** `segment show <id>`: its versions, or with `--source` the YAML of one. */
export async function showDefinition(
  context: CliContext,
  kind: DefinitionKind,
  id: string,
  options: { readonly source?: boolean; readonly at?: string },
): Promise<Outcome> {
  const api = await context.client();
  const path = `/v1/${kind.many}/${encodeURIComponent(id)}/versions`;
  if (options.source) {
    const version = await api.get<DefinitionVersionAnswer>(`${path}/${options.at ?? 'live'}`);
    return { value: version, text: version.source.trimEnd() };
  }
  const versions = await api.list<DefinitionSummary>(path, {}, 20);
  const local = await context.localTime();
  const [newest] = versions;
  const rows = versions.map(({ version, publishedAt, state, note }, index) => [
    version,
    local(publishedAt),
    state === 'archived' ? 'archived' : index === 0 ? 'in force' : '',
    note ?? '',
  ]);
  const how = newest?.state === 'archived' ? 'is archived' : `is at version ${newest?.version}; --source prints it`;
  return {
    value: { id, versions },
    text: paragraphs(`${newest?.name ?? id} (${id}) ${how}.`, table(['version', 'published', '', 'note'], rows, 'It has no version yet.')),
  };
}

/** `segment archive <id>` */
export async function archiveDefinition(
  context: CliContext,
  { kind, many }: DefinitionKind,
  id: string,
  { yes }: { readonly yes?: boolean },
): Promise<Outcome> {
  if (yes !== true)
    throw new CliFailure(`The ${kind} ${id} would be out of force for everybody until it is published again. Say --yes to archive it.`, 2);
  const api = await context.client();
  const archived = await api.post<ArchivedDefinition>(`/v1/${many}/${encodeURIComponent(id)}/archive`, {});
  return { value: archived, text: `${id} is archived. sojourn ${kind} publish ${many}/${id}.${kind}.yaml brings it back.` };
}

async function sourcesOf(context: CliContext, kind: DefinitionKind, files: readonly string[]): Promise<readonly SourceFile[]> {
  if (files.length > 0) return Promise.all(files.map(readSource));
  const found = await sourceFiles(context.project, kind);
  return found.map(({ file, source }) => ({ file: join(context.project, file), source }));
}
