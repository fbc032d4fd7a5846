import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DefinitionKind, definitionId } from '../definitions/kind.js';
import { decodeText } from '../domain/values/decode-text.js';

/** A kind of file, in a folder of its own (`segments/<id>.segment.yaml`) or one for all. */
export type FileKind = Pick<DefinitionKind, 'kind' | 'many' | 'only'>;

export const journeyKind: FileKind = { kind: 'journey', many: 'journeys' };

/** A file of the project folder. */
export interface ProjectFile {
  /** Its path in the folder. */
  readonly file: string;
  readonly source: string;
  /** What it calls itself, else what its name says. */
  readonly id: string;
}

/** The files of a kind in a project folder, by name. None where there is no such folder. */
export async function sourceFiles(projectFolder: string, files: FileKind): Promise<readonly ProjectFile[]> {
  const { kind, many, only } = files;
  if (only !== undefined) {
    const written = await readFile(join(projectFolder, only)).catch(() => null);
    return written === null ? [] : [{ file: only, source: decodeText(written), id: many }];
  }
  const suffix = `.${kind}.yaml`;
  const names = (await readdir(join(projectFolder, many)).catch(() => [])).filter((name) => name.endsWith(suffix)).sort();
  return Promise.all(
    names.map(async (name) => {
      const source = decodeText(await readFile(join(projectFolder, many, name)));
      return { file: `${many}/${name}`, source, id: definitionId(files, source) ?? name.slice(0, -suffix.length) };
    }),
  );
}
