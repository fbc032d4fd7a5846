import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefinitionKind } from '../definitions/kind.js';
import { decodeText } from '../domain/values/decode-text.js';
import { idInSource } from '../yaml/id-in-source.js';

/** A kind of file in a folder of its own: `segments/<id>.segment.yaml`. */
export type FileKind = Pick<DefinitionKind, 'kind' | 'many'>;

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
export async function sourceFiles(projectFolder: string, { kind, many }: FileKind): Promise<readonly ProjectFile[]> {
  const suffix = `.${kind}.yaml`;
  const names = (await readdir(join(projectFolder, many)).catch(() => [])).filter((name) => name.endsWith(suffix)).sort();
  return Promise.all(
    names.map(async (name) => {
      const source = decodeText(await readFile(join(projectFolder, many, name)));
      return { file: `${many}/${name}`, source, id: idInSource(kind, source) ?? name.slice(0, -suffix.length) };
    }),
  );
}
