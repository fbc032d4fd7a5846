import { type ImportRecord, listImports, readImport } from '../../store/imports.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

/** Imports, the newest first. */
export function showImports({ store }: Pick<AppDeps, 'store'>, request: PageRequest): Promise<Page<ImportRecord>> {
  return readPage(
    request,
    ['instant', 'id'],
    (limit, after) => listImports(store.db, { limit, after }),
    ({ startedAt, id }) => [startedAt, id],
  );
}

/** Null: there is none. */
export function showImport({ store }: Pick<AppDeps, 'store'>, id: string): Promise<ImportRecord | null> {
  return readImport(store.db, id);
}
