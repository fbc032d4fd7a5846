import { segments } from '../definitions/segment/kind.js';
import type { LiveSegment } from '../definitions/segment/review.js';
import { loadDefinitions } from './load-definitions.js';
import { sourceFiles } from './source-files.js';

/** The ids that the segments of a project folder call themselves. */
export async function segmentIds(folder: string): Promise<readonly string[]> {
  return (await sourceFiles(folder, segments)).map(({ id }) => id);
}

/** The segments of a project folder, as if they were in force; files with errors are left out, lint tells of them. */
export function loadSegments(folder: string): Promise<readonly LiveSegment[]> {
  return loadDefinitions(folder, segments);
}
