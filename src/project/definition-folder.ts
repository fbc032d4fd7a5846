import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefinitionKind } from '../definitions/kind.js';
import { decodeText } from '../domain/values/decode-text.js';

/** The files of a kind in a project folder, by name; `file` is the path in the folder. None where there is no such folder. */
export async function definitionFiles(
  projectFolder: string,
  { kind, many }: DefinitionKind,
): Promise<readonly { readonly file: string; readonly source: string }[]> {
  const folder = join(projectFolder, many);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(`.${kind}.yaml`)).sort();
  return Promise.all(names.map(async (name) => ({ file: `${many}/${name}`, source: decodeText(await readFile(join(folder, name))) })));
}
