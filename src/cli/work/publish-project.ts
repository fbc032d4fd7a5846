import { basename, join } from 'node:path';
import type { DefinitionVersionAnswer } from '../../api/contract/definitions.js';
import type { JourneyVersion } from '../../api/contract/journeys.js';
import type { PolicyVersion } from '../../api/contract/policies.js';
import { type ShopPublishAnswer, shopPublishAnswer } from '../../api/contract/shop.js';
import { type TemplatePublishAnswer, templatePublishAnswer } from '../../api/contract/templates.js';
import { definitionKinds } from '../../definitions/list.js';
import { topicIds } from '../../domain/policy/topic-policy.js';
import { parseJourney } from '../../journey/parse.js';
import { policyFile } from '../../policy/parse.js';
import { checkPolicyFolder, publishOrder, readPolicyFile } from '../../project/policy-folder.js';
import { projectExperimentWays } from '../../project/project-experiments.js';
import { projectOfferIds } from '../../project/project-offers.js';
import { projectReceivers } from '../../project/project-receivers.js';
import { segmentIds } from '../../project/project-segments.js';
import { loadShop } from '../../project/shop.js';
import { type FileKind, journeyKind, sourceFiles } from '../../project/source-files.js';
import { loadTemplates } from '../../render/load.js';
import { describeProblem, type FileProblem } from '../../yaml/problem.js';
import { publishJourneys } from '../commands/publish-journey.js';
import { publishShop } from '../commands/publish-shop.js';
import { publishTemplates } from '../commands/templates.js';
import type { CliContext, Outcome } from '../context.js';
import { CliFailure } from '../failure.js';
import { readAnswer } from '../read-answer.js';
import type { SourceFile } from '../source-file.js';
import { plural } from '../text.js';
import { problemsOf, projectChecks, publishDefinitions } from './definitions.js';
import { publishPolicies } from './policies.js';

/** A file that says something else than what is live. */
interface Difference {
  /** `shop`, `template`, `policy`, `journey`, or a kind of definition, such as `segment`. */
  readonly kind: string;
  readonly id: string;
  /** Null: the template of the server's own folder. */
  readonly file: string | null;
  readonly change: 'new' | 'changed';
  readonly problems: readonly FileProblem[];
}

export const nothingDiffers = 'Everything in the project is live.';

/**
 * `publish`: all of the project that differs from what is live, in an order in which each finds what it needs: policies, templates,
 * segments and the like, journeys. Shows the difference first, and does nothing without `--yes`. A file with an error is reported and stays
 * as it is; the others are published.
 */
export async function publishProject(
  context: CliContext,
  options: { readonly dryRun?: boolean; readonly yes?: boolean; readonly note?: string },
): Promise<Outcome> {
  const found = await differences(context);
  const shown = found.flatMap(lines);
  if (found.length === 0) return { value: [], text: nothingDiffers };
  const broken = found.filter(({ problems }) => problems.some(({ severity }) => severity === 'error'));
  if (options.dryRun === true)
    return { value: found, text: [...shown, summary(found, broken)].join('\n'), exitCode: broken.length > 0 ? 1 : 0 };
  if (options.yes !== true)
    throw new CliFailure([...shown, summary(found, broken), 'Nothing was published. Publish it with --yes.'].join('\n'), 2, found);

  const sound = found.filter((one) => !broken.includes(one));
  const filesOf = (kind: Difference['kind']): readonly string[] =>
    sound.flatMap((one) => (one.kind === kind && one.file !== null ? [one.file] : []));
  const note = options.note === undefined ? {} : { note: options.note };
  const outcomes: Outcome[] = [];
  if (found.some(({ kind }) => kind === 'shop')) outcomes.push(await publishShop(context, {}));
  if (filesOf('policy').length > 0) outcomes.push(await publishPolicies(context, filesOf('policy'), note));
  if (found.some(({ kind }) => kind === 'template')) outcomes.push(await publishTemplates(context));
  for (const kind of definitionKinds)
    if (filesOf(kind.kind).length > 0) outcomes.push(await publishDefinitions(context, kind, filesOf(kind.kind), note));
  if (filesOf('journey').length > 0) outcomes.push(await publishJourneys(context, filesOf('journey'), note));
  const left = broken.filter(({ kind }) => kind !== 'template').flatMap(lines);
  const failed = broken.length > 0 || outcomes.some(({ exitCode }) => exitCode === 1);
  return {
    value: outcomes.map(({ value }) => value),
    text: [...outcomes.map(({ text }) => text), ...left].join('\n'),
    exitCode: failed ? 1 : 0,
  };
}

function lines({ kind, id, file, change, problems }: Difference): readonly string[] {
  return [
    `${change === 'new' ? '+' : '~'} ${kind} ${id}${file === null ? '' : ` (${file})`}`,
    ...problems.map((problem) => `  ${describeProblem(problem)}`),
  ];
}

function summary(found: readonly Difference[], broken: readonly Difference[]): string {
  const differ = `${plural(found.length, 'file differs', 'files differ')} from what is live`;
  return broken.length === 0
    ? `${differ}.`
    : `${differ}; ${plural(broken.length, 'has an error', 'have errors')} and would stay as ${broken.length === 1 ? 'it is' : 'they are'}.`;
}

async function differences(context: CliContext): Promise<readonly Difference[]> {
  return [
    ...(await shopDifferences(context)),
    ...(await policyDifferences(context)),
    ...(await templateDifferences(context)),
    ...(await definitionDifferences(context)),
    ...(await journeyDifferences(context)),
  ];
}

async function shopDifferences(context: CliContext): Promise<readonly Difference[]> {
  try {
    const answer = await (await context.client()).post<ShopPublishAnswer>('/v1/shop-publications', { dryRun: true });
    const { differs } = readAnswer(shopPublishAnswer, answer);
    return differs ? [{ kind: 'shop', id: 'shop.yaml', file: null, change: 'changed', problems: [] }] : [];
  } catch (error) {
    // A process that has no folder to read.
    if (error instanceof CliFailure && (error.details as { readonly status?: number } | undefined)?.status === 501) return [];
    throw error;
  }
}

async function policyDifferences(context: CliContext): Promise<readonly Difference[]> {
  const { problems } = await checkPolicyFolder(context.project, (await loadShop(context.project)).locales);
  const found: Difference[] = [];
  for (const kind of publishOrder) {
    const source = await readPolicyFile(context.project, kind);
    if (source === null) continue;
    const live = await sourceOf(context, `/v1/policies/${kind}/versions/live`);
    if (live === source) continue;
    const own = problems.filter(({ file }) => file === policyFile(kind));
    found.push({
      kind: 'policy',
      id: kind,
      file: join(context.project, policyFile(kind)),
      change: live === null ? 'new' : 'changed',
      problems: own,
    });
  }
  return found;
}

async function templateDifferences(context: CliContext): Promise<readonly Difference[]> {
  const answer = await (await context.client()).post<TemplatePublishAnswer>('/v1/template-publications', { dryRun: true });
  const { templates } = readAnswer(templatePublishAnswer, answer);
  return templates
    .filter(({ differs }) => differs)
    .map(({ id, version, problems }) => ({ kind: 'template', id, file: null, change: version === 0 ? 'new' : 'changed', problems }));
}

async function definitionDifferences(context: CliContext): Promise<readonly Difference[]> {
  const found = definitionKinds.map((kind) =>
    fileDifferences(context, kind, async () => {
      const checks = await projectChecks(context, kind);
      return (one) => problemsOf(kind, [one], checks);
    }),
  );
  return (await Promise.all(found)).flat();
}

async function journeyDifferences(context: CliContext): Promise<readonly Difference[]> {
  const [templates, { policies }] = await Promise.all([loadTemplates(context.project), checkPolicyFolder(context.project, null)]);
  const topics = policies === null ? {} : { topics: topicIds(policies.topics) };
  const segments = await segmentIds(context.project);
  const experiments = await projectExperimentWays(context.project);
  const offers = await projectOfferIds(context.project);
  const receivers = await projectReceivers(context.project);
  const lint: Lint = async ({ file, source }) =>
    parseJourney(source, { templates, segments, experiments, offers, receivers, ...topics }).problems.map((problem) => ({
      ...problem,
      file,
    }));
  return fileDifferences(context, journeyKind, async () => lint);
}

type Lint = (one: SourceFile) => Promise<readonly FileProblem[]>;

/** Files of a kind that say something else than what is live under their ids. `prepareLint`: called once, when the first one differs. */
async function fileDifferences(context: CliContext, kind: FileKind, prepareLint: () => Promise<Lint>): Promise<readonly Difference[]> {
  const written = await sourceFiles(context.project, kind).catch(() => {
    throw new CliFailure(`${kind.many}/ has a file that cannot be read.`, 2);
  });
  const found: Difference[] = [];
  let lint: Lint | null = null;
  for (const { file: name, source, id } of written) {
    const live = await sourceOf(context, `/v1/${kind.many}/${encodeURIComponent(id)}/versions/live`);
    if (live === source) continue;
    const file = join(context.project, name);
    const twins = written.filter((other) => other.id === id && other.file !== name).map((twin) => toldTwice(kind, id, file, twin.file));
    lint ??= await prepareLint();
    const problems = [...twins, ...(await lint({ file, source }))];
    found.push({ kind: kind.kind, id, file, change: live === null ? 'new' : 'changed', problems });
  }
  return found;
}

/** Each would replace the other, again with every publication. */
function toldTwice({ kind }: FileKind, id: string, file: string, twin: string): FileProblem {
  const message = `"${id}" is the ${kind} of ${basename(twin)}, too.`;
  return { file, line: 1, column: 1, path: kind, message, suggestion: `Give one of them another id under "${kind}:".`, severity: 'error' };
}

/** What is live; null: nothing is. */
async function sourceOf(context: CliContext, path: string): Promise<string | null> {
  try {
    return (await (await context.client()).get<JourneyVersion | PolicyVersion | DefinitionVersionAnswer>(path)).source;
  } catch (error) {
    if (error instanceof CliFailure && (error.details as { readonly status?: number } | undefined)?.status === 404) return null;
    throw error;
  }
}
