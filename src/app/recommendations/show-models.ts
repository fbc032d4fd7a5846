import { listModels, type RecommendationModel } from '../../store/recommendations.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

/** What was learnt from orders, the newest version first. */
export function showModels({ store }: Pick<AppDeps, 'store'>, request: PageRequest): Promise<Page<RecommendationModel>> {
  return readPage(
    request,
    ['version'],
    (limit, after) => listModels(store.db, { limit, below: after === null ? null : after[0] }),
    ({ version }) => [version],
  );
}
