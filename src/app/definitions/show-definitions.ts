import type { DefinitionKind } from '../../definitions/kind.js';
import { type DefinitionVersion, listDefinitions, listDefinitionVersions, readDefinitionVersion } from '../../store/definitions.js';
import type { AppDeps } from '../deps.js';
import { type Page, type PageRequest, readPage } from '../paging.js';

type Deps = Pick<AppDeps, 'store'>;

/** The newest version of each, by id; archived ones too. */
export function showDefinitions({ store }: Deps, { kind }: DefinitionKind, request: PageRequest): Promise<Page<DefinitionVersion>> {
  return readPage(
    request,
    ['id'],
    (limit, after) => listDefinitions(store.db, kind, { limit, after: after === null ? null : after[0] }),
    ({ id }) => [id],
  );
}

/** One version, or the newest; null when there is none such. */
export function showDefinitionVersion(
  { store }: Deps,
  { kind }: DefinitionKind,
  id: string,
  version: number | 'newest',
): Promise<DefinitionVersion | null> {
  return readDefinitionVersion(store.db, kind, id, version);
}

/** Its versions, the newest first. */
export function showDefinitionVersions(
  { store }: Deps,
  { kind }: DefinitionKind,
  id: string,
  request: PageRequest,
): Promise<Page<DefinitionVersion>> {
  return readPage(
    request,
    ['version'],
    (limit, after) => listDefinitionVersions(store.db, kind, id, { limit, before: after === null ? null : after[0] }),
    ({ version }) => [version],
  );
}
