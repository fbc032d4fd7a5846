import type { Instant } from '../../domain/time/instant.js';
import { type BoundMapping, bindMapping, type Mapping } from '../../sources/file/mapping.js';
import { beginImport, type ImportRecord } from '../../store/imports.js';
import type { AppDeps } from '../deps.js';

/** A file as somebody wants it imported. */
export interface ImportWanted {
  readonly mapping: Mapping;
  /** The headings of the file, in their order. */
  readonly header: readonly string[];
  readonly file: string;
  /** Of the file's bytes: by it the file is known again. */
  readonly digest: string;
  /** Events that are not too late start journeys, as if they came now. */
  readonly triggers: boolean;
  readonly asOf: Instant;
}

export type StartImportResult =
  | { readonly kind: 'started'; readonly record: ImportRecord; readonly isNew: boolean; readonly bound: BoundMapping }
  | { readonly kind: 'unfit'; readonly problems: readonly string[] };

/** Begins to import a file, or goes on where it was. The same file, read in the same way, is imported once. */
export async function startImport(
  deps: Pick<AppDeps, 'store' | 'clock' | 'newId' | 'shop'>,
  { mapping, header, file, digest, triggers, asOf }: ImportWanted,
): Promise<StartImportResult> {
  const binding = bindMapping(mapping, header, deps.shop);
  if (binding.kind === 'unfit') return binding;
  const now = deps.clock.now();
  const { record, isNew } = await beginImport(deps.store.db, {
    id: deps.newId(),
    kind: mapping.import,
    file,
    digest,
    mapping,
    header,
    triggers,
    asOf: Math.min(asOf, now),
    startedAt: now,
  });
  return { kind: 'started', record, isNew, bound: binding.mapping };
}
