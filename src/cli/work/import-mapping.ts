import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { nearest } from '../../domain/values/nearest.js';
import type { ImportKind } from '../../sources/file/fields.js';
import { type Mapping, mappingSchema } from '../../sources/file/mapping.js';
import { CliFailure } from '../failure.js';
import { readSource } from '../source-file.js';

/**
 * The mapping of that name or file; without one, columns are found by their usual headings. Throws a `CliFailure` that says what is wrong.
 */
export async function readMapping(kind: ImportKind, named: string | undefined, project: string): Promise<Mapping> {
  if (named === undefined) return mappingSchema.parse({ import: kind });
  const file = await mappingFile(named, project);
  const document = parseDocument((await readSource(file)).source);
  const [error] = document.errors;
  if (error !== undefined) throw new CliFailure(`${file} is no YAML: ${error.message.split('\n')[0] ?? ''}`, 2);
  const parsed = mappingSchema.safeParse(document.toJS());
  if (!parsed.success) {
    const said = parsed.error.issues.map(({ path, message }) => `\`${path.join('.')}\`: ${message}`);
    throw new CliFailure(`${file} is no mapping. ${said.join(' ')}`, 2);
  }
  if (parsed.data.import !== kind)
    throw new CliFailure(
      `${file} is for an import of ${parsed.data.import}: sojourn import ${parsed.data.import} <file> --mapping ${named}`,
      2,
    );
  return parsed.data;
}

async function mappingFile(named: string, project: string): Promise<string> {
  if (existsSync(named)) return named;
  const folders = [join(project, 'imports'), shippedFolder()];
  const found = folders.map((folder) => join(folder, `${named}.yaml`)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const names = [...new Set((await Promise.all(folders.map(namesIn))).flat())].toSorted();
  const near = nearest(named, names);
  throw new CliFailure(
    `There is no mapping ${named}${near === null ? '' : `: did you mean ${near}`}. Shipped and own ones: ${names.join(', ')}; or name a file.`,
    2,
  );
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? []);
}

/** `imports/` of this package: the same from sources and from `dist`. */
function shippedFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'imports');
}
