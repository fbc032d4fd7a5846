import { parseDefinition } from '../definitions/parse.js';
import { segments } from '../definitions/segment/kind.js';
import type { LiveSegment } from '../definitions/segment/review.js';
import { sourceFiles } from './source-files.js';

/** The ids that the segments of a project folder call themselves. */
export async function segmentIds(folder: string): Promise<readonly string[]> {
  return (await sourceFiles(folder, segments)).map(({ id }) => id);
}

/** The segments of a project folder, as if they were in force; files with errors are left out, lint tells of them. */
export async function loadSegments(folder: string): Promise<readonly LiveSegment[]> {
  const files = await sourceFiles(folder, segments);
  const read = await Promise.all(files.map(({ file, source }) => parseDefinition(segments, source, { file, topics: null })));
  return read.flatMap((one) => (one.kind === 'ok' ? [{ version: 1, definition: one.definition }] : []));
}
