import { join } from 'node:path';
import type { ApiDeps } from '../api/deps.js';
import { retryDeadLetter } from '../app/dead-letters/retry-dead-letter.js';
import type { AppDeps } from '../app/deps.js';
import { previewContext } from '../app/messages/preview-message.js';
import { testSend } from '../app/messages/test-send.js';
import type { TemplatePublication } from '../app/templates/publish-templates.js';
import { backUp } from '../app/upkeep/backup.js';
import type { RenderContext } from '../domain/messages/rendering.js';
import type { TemplateHead } from '../domain/messages/template.js';
import type { EntryId } from '../domain/values/ids.js';
import { compileTemplate } from '../render/compile.js';
import type { TemplateFolder } from '../render/load.js';
import { withMjml } from '../render/mjml.js';
import { readSample } from '../render/preview.js';
import { createRenderer, type PublishedTemplates } from '../render/renderer.js';
import type { TemplateSet } from '../render/template-set.js';
import { restartStuckEntry, stuckEntries } from '../temporal/stuck-entries.js';
import { describeProblem } from '../yaml/problem.js';
import type { LiveShop } from './live-shop.js';
import type { Temporal } from './temporal-part.js';

/** What other parts do for the API. */
export function seams(
  app: AppDeps,
  parts: {
    readonly templates: TemplateFolder;
    readonly renderer: ReturnType<typeof createRenderer>;
    readonly publishAll: (how?: { readonly dryRun?: boolean }) => Promise<readonly TemplatePublication[]>;
    readonly dataFolder: string;
    readonly temporal: () => Temporal | null;
    readonly hasRelay: boolean;
    readonly liveShop: LiveShop;
  },
): Pick<
  ApiDeps,
  | 'previewTemplate'
  | 'testSend'
  | 'publishTemplates'
  | 'publishShop'
  | 'stuckEntries'
  | 'restartStuck'
  | 'reconcile'
  | 'backup'
  | 'retryDeadLetter'
> {
  const { templates, renderer, temporal } = parts;
  const runs = { store: app.store, clock: app.clock, connection: () => temporal()?.connection() ?? null };
  const contextOf = (profileId: string | null, { asks = [] }: TemplateHead) =>
    profileId === null ? firstSample(templates.current()) : previewContext(app, profileId, asks);
  return {
    async previewTemplate({ templateId, profileId, locale }) {
      const template = await renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const context = await contextOf(profileId, template);
      if (context === null) return { kind: 'unknown-profile' };
      const profile = locale === null ? context.profile : { ...context.profile, locale };
      return renderer.render(templateId, 'latest', { ...context, profile, data: template.data ?? {} });
    },
    async testSend({ templateId, profileId, to, locale, sample, data, draft }) {
      const words = draft ? await draftOf(templates, app.shop, templateId) : { kind: 'ready' as const, renderer };
      if (words.kind === 'refused') return words;
      const template = await words.renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const found = sample === null ? await contextOf(profileId, template) : sampleCalled(templates.current(), sample);
      if (found === null) return { kind: sample === null ? 'unknown-profile' : 'unknown-sample' };
      const profile = locale === null ? found.profile : { ...found.profile, locale };
      const context = { ...found, profile, data: data ?? template.data ?? {} };
      const shown = await words.renderer.render(templateId, 'latest', context);
      if (shown.kind === 'empty') return { kind: 'refused', reason: `Nothing would be sent: ${shown.problem}` };
      // Not spread: some of it is read when it is asked for.
      const deps = Object.create(app, { renderer: { value: words.renderer } }) as AppDeps;
      const sent = await testSend(deps, { template, to, context });
      return sent.kind === 'done' ? { ...sent, language: shown.locale } : sent;
    },
    publishShop: (how) => parts.liveShop.publish(how),
    async publishTemplates(how) {
      const published = await parts.publishAll(how);
      if (how.dryRun !== true) renderer.refresh();
      return published;
    },
    stuckEntries: () => stuckEntries(runs),
    restartStuck: (entryId) => restartStuckEntry(runs, entryId as EntryId),
    ...(parts.hasRelay ? { reconcile: () => reconcile(temporal()) } : {}),
    backup: () => backUp(app.store, join(parts.dataFolder, 'backups', `store-${new Date().toISOString().replaceAll(':', '-')}.tar.gz`)),
    retryDeadLetter: (id) => retryDeadLetter(app, id),
  };
}

async function reconcile(temporal: Temporal | null) {
  if (!temporal?.relay) throw new Error('The poke loop of this process has not started yet.');
  return temporal.relay.reconcile();
}

/** A renderer that knows one template: as the folder has it now. */
async function draftOf(
  templates: TemplateFolder,
  shop: AppDeps['shop'],
  id: string,
): Promise<{ readonly kind: 'ready'; readonly renderer: PublishedTemplates } | { readonly kind: 'refused'; readonly reason: string }> {
  const set = await templates.reload();
  const source = set.sources.find((one) => one.id === id);
  if (source === undefined) {
    const [problem] = set.problems.filter(({ file }) => file.includes(id));
    const reason = problem === undefined ? `There is no template ${id} in the server's folder.` : describeProblem(problem);
    return { kind: 'refused', reason };
  }
  const { compiled, problems } = await withMjml((mjml) => compileTemplate(source, set, mjml));
  const [problem] = problems.filter(({ severity }) => severity === 'error');
  if (problem !== undefined) return { kind: 'refused', reason: describeProblem(problem) };
  // No version: 0, as of what was never published.
  const version = { version: 0, compiled };
  return { kind: 'ready', renderer: createRenderer({ loadVersion: async (asked) => (asked === id ? version : null), shop }) };
}

function sampleCalled({ samples }: TemplateSet, name: string): RenderContext | null {
  const sample = samples.find((one) => one.name === name);
  const read = sample === undefined ? null : readSample(sample);
  return read?.kind === 'ok' ? read.context : null;
}

/** The first sample that can be read: whom a preview without a person shows. */
function firstSample({ samples }: TemplateSet): RenderContext | null {
  for (const sample of samples) {
    const read = readSample(sample);
    if (read.kind === 'ok') return read.context;
  }
  return null;
}
