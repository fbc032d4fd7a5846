import { publishDefinition } from '../app/definitions/publish-definition.js';
import type { AppDeps } from '../app/deps.js';
import { publishJourney } from '../app/journeys/publish-journey.js';
import type { TemplatePublication } from '../app/templates/publish-templates.js';
import { definitionKinds } from '../definitions/list.js';
import { policyKinds } from '../domain/policy/policies.js';
import { policyFile } from '../policy/parse.js';
import { sourceHash } from '../render/compile.js';
import type { TemplateFolder } from '../render/load.js';
import { readDefinitionVersion } from '../store/definitions.js';
import { readJourneySource } from '../store/journeys.js';
import { readPolicyVersion } from '../store/policies.js';
import { latestTemplateVersions } from '../store/templates.js';
import { describeProblem, type FileProblem } from '../yaml/problem.js';

import { readPolicyFile } from './policy-folder.js';
import { publishPolicyFolder } from './publish-policies.js';
import { journeyKind, sourceFiles } from './source-files.js';

type PublishDeps = Pick<AppDeps, 'store' | 'clock' | 'shop' | 'policies'>;

export interface Project {
  readonly folder: string;
  readonly templates: TemplateFolder;
  readonly publishTemplates: () => Promise<readonly TemplatePublication[]>;
  /** A line for a person. */
  readonly say: (line: string) => void;
}

/** Nothing was ever published: neither a template nor a policy. */
export async function isUnpublished({ store }: Pick<AppDeps, 'store'>): Promise<boolean> {
  if ((await latestTemplateVersions(store.db)).size > 0) return false;
  for (const kind of policyKinds) if ((await readPolicyVersion(store.db, kind, 'newest')) !== null) return false;
  return true;
}

/** Policies come first: a process cannot decide without them. A kind that was never published is taken from the folder at any start. */
export async function publishPoliciesAtStart(app: PublishDeps, project: Project, isFirst: boolean): Promise<void> {
  await publishPolicyFolder(app, project.folder, { isEmbedded: isFirst, say: project.say });
}

/**
 * What the first start on an empty store does: templates, then segments and the like, then journeys. A file with errors is reported and
 * skipped; it does not stop the start. Every later start leaves what is live as it is and says what differs.
 */
export async function publishAtStart(app: PublishDeps, project: Project, isFirst: boolean): Promise<void> {
  if (isFirst) return publishFirst(app, project);
  const differing = await differingFiles(app, project);
  if (differing.length === 0) return;
  const shown = differing.slice(0, 5).join(', ') + (differing.length > 5 ? ' …' : '');
  project.say(
    `${differing.length === 1 ? '1 file differs' : `${differing.length} files differ`} from what is live (${shown}). What is live stays: see it by \`sojourn publish --dry-run\`, put it live by \`sojourn publish\`.`,
  );
}

async function publishFirst(app: PublishDeps, project: Project): Promise<void> {
  const { folder, templates, say } = project;
  for (const { id, version, published, problems } of await project.publishTemplates()) {
    if (published) say(`Published template ${id}, version ${version}.`);
    for (const problem of problems) say(describeProblem(problem));
  }
  const note = 'published at the first start';
  for (const kind of definitionKinds)
    for (const { file, source } of await sourceFiles(folder, kind)) {
      const result = await publishDefinition(app, kind, { source, note });
      tellPublication(project, { ...result, id: result.id ?? file, file, noun: kind.kind });
    }
  for (const { file, source } of await sourceFiles(folder, journeyKind)) {
    const result = await publishJourney({ ...app, templates }, { source, note });
    tellPublication(project, { ...result, id: result.kind === 'refused' ? file : result.journeyId, file, noun: 'journey' });
  }
}

interface Publication {
  readonly kind: 'published' | 'unchanged' | 'refused';
  /** `journey`, `segment`. */
  readonly noun: string;
  readonly id: string;
  readonly version?: number;
  readonly file: string;
  readonly problems: readonly Omit<FileProblem, 'file'>[];
}

function tellPublication({ say }: Project, { kind, noun, id, version, file, problems }: Publication): void {
  if (kind === 'published') say(`Published ${noun} ${id}, version ${version}.`);
  for (const problem of problems) say(describeProblem({ ...problem, file }));
  if (kind === 'refused') say(`${file} is not live: mend it, then sojourn publish.`);
}

/** Files of the folder that say something else than what is live, or that are not live at all, by their paths in the folder. */
async function differingFiles(
  app: Pick<AppDeps, 'store'>,
  { folder, templates }: Pick<Project, 'folder' | 'templates'>,
): Promise<readonly string[]> {
  const { db } = app.store;
  const differing: string[] = [];
  const set = await templates.reload();
  const live = await latestTemplateVersions(db);
  for (const source of set.sources) if (live.get(source.id)?.hash !== sourceHash(source, set)) differing.push(`template ${source.id}`);
  for (const kind of policyKinds) {
    const source = await readPolicyFile(folder, kind);
    if (source !== null && (await readPolicyVersion(db, kind, 'newest'))?.source !== source) differing.push(policyFile(kind));
  }
  for (const kind of definitionKinds)
    for (const { file, source, id } of await sourceFiles(folder, kind))
      if ((await readDefinitionVersion(db, kind.kind, id, 'newest'))?.source !== source) differing.push(file);
  for (const { file, source, id } of await sourceFiles(folder, journeyKind))
    if ((await readJourneySource(db, id)) !== source) differing.push(file);
  return differing;
}
