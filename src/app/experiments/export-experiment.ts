import type { LiveExperiment } from '../../journey/experiment.js';
import { type ExportedExposure, listExposures } from '../../store/experiment-export.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

/** Exposures with their outcomes, in the order in which they came. */
export function exportExposures(
  { store }: Pick<AppDeps, 'store'>,
  { definition }: LiveExperiment,
  request: PageRequest,
): Promise<Page<ExportedExposure>> {
  return readPage(
    request,
    ['serial'],
    (limit, after) => listExposures(store.db, definition, { limit, after: after === null ? 0 : after[0] }),
    ({ seq }) => [seq],
  );
}
