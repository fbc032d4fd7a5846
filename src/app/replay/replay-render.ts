import type { RenderContext, RenderResult } from '../../domain/messages/rendering.js';
import type { Shop } from '../../domain/shop/shop.js';
import type { JourneyDefinition } from '../../journey/definition.js';
import { messageOf } from '../../journey/steps/kind-of.js';
import { type PublishedVersion, versionRenderer } from '../../render/renderer.js';
import type { ReplayWorld } from '../../replay/play-recorded.js';
import type { Db } from '../../store/db.js';
import { findTemplateVersion } from '../../store/templates.js';
import { approvedElsewise } from '../messages/render-message.js';

/** Renders the newest published versions of all templates that the journeys name: read once, so that a replay asks nobody in between. */
export async function replayRenderer(
  db: Db,
  shop: Shop,
  journeys: readonly JourneyDefinition[],
): Promise<Pick<ReplayWorld['outside'], 'render' | 'asks'>> {
  const names = new Set(journeys.flatMap(({ steps }) => Object.values(steps).flatMap((step) => messageOf(step)?.template ?? [])));
  const versions = new Map<string, PublishedVersion | null>();
  for (const name of names) versions.set(name, await findTemplateVersion(db, name, 'latest'));
  const render = versionRenderer(shop);
  const fill: ReplayWorld['outside']['render'] = (template, context: RenderContext, { definition }): RenderResult => {
    const found = versions.get(template) ?? null;
    if (found === null) return { kind: 'empty', problem: `The template ${template} is not published.` };
    const problem = approvedElsewise(found.compiled.class, { template, class: definition.class });
    return problem === null ? render(found, context) : { kind: 'empty', problem };
  };
  return { render: fill, asks: (template) => versions.get(template)?.compiled.asks ?? [] };
}
