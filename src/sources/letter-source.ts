import type { ShopEvent } from '../domain/events/event.js';
import { sources } from './index.js';
import type { Source } from './source.js';

type Origin = ShopEvent['origin'];

const importSuffix = '-import';

/** The source of a mail that came back and could not be read. */
export const mailLetterSource = 'email';

/** All that a dead letter of this build may name: `segment`, `segment-import`, …, `email`. */
export function letterSources(): readonly string[] {
  return [...sources.flatMap(({ id }) => [id, `${id}${importSuffix}`]), mailLetterSource];
}

/** Where a dead letter came in, which is how it is read again: `segment`, `segment-import`. */
export function letterSource(sourceId: string, origin: Origin): string {
  return origin === 'import' ? `${sourceId}${importSuffix}` : sourceId;
}

/** Null: no source reads it (a mail, or a source that is gone). */
export function readLetterSource(name: string): { readonly source: Source; readonly origin: Origin } | null {
  const source = findSource(name);
  if (source !== null) return { source, origin: 'live' };
  const imported = name.endsWith(importSuffix) ? findSource(name.slice(0, -importSuffix.length)) : null;
  return imported === null ? null : { source: imported, origin: 'import' };
}

/** By its id; null: there is none (any more). */
export function findSource(id: string): Source | null {
  return sources.find((source) => source.id === id) ?? null;
}
