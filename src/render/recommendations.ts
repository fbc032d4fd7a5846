import type { RenderContext } from '../domain/messages/rendering.js';
import type { RecommendationBlock, RecommendationPool } from '../domain/recommendations/block.js';
import { chooseProducts } from '../domain/recommendations/choose.js';
import { type RecommendedRecord, recordOf, type ShownRecommendations, shownOf } from '../domain/recommendations/record.js';

/** The context with what the template's block shows, and what is kept of it; null: it recommends nothing. */
export function withRecommendations(
  context: RenderContext,
  block: RecommendationBlock | undefined,
  language: string,
): { readonly context: RenderContext; readonly recommended: RecommendedRecord | null } {
  const told = context.known?.['recommendations'] as RecommendationPool | ShownRecommendations | undefined;
  if (block === undefined || told === undefined) return { context, recommended: null };
  const shows = (recommendations: ShownRecommendations): RenderContext => ({ ...context, known: { ...context.known, recommendations } });
  if (!('kind' in told)) return { context: shows({ ...told, items: told.items.slice(0, block.count) }), recommended: null };
  const choice = chooseProducts(told, block);
  const recommended = choice.items.length === 0 ? null : recordOf(told, choice, block);
  return { context: shows(shownOf(told, choice, block.tagWords[language] ?? {})), recommended };
}
