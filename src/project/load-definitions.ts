import type { DefinitionKind } from '../definitions/kind.js';
import { parseDefinition } from '../definitions/parse.js';
import { sourceFiles } from './source-files.js';

/** What a project folder defines of a kind, as if it were in force; files with errors are left out, lint tells of them. */
export async function loadDefinitions<D extends object>(
  folder: string,
  kind: DefinitionKind<D>,
): Promise<readonly { readonly version: number; readonly definition: D }[]> {
  const files = await sourceFiles(folder, kind);
  const read = await Promise.all(files.map(({ file, source }) => parseDefinition(kind, source, { file, topics: null })));
  return read.flatMap((one) => (one.kind === 'ok' ? [{ version: 1, definition: one.definition }] : []));
}
