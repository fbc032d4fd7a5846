import { join } from 'node:path';
import type { ApiDeps } from '../api/deps.js';
import { backUp } from '../app/backup.js';
import type { AppDeps } from '../app/deps.js';
import { previewContext } from '../app/preview-message.js';
import type { TemplatePublication } from '../app/publish-templates.js';
import { retryDeadLetter } from '../app/retry-dead-letter.js';
import { testSend } from '../app/test-send.js';
import type { EntryId } from '../domain/ids.js';
import type { RenderContext } from '../domain/rendering.js';
import type { TemplateFolder, TemplateSet } from '../render/load.js';
import { readSample } from '../render/preview.js';
import type { createRenderer } from '../render/renderer.js';
import { restartStuckEntry, stuckEntries } from '../temporal/stuck-entries.js';
import type { Temporal } from '../temporal-part.js';

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
  },
): Pick<
  ApiDeps,
  'previewTemplate' | 'testSend' | 'publishTemplates' | 'stuckEntries' | 'restartStuck' | 'reconcile' | 'backup' | 'retryDeadLetter'
> {
  const { templates, renderer, temporal } = parts;
  const contextOf = async (profileId: string | null) =>
    profileId === null ? firstSample(templates.current()) : previewContext(app, profileId);
  return {
    async previewTemplate({ templateId, profileId, locale }) {
      const template = await renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const context = await contextOf(profileId);
      if (context === null) return { kind: 'unknown-profile' };
      const profile = locale === null ? context.profile : { ...context.profile, locale };
      return renderer.render(templateId, 'latest', { ...context, profile, data: template.data ?? {} });
    },
    async testSend({ templateId, profileId, to }) {
      const template = await renderer.about(templateId, 'latest');
      if (template === null) return { kind: 'unknown-template' };
      const context = await contextOf(profileId);
      return context === null
        ? { kind: 'unknown-profile' }
        : testSend(app, { template, to, context: { ...context, data: template.data ?? {} } });
    },
    async publishTemplates(how) {
      const published = await parts.publishAll(how);
      if (how.dryRun !== true) renderer.refresh();
      return published;
    },
    stuckEntries: () => stuckEntries({ store: app.store, clock: app.clock, connection: () => temporal()?.connection() ?? null }),
    restartStuck: (entryId) =>
      restartStuckEntry({ store: app.store, clock: app.clock, connection: () => temporal()?.connection() ?? null }, entryId as EntryId),
    ...(parts.hasRelay ? { reconcile: () => reconcile(temporal()) } : {}),
    backup: () => backUp(app.store, join(parts.dataFolder, 'backups', `store-${new Date().toISOString().replaceAll(':', '-')}.tar.gz`)),
    retryDeadLetter: (id) => retryDeadLetter(app, id),
  };
}

async function reconcile(temporal: Temporal | null) {
  if (!temporal?.relay) throw new Error('The poke loop of this process has not started yet.');
  return temporal.relay.reconcile();
}

/** The first sample that can be read: whom a preview without a person shows. */
function firstSample({ samples }: TemplateSet): RenderContext | null {
  for (const sample of samples) {
    const read = readSample(sample);
    if (read.kind === 'ok') return read.context;
  }
  return null;
}
